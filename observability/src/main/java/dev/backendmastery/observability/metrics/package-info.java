/**
 * How much, how often, how long: instruments whose attributes are resolved once, read by OpenTelemetry or as text.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>counting, timing, watching</td><td>{@link dev.backendmastery.observability.metrics.Meters}</td></tr>
 * <tr><td>what has happened: requests, bytes, errors</td><td>{@link dev.backendmastery.observability.metrics.BoundCounter}</td></tr>
 * <tr><td>what comes and goes: open connections</td><td>{@link dev.backendmastery.observability.metrics.BoundUpDownCounter}</td></tr>
 * <tr><td>how long, how large: quantiles with a bound on their error</td><td>{@link dev.backendmastery.observability.metrics.BoundHistogram}</td></tr>
 * <tr><td>what somebody else counts: pools, caches, breakers</td><td>{@link dev.backendmastery.observability.metrics.Meters#gauge gauge}, {@link dev.backendmastery.observability.metrics.Meters#observedCounter observedCounter}</td></tr>
 * <tr><td>merging, asking for quantiles</td><td>{@link dev.backendmastery.observability.metrics.ExponentialHistogram}</td></tr>
 * <tr><td>a scrape</td><td>{@link dev.backendmastery.observability.metrics.OpenMetrics}</td></tr>
 * <tr><td>a dashboard of all that is measured</td><td>{@link dev.backendmastery.observability.metrics.GrafanaDashboard}</td></tr>
 * <tr><td>names that dashboards know</td><td>{@link dev.backendmastery.observability.metrics.MetricNames}</td></tr>
 * </table>
 *
 * <p>Papers: Masson, Rim, Lee, <i>DDSketch</i> (2019); OpenTelemetry's <i>Metrics Data Model</i> (exponential histograms, temporality) and <i>Metrics SDK</i> (cardinality
 * limits, exemplars); OpenMetrics 1.0.
 */
@NullMarked
package dev.backendmastery.observability.metrics;

import org.jspecify.annotations.NullMarked;
