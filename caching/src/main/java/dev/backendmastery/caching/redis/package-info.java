/**
 * Redis behind the contracts of the house, with an answer for when it is slow or gone.
 *
 * <table>
 * <caption>What is here</caption>
 * <tr><th>class</th><th>contract</th><th>when</th><th>Redis down means</th></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisCache}</td>
 *     <td>{@link dev.backendmastery.caching.cache.Cache}</td>
 *     <td>processes share what was loaded</td>
 *     <td>look-ups miss, writes and removals throw</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.TieredCache}</td>
 *     <td>{@link dev.backendmastery.caching.cache.Cache}</td>
 *     <td>and each reads the same values often</td>
 *     <td>the same; copies are answered for heartbeat plus time-out at most</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.BloomGuard}</td>
 *     <td>its own</td>
 *     <td>most keys that are asked for are not there</td>
 *     <td>it answers from this process</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisWriteBehind}</td>
 *     <td>{@link dev.backendmastery.caching.writing.WritingCache}</td>
 *     <td>what is put must reach a store, later, and not be lost</td>
 *     <td>every call throws; what was accepted is written when it is back</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisRateLimiter}</td>
 *     <td>{@link dev.backendmastery.core.ratelimit.KeyedRateLimiter}</td>
 *     <td>one limit for all processes, as a bucket or a sliding window</td>
 *     <td>admit, deny or a local share, as was chosen</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisLeaseStore}</td>
 *     <td>{@link dev.backendmastery.core.lease.LeaseStore}</td>
 *     <td>one process at a time</td>
 *     <td>a typed error; a lease that is held lasts until its deadline</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisCounter}</td>
 *     <td>its own</td>
 *     <td>sums with a lifetime, also bounded</td>
 *     <td>a typed error; an add may have been done</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisLeaderboard}</td>
 *     <td>its own</td>
 *     <td>ranks</td>
 *     <td>a typed error; a change may have been done</td></tr>
 * </table>
 *
 * <p>Clients come from {@link dev.backendmastery.caching.redis.RedisClients}, which bounds every wait; on a cluster every
 * key that one call touches has the same hash tag.
 *
 * <p>Sources: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013 (leases against stale sets); Redis'
 * client side caching (RESP3), 2020; ITU-T I.371.
 */
@NullMarked
package dev.backendmastery.caching.redis;

import org.jspecify.annotations.NullMarked;
