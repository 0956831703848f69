package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheContract;
import dev.backendmastery.engines.Redis;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

final class RedisCacheTest extends CacheContract {

    private static final RedisClient redis = Shared.CLIENT;

    @Override
    protected Cache<String, String> create(int maximumSize, Duration life) {
        return RedisCache.builder(redis, Shared.name(), Codec.strings())
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
        return sizeOf((RedisCache<?>) cache);
    }

    /** The values of {@code cache} that are of their slice's generation. */
    static int sizeOf(RedisCache<?> cache) {
        int size = 0;
        for (String name : redis.keys(cache.slices().prefixes()[1] + "*")) {
            byte[] generation = redis.get(name.substring(0, name.indexOf('}') + 1)
                    .replace("v:{", "g:{")
                    .getBytes(UTF_8));
            byte[] value = redis.get(name.getBytes(UTF_8));
            size += generation != null && value != null && Arrays.equals(generation, Arrays.copyOf(value, 16)) ? 1 : 0;
        }
        return size;
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
    @DisplayName("RC-7 a generation that the server has lost clears its slice and never comes back")
    void lostGeneration() {
        RedisCache<String> cache = RedisCache.builder(redis, Shared.name(), Codec.strings())
                .slices(1)
                .build();
        cache.put("a", "1");
        byte[] generation = cache.slices().generation(0);
        byte[] before = redis.get(generation);
        redis.del(generation);
        assertNull(cache.getIfPresent("a"));
        cache.put("b", "2");
        assertFalse(Arrays.equals(before, redis.get(generation)));
        assertNull(cache.getIfPresent("a"));
        assertEquals("2", cache.getIfPresent("b"));
    }

    @Test
    @DisplayName("RC-4 takes for a miss what is no value of this form: another's, cut off, or deflated and broken")
    void foreignBytes() {
        RedisCache<String> cache = RedisCache.builder(redis, Shared.name(), Codec.strings())
                .compressAbove(10)
                .build();
        cache.put("a", "abc".repeat(100));
        int slice = cache.slices().of("a");
        byte[] generation = Objects.requireNonNull(redis.get(cache.slices().generation(slice)));
        byte[] good = Objects.requireNonNull(redis.get(cache.slices().value(slice, "a")));
        for (int length = 0; length < good.length; length++) {
            redis.set(cache.slices().value(slice, "a"), Arrays.copyOf(good, length));
            assertNull(cache.getIfPresent("a"), "cut off after " + length);
        }
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            byte[] broken = good.clone();
            broken[16 + random.nextInt(5)] ^= (byte) (1 + random.nextInt(255));
            redis.set(cache.slices().value(slice, "a"), broken);
            String read = cache.getIfPresent("a");
            assertTrue(read == null || read.length() < 10_000, "no memory for what cannot be");
        }
        redis.set(cache.slices().value(slice, "a"), generation);
        assertNull(cache.getIfPresent("a"));
    }

    @Test
    void refusesBadSettings() {
        assertThrows(IllegalArgumentException.class, () -> RedisCache.builder(redis, "{a}", Codec.strings()));
        assertThrows(IllegalArgumentException.class, () -> RedisCache.builder(redis, "a", Codec.strings())
                .expireAfterWrite(Duration.ZERO));
        RedisCache.Builder<String> builder = RedisCache.builder(redis, "a", Codec.strings());
        assertThrows(IllegalArgumentException.class, () -> builder.jitter(1.1));
        assertThrows(IllegalArgumentException.class, () -> builder.jitter(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> builder.slices(0));
        assertThrows(IllegalArgumentException.class, () -> builder.compressAbove(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.lease(Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisClients.connect(URI.create("http://localhost:1"), 1, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> RedisClients.cluster("localhost", 1, Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class, () -> RedisClients.connect("localhost", 1, 0, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> RedisClients.connect("localhost", 1, 1, Duration.ZERO));
    }
}
