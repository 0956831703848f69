/**
 * What happened, a line of JSON each, from whatever backend of slf4j is in use.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>an event into a line</td><td>{@link dev.backendmastery.observability.logs.JsonLines}, with a {@link dev.backendmastery.observability.logs.Redaction}</td></tr>
 * <tr><td>Logback</td><td>{@link dev.backendmastery.observability.logs.LogbackJsonEncoder}; {@link dev.backendmastery.observability.logs.LogbackQueueAppender} where callers must not wait</td></tr>
 * <tr><td>{@code java.util.logging}</td><td>{@link dev.backendmastery.observability.logs.JulJsonFormatter}</td></tr>
 * <tr><td>an error that comes a thousand times a second</td><td>{@link dev.backendmastery.observability.logs.ErrorSampler}</td></tr>
 * <tr><td>writing on a thread of its own</td><td>{@link dev.backendmastery.observability.logs.LineQueue}</td></tr>
 * </table>
 *
 * <p>Papers: RFC 8259 (JSON); OpenTelemetry, <i>Trace Context in non-OTLP Log Formats</i>; CWE-117 (log injection); ISO/IEC 7812-1 (card numbers); RFC 6750 (bearer tokens).
 */
@NullMarked
package dev.backendmastery.observability.logs;

import org.jspecify.annotations.NullMarked;
