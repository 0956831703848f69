/**
 * Reading through a cache: how values get in, how they are renewed, and what is returned when that fails.
 *
 * <p>Start at {@link dev.backendmastery.caching.loading.LoadingCache}.
 * {@link dev.backendmastery.caching.loading.ReadThrough} implements it over any
 * {@link dev.backendmastery.caching.cache.Cache} of {@link dev.backendmastery.caching.loading.Loaded}:
 *
 * <table>
 * <caption>Which pattern when</caption>
 * <tr><th>pattern</th><th>by</th><th>choose it when</th></tr>
 * <tr><td>cache-aside</td><td>{@code Cache.get(key, loader)}</td><td>each call site loads in its own way</td></tr>
 * <tr><td>read-through</td><td>{@code ReadThrough}</td><td>one way to load, and a source that may be slow or
 *     fail</td></tr>
 * <tr><td>refresh-ahead</td><td>{@code refreshAfter}</td><td>keys are asked for again and again, and nobody shall wait for
 *     a load</td></tr>
 * <tr><td>early refresh</td><td>{@code refreshEarly}</td><td>the same, on many machines that share a store or must not
 *     reload at once</td></tr>
 * <tr><td>negative caching</td><td>{@code rememberAbsent}, {@code rememberFailures}</td><td>many ask for what is not there,
 *     or a failing source must be left in peace</td></tr>
 * <tr><td>stale if error</td><td>{@code staleIfError}</td><td>an old answer is better than none</td></tr>
 * <tr><td>jitter</td><td>{@code jitter}</td><td>many entries are written at the same moment</td></tr>
 * </table>
 *
 * <p>Sources: Vattani, Chierichetti, Lowenstein, Optimal probabilistic cache stampede prevention, VLDB 2015; RFC 5861
 * (stale-while-revalidate, stale-if-error); RFC 2308 (negative caching); Nishtala et al., Scaling Memcache at Facebook, NSDI
 * 2013.
 */
@NullMarked
package dev.backendmastery.caching.loading;

import org.jspecify.annotations.NullMarked;
