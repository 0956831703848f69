/**
 * Redis behind the contracts of the house, with an answer for when it is slow or gone.
 *
 * <table>
 * <caption>What is here</caption>
 * <tr><th>class</th><th>contract</th><th>Redis down means</th></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisCache}</td>
 *     <td>{@link dev.backendmastery.caching.cache.Cache}</td>
 *     <td>look-ups miss, writes and removals throw</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisWriteBehind}</td>
 *     <td>{@link dev.backendmastery.caching.writing.WritingCache}</td>
 *     <td>every call throws; what was accepted is written when it is back</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisRateLimiter}</td>
 *     <td>{@link dev.backendmastery.core.ratelimit.KeyedRateLimiter}</td>
 *     <td>admit, deny or a local share, as was chosen</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.redis.RedisLeaseStore}</td>
 *     <td>{@link dev.backendmastery.core.lease.LeaseStore}</td>
 *     <td>a typed error; a lease that is held lasts until its deadline</td></tr>
 * </table>
 *
 * <p>Clients come from {@link dev.backendmastery.caching.redis.RedisClients}, which bounds every wait; on a cluster every
 * key that one call touches has the same hash tag.
 *
 * <p>Sources: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013 (leases against stale sets); ITU-T I.371.
 */
@NullMarked
package dev.backendmastery.caching.redis;

import org.jspecify.annotations.NullMarked;
