/**
 * Choosing one of several nodes for the next call.
 *
 * <p>Start at {@link dev.backendmastery.core.balance.LoadBalancer}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>a slow node</th><th>a node that fails fast</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.balance.PeakEwma}</td><td>gets less</td><td>gets less</td>
 *     <td>almost always: it sees latency, load and failures</td></tr>
 * <tr><td>{@link dev.backendmastery.core.balance.LeastRequest}</td><td>gets less</td><td>gets more</td>
 *     <td>latencies differ by the request and not by the node; with ejection</td></tr>
 * <tr><td>{@link dev.backendmastery.core.balance.RoundRobin}</td><td>gets its share</td><td>gets its share</td>
 *     <td>nodes and calls are alike, and the order matters to tests or caches</td></tr>
 * <tr><td>{@link dev.backendmastery.core.balance.SmoothWeighted}</td><td>gets its share</td><td>gets its share</td>
 *     <td>nodes differ in size by a known factor</td></tr>
 * </table>
 *
 * <p>Around any of them: {@link dev.backendmastery.core.balance.OutlierEjection} takes failing nodes out,
 * {@link dev.backendmastery.core.balance.SlowStart} lets new ones warm up, {@link dev.backendmastery.core.balance.Subset}
 * gives each of many clients a part.
 *
 * <p>Sources: Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001; Finagle and
 * linkerd (peak EWMA); Envoy (outlier detection, slow start); Beyer et al., <i>Site Reliability Engineering</i>, 2016,
 * chapter 20 (subsetting); nginx (smooth weighted round robin).
 */
@NullMarked
package dev.backendmastery.core.balance;

import org.jspecify.annotations.NullMarked;
