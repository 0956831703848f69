/**
 * The SDK put together, and a context that is carried over whatever lies between two pieces of work.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>a program</td><td>{@link dev.backendmastery.observability.telemetry.Telemetry}, whose spans go through a {@link dev.backendmastery.observability.telemetry.SpanQueue}</td></tr>
 * <tr><td>another process, by HTTP or messages</td><td>{@link dev.backendmastery.observability.telemetry.W3cTraceContext}</td></tr>
 * <tr><td>a server</td><td>{@link dev.backendmastery.observability.telemetry.ServletSpans} or {@link dev.backendmastery.observability.telemetry.JdkServerSpans}, over {@link dev.backendmastery.observability.telemetry.HttpServerSpans}</td></tr>
 * <tr><td>a client</td><td>{@link dev.backendmastery.observability.telemetry.TracedHttpClient}</td></tr>
 * <tr><td>an executor, of threads of any kind</td><td>OpenTelemetry's {@code Context.taskWrapping(executor)}</td></tr>
 * <tr><td>a {@code CompletableFuture} that somebody else completes</td><td>{@link dev.backendmastery.observability.telemetry.ContextFuture}</td></tr>
 * <tr><td>a database, Redis, a log, an outbox, Elasticsearch</td><td>the modules' own: they are handed {@link dev.backendmastery.observability.telemetry.Telemetry#api}</td></tr>
 * </table>
 *
 * <p>Papers: Sigelman and others, <i>Dapper</i>, 2010; W3C, <i>Trace Context</i> and <i>Baggage</i>; OpenTelemetry specification.
 */
@NullMarked
package dev.backendmastery.observability.telemetry;

import org.jspecify.annotations.NullMarked;
