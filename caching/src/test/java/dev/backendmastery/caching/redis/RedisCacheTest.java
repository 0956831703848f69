package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheContract;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

final class RedisCacheTest extends CacheContract {

    private static final AtomicInteger names = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // connect() comes first
    private static RedisClient redis;

    @BeforeAll
    static void connect() {
        Redis server = Engines.redis();
        redis = RedisClients.connect(server.host(), server.port(), 32, Duration.ofSeconds(9));
    }

    @AfterAll
    static void disconnect() {
        redis.close();
    }

    @Override
    protected Cache<String, String> create(int maximumSize, Duration life) {
        return RedisCache.builder(redis, "test" + names.incrementAndGet(), Codec.strings())
                .expireAfterWrite(life)
                .build();
    }

    /** By the server's own clock, which is the one that expires. */
    @Override
    protected void elapse(Duration time) {
        long until = serverMicros() + time.toNanos() / 1000;
        while (serverMicros() < until) {
            Thread.onSpinWait();
        }
    }

    private static long serverMicros() {
        List<?> time = (List<?>) redis.eval("return redis.call('TIME')");
        return Long.parseLong(time.get(0).toString()) * 1_000_000
                + Long.parseLong(time.get(1).toString());
    }

    @Override
    protected boolean isBounded() {
        return false;
    }

    @Override
    protected int size(Cache<String, String> cache) {
        int current = names.get();
        return (int) redis.keys("test" + current + ":*").stream()
                .filter(key -> !key.endsWith(":lease"))
                .count();
    }

    @Test
    @DisplayName("RC-1 does not remember a load that another process's invalidation has overtaken")
    void overtakenByAnotherProcess() {
        Cache<String, String> mine = create(1, Duration.ofHours(1));
        Cache<String, String> theirs =
                RedisCache.builder(redis, "test" + names.get(), Codec.strings()).build();
        assertEquals("old", mine.get("a", key -> {
            theirs.remove("a");
            return "old";
        }));
        assertNull(theirs.getIfPresent("a"));
        assertEquals("older", mine.get("b", key -> {
            theirs.put("b", "new");
            return "older";
        }));
        assertEquals("new", theirs.getIfPresent("b"));
        assertEquals("fresh", mine.get("a", key -> "fresh"));
        assertEquals("fresh", theirs.getIfPresent("a"));
    }

    @Test
    @DisplayName("RC-1 remembers the first of many loads of different processes, so that misses cannot go on for ever")
    void concurrentMissesShareALease() {
        Cache<String, String> mine = create(1, Duration.ofHours(1));
        Cache<String, String> theirs =
                RedisCache.builder(redis, "test" + names.get(), Codec.strings()).build();
        mine.get("a", key -> {
            assertNull(theirs.getIfPresent("a"));
            assertEquals("theirs", theirs.get("a", k -> "theirs"));
            assertEquals("theirs", theirs.getIfPresent("a"), "their later miss did not have to wait for ours");
            return "mine";
        });
        assertEquals("mine", theirs.getIfPresent("a"));
    }

    @Test
    @DisplayName("RC-4 loads anew what it cannot decode")
    void undecodable() {
        Cache<String, Integer> numbers = RedisCache.builder(redis, "numbers", new Codec<Integer>() {
                    @Override
                    public byte[] encode(Integer value) {
                        return Codec.strings().encode(value.toString());
                    }

                    @Override
                    public Integer decode(byte[] bytes) {
                        return Integer.valueOf(Codec.strings().decode(bytes));
                    }
                })
                .build();
        redis.set("numbers:{a}", "not a number");
        assertNull(numbers.getIfPresent("a"));
        assertEquals(1, numbers.get("a", key -> 1));
        assertEquals(2, numbers.get("a", key -> 2));
        assertEquals(2, numbers.get("a", key -> 3));
    }

    @Test
    @DisplayName("RC-2, RC-3 loads without Redis when it hangs, and says that it could not invalidate, in bounded time")
    void redisHangs() {
        try (Redis own = Redis.builder().start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 4, Duration.ofMillis(300))) {
            RedisCache<String> cache = RedisCache.builder(client, "test", Codec.strings())
                    .retryAfter(Duration.ZERO)
                    .build();
            cache.put("a", "1");
            own.pause();
            long start = System.nanoTime();
            assertNull(cache.getIfPresent("a"));
            assertEquals("loaded", cache.get("a", key -> "loaded"));
            assertThrows(RedisUnavailableException.class, () -> cache.remove("a"));
            assertThrows(RedisUnavailableException.class, () -> cache.put("a", "2"));
            assertThrows(RedisUnavailableException.class, cache::clear);
            assertTrue(cache.failures() >= 5);
            long took = System.nanoTime() - start;
            assertTrue(took < Duration.ofSeconds(10).toNanos(), () -> "five calls took " + took + " ns");
            own.resume();
            own.kill();
            assertEquals("loaded", cache.get("a", key -> "loaded"));
            own.restart();
            assertEquals("again", cache.get("a", key -> "again"));
        }
    }

    @Test
    @DisplayName("RC-5 survives a lost script cache")
    void scriptFlush() {
        Cache<String, String> cache = create(1, Duration.ofHours(1));
        cache.get("a", key -> "1");
        redis.scriptFlush();
        assertEquals("2", cache.get("b", key -> "2"));
        redis.scriptFlush();
        cache.put("b", "3");
        assertEquals("3", cache.getIfPresent("b"));
    }

    @Test
    void refusesBadSettings() {
        assertThrows(IllegalArgumentException.class, () -> RedisCache.builder(redis, "{a}", Codec.strings()));
        assertThrows(IllegalArgumentException.class, () -> RedisCache.builder(redis, "a", Codec.strings())
                .expireAfterWrite(Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class, () -> RedisClients.connect("localhost", 1, 0, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> RedisClients.connect("localhost", 1, 1, Duration.ZERO));
    }
}
