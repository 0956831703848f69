package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheContract;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.RedisCluster;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** What needs no second server to be kept right works on a cluster of three masters, or on the one that the environment names. */
@Timeout(60)
final class RedisOnAClusterTest {

    @SuppressWarnings("NullAway.Init") // connect() comes first
    private static RedisClusterClient redis;

    @BeforeAll
    static void connect() {
        redis = RedisClients.cluster(Engines.redisCluster().nodes(), 8, Duration.ofSeconds(27));
    }

    @AfterAll
    static void disconnect() {
        redis.close();
    }

    private static RedisCache.Builder<String> cache() {
        return RedisCache.builder(redis, Shared.name(), Codec.strings());
    }

    private static Map<String, String> many() {
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            many.put("k" + i, "v" + i);
        }
        return many;
    }

    @Test
    @DisplayName("RC-8 many keys at once, over all nodes, with scripts that one of them has lost")
    void bulk() {
        RedisCache<String> cache = cache().build();
        long nodes = many().keySet().stream()
                .map(key -> JedisClusterCRC16.getSlot(
                                cache.slices().value(cache.slices().of(key), key))
                        * 3
                        / 16_384)
                .distinct()
                .count();
        assertEquals(3, nodes, "the slices lie on all thirds of the slots");
        redis.scriptFlush("k");
        cache.putAll(many());
        assertEquals(many(), cache.getAll(many().keySet()));
    }

    @Test
    @DisplayName("RC-7 a clear holds on all nodes, for all processes")
    void clear() {
        RedisCache.Builder<String> settings = cache();
        RedisCache<String> mine = settings.build();
        RedisCache<String> theirs = settings.build();
        mine.putAll(many());
        assertEquals("old", theirs.get("loads", key -> {
            mine.clear();
            return "old";
        }));
        assertNull(mine.getIfPresent("loads"));
        assertEquals(Map.of(), theirs.getAll(many().keySet()));
    }

    @Test
    @DisplayName("CT-1, CT-3, CT-4 counters on all nodes")
    void counters() {
        RedisCounter counter = new RedisCounter(redis, Shared.name(), Duration.ofMinutes(1));
        Map<String, Long> deltas = Map.of("a", 1L, "b", 2L, "c", 3L, "d", 4L);
        assertEquals(deltas, counter.addAll(deltas));
        assertEquals(deltas, counter.getAll(deltas.keySet()));
        assertEquals(5, counter.add("d", 1));
        assertEquals(OptionalLong.empty(), counter.addUpTo("d", 1, 5));
    }

    @Test
    @DisplayName("LS-1, LS-2, LS-5 leases on all nodes")
    void leases() {
        RedisLeaseStore store = new RedisLeaseStore(redis, Shared.name(), Ticker.system());
        for (int i = 0; i < 20; i++) {
            String name = "lease" + i;
            Lease lease = store.tryAcquire(name, "me", Duration.ofMinutes(1)).orElseThrow();
            assertTrue(store.tryAcquire(name, "other", Duration.ofMinutes(1)).isEmpty());
            assertTrue(store.renew(lease, Duration.ofMinutes(1)).isPresent());
            assertTrue(store.release(lease));
            assertTrue(store.tryAcquire(name, "other", Duration.ofMinutes(1))
                            .orElseThrow()
                            .epoch()
                    > lease.epoch());
        }
    }

    @Test
    @DisplayName("A tiered cache refuses a cluster, where one connection does not hear of all changes")
    void tiered() {
        RedisCache<String> far = cache().build();
        assertThrows(
                IllegalArgumentException.class, () -> TieredCache.builder(far, URI.create("redis://localhost:6379")));
    }

    @Test
    @DisplayName("RC-2, RC-3 a node that stands still fails its own keys, within the deadline")
    void aNodeStandsStill() {
        Duration deadline = Duration.ofMillis(900);
        try (RedisCluster own = RedisCluster.start();
                RedisClusterClient client = RedisClients.cluster(own.nodes(), 4, deadline)) {
            RedisCache<String> cache = RedisCache.builder(client, "own", Codec.strings())
                    .retryAfter(Duration.ZERO)
                    .build();
            cache.putAll(many());
            own.masters().get(1).pause();
            long longest = 0;
            int failed = 0;
            for (String key : List.of("k1", "k2", "k3", "k4", "k5", "k6")) {
                long start = System.nanoTime();
                try {
                    cache.put(key, "new");
                } catch (RedisUnavailableException e) {
                    failed++;
                }
                assertTrue(cache.get(key, k -> "loaded") != null);
                longest = Math.max(longest, (System.nanoTime() - start) / 3);
            }
            long start = System.nanoTime();
            assertTrue(cache.getAll(many().keySet()).size() < 1_000);
            assertThrows(RedisUnavailableException.class, cache::clear);
            assertThrows(RedisUnavailableException.class, () -> cache.putAll(many()));
            longest = Math.max(longest, (System.nanoTime() - start) / 3);
            own.masters().get(1).resume();
            assertTrue(failed > 0 && failed < 6, failed + " of 6 keys failed");
            long most = deadline.plusSeconds(1).toNanos();
            assertTrue(longest < most, "a call took " + longest + " ns");
            long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            while (!writesAll(cache) && System.nanoTime() < end) {
                LockSupport.parkNanos(5_000_000);
            }
            assertEquals(many(), cache.getAll(many().keySet()), "all is there again");
        }
    }

    /** What the node was asked while it stood still it may do when it goes on, in any order, until it has done all. */
    private static boolean writesAll(RedisCache<String> cache) {
        try {
            cache.putAll(many());
            return cache.getAll(many().keySet()).equals(many());
        } catch (RedisUnavailableException e) {
            return false;
        }
    }

    @Nested
    final class TheCache extends CacheContract {

        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return cache().expireAfterWrite(life).build();
        }

        @Override
        protected void elapse(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        protected boolean isBounded() {
            return false;
        }

        /** Of the keys that the kit uses. */
        @Override
        protected int size(Cache<String, String> cache) {
            return ((RedisCache<String>) cache)
                    .getAll(List.of("a", "b", "c", "self"))
                    .size();
        }
    }

    @Nested
    final class TheLimiter extends RateLimiterContract {

        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            long origin = ticker.nanos();
            Rate micros =
                    new Rate(rate.permits(), Duration.ofNanos((rate.period().toNanos() + 999) / 1000 * 1000));
            return RedisRateLimiter.builder(redis, Shared.name(), micros, micros.permits())
                    .clock(() -> ticker.nanos() - origin)
                    .build()
                    .forKey("one");
        }

        @Override
        protected long resolutionNanos() {
            return 1_000;
        }
    }

    @Nested
    final class TheLeaderboard extends RedisLeaderboardContract {

        @Override
        protected Board create(String name) {
            return new Board(name, redis);
        }
    }
}
