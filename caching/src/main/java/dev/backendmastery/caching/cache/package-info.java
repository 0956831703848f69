/**
 * Keeping what was costly to get, in this process, in bounded memory.
 *
 * <p>Start at {@link dev.backendmastery.caching.cache.Cache}; its builder makes one. What is evicted when the cache is
 * full is decided behind one seam, the package-private {@code EvictionPolicy}, so that policies can be read side by side:
 *
 * <table>
 * <caption>Which policy when</caption>
 * <tr><th>policy</th><th>evicts</th><th>a hit writes</th><th>choose it when</th></tr>
 * <tr><td>least recently used</td><td>what was not used for the longest time</td><td>a slot of the read buffer</td>
 *     <td>recent use predicts the next, and there are no scans</td></tr>
 * </table>
 *
 * <p>Sources: Ding et al., BP-Wrapper, ICDE 2009 (recording hits in a buffer, replaying them under the lock).
 */
@NullMarked
package dev.backendmastery.caching.cache;

import org.jspecify.annotations.NullMarked;
