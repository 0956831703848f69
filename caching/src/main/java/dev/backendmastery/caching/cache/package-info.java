/**
 * Keeping what was costly to get, in this process, in bounded memory.
 *
 * <p>Start at {@link dev.backendmastery.caching.cache.LocalCache}, and at {@link dev.backendmastery.caching.cache.Cache}, which
 * caches on a server keep as well; {@link dev.backendmastery.caching.cache.BoundedCache} makes one. What is evicted when the cache is
 * full is decided behind one seam, the package-private {@code EvictionPolicy}, so that policies can be read side by side:
 *
 * <table>
 * <caption>Which policy when</caption>
 * <tr><th>policy</th><th>evicts</th><th>a hit writes</th><th>choose it when</th></tr>
 * <tr><td>{@code lru}: least recently used</td><td>what was not used for the longest time</td>
 *     <td>a slot of the read buffer</td><td>recent use predicts the next, and there are no scans</td></tr>
 * <tr><td>{@code lfu}: least frequently used</td><td>what was used least often since it came</td>
 *     <td>a slot of the read buffer</td><td>popularity does not change; mostly as a baseline</td></tr>
 * <tr><td>{@code clock}: second chance</td><td>the oldest that was not hit since its last round</td>
 *     <td>one bit, once a round</td><td>LRU would do, and reads must be cheap</td></tr>
 * <tr><td>{@code sieve}</td><td>the first that was not hit since the hand passed</td>
 *     <td>one bit, once a round</td><td>skewed loads such as the web's, without scans or loops</td></tr>
 * <tr><td>{@code s3Fifo}</td><td>what was not hit while it was new, else the oldest that has no hits left</td>
 *     <td>a count to three</td><td>many keys come once; recent use predicts the next</td></tr>
 * <tr><td>{@code tinyLfu}: W-TinyLFU</td><td>whichever was seen less often of the window's oldest and the main victim</td>
 *     <td>a slot of the read buffer</td><td>frequency predicts the next: skewed loads with scans</td></tr>
 * <tr><td>{@code duel}</td><td>as S3-FIFO, by the rule that does best on a sample of the keys</td>
 *     <td>a count to three; for the sample's keys a slot too</td><td>the load is not known, or changes</td></tr>
 * </table>
 *
 * <p>Sources: Hendler, Incze, Shavit, Tzafrir, SPAA 2010 (flat combining); Ding et al., BP-Wrapper, ICDE 2009 (recording hits in a buffer, replaying them under the lock);
 * Shah, Mitra, Matani, an O(1) algorithm for LFU, 2010; Corbató, 1968 (second chance); Zhang et al., SIEVE, NSDI 2024; Yang
 * et al., FIFO queues are all you need for cache eviction, SOSP 2023; Einziger, Friedman, Manes, TinyLFU, ACM ToS 2017, and
 * with Eytan, Adaptive software cache management, Middleware 2018; Waldspurger et al., USENIX ATC 2017 (miniature
 * simulations); Qureshi et al., ISCA 2007 (set dueling).
 */
@NullMarked
package dev.backendmastery.caching.cache;

import org.jspecify.annotations.NullMarked;
