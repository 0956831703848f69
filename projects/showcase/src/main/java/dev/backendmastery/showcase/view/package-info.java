/**
 * What the nodes tell of themselves, received and shown: traces, metrics, log lines and health on one page.
 *
 * <table>
 * <caption>What is where</caption>
 * <tr><th>for</th><th>see</th></tr>
 * <tr><td>starting it</td><td>{@link dev.backendmastery.showcase.view.View}</td></tr>
 * <tr><td>what comes by OTLP</td><td>{@link dev.backendmastery.showcase.view.Collector}</td></tr>
 * <tr><td>traces, and the links between them</td><td>{@link dev.backendmastery.showcase.view.TraceStore}</td></tr>
 * <tr><td>ten minutes of numbers</td><td>{@link dev.backendmastery.showcase.view.MetricStore}</td></tr>
 * <tr><td>log lines, by trace</td><td>{@link dev.backendmastery.showcase.view.LogTail}</td></tr>
 * <tr><td>a trace for Zipkin</td><td>{@link dev.backendmastery.showcase.view.ZipkinJson}</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.showcase.view;

import org.jspecify.annotations.NullMarked;
