package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.caching.loading.Loaded;
import dev.backendmastery.caching.loading.Loader;
import dev.backendmastery.caching.loading.LoadingCache;
import dev.backendmastery.caching.loading.LoadingCacheContract;
import dev.backendmastery.caching.loading.ReadThrough;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** Reading through a cache that processes share. */
final class ReadThroughOnRedisTest extends LoadingCacheContract {

    /** So that a server which outlives this run has nothing of it for the next. */
    private static final String RUN = UUID.randomUUID() + "-";

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

    private static RedisCache<Loaded<String>> store(RedisClient client, String name) {
        return RedisCache.builder(client, RUN + name, new LoadedCodec<>(Codec.strings()))
                .expireAfterWrite((key, loaded) -> loaded.keepFor())
                .build();
    }

    @Override
    protected LoadingCache<String, String> create(Wanted wanted) {
        Loader.Bulk<String, String> bulk = wanted.bulk;
        ReadThrough.Builder<String, String> builder = bulk == null
                ? ReadThrough.of(wanted.loader, wanted.executor)
                : ReadThrough.ofBulk(bulk, wanted.executor).maxBatch(wanted.maxBatch);
        long start = wanted.ticker.nanos();
        InstantSource clock = () -> Instant.EPOCH.plusNanos(wanted.ticker.nanos() - start);
        return builder.window(wanted.window)
                .sharedStore(store(redis, "loading" + names.incrementAndGet()), clock)
                .expireAfter(wanted.life)
                .refreshAfter(wanted.refresh)
                .jitter(wanted.jitter)
                .refreshEarly(wanted.beta)
                .rememberAbsent(wanted.absent)
                .rememberFailures(wanted.failures)
                .staleIfError(wanted.stale)
                .backoff(wanted.backoff)
                .deadline(wanted.deadline)
                .ticker(wanted.ticker)
                .timers(wanted.timers)
                .random(wanted.random)
                .build();
    }

    @Test
    @DisplayName("what one process has loaded the other finds, also that there is nothing, by the time of day")
    void shared() {
        AtomicInteger loads = new AtomicInteger();
        String name = "shared" + names.incrementAndGet();
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
        InstantSource later = InstantSource.fixed(Instant.parse("2026-01-01T00:01:00Z"));
        try (ReadThrough<String, String> mine = another(name, clock, loads);
                ReadThrough<String, String> theirs = another(name, clock, loads);
                ReadThrough<String, String> last = another(name, later, loads)) {
            assertEquals("load 1", mine.get("a"));
            assertEquals("load 1", theirs.get("a"));
            assertNull(mine.get("none"));
            assertNull(theirs.get("none"));
            assertEquals(2, loads.get());
            assertEquals("load 3", last.get("a"));
        }
    }

    private static ReadThrough<String, String> another(String name, InstantSource clock, AtomicInteger loads) {
        return ReadThrough.<String, String>of(
                        key -> {
                            int number = loads.incrementAndGet();
                            return key.equals("none") ? null : "load " + number;
                        },
                        Runnable::run)
                .sharedStore(store(redis, name), clock)
                .expireAfter(Duration.ofMinutes(1))
                .rememberAbsent(Duration.ofMinutes(1))
                .build();
    }

    @Test
    @DisplayName("without Redis values are loaded and not remembered, and changes throw, in bounded time")
    void redisDown() {
        try (Redis own = Redis.builder().start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 4, Duration.ofMillis(300));
                ReadThrough<String, String> cache = ReadThrough.<String, String>of(key -> "loaded", Runnable::run)
                        .sharedStore(store(client, "down"), InstantSource.system())
                        .build()) {
            own.kill();
            assertEquals("loaded", cache.get("a"));
            assertEquals(1, cache.stats().unremembered());
            assertThrows(RedisUnavailableException.class, () -> cache.put("a", "1"));
            assertThrows(RedisUnavailableException.class, () -> cache.remove("a"));
            assertThrows(RedisUnavailableException.class, cache::clear);
            assertEquals("loaded", cache.get("a"));
        }
    }

    @Test
    @DisplayName("the codec refuses what is not of its version")
    void versions() {
        LoadedCodec<String> codec = new LoadedCodec<>(Codec.strings());
        Loaded<String> value = new Loaded<>("v", -1, Loaded.NEVER, 2, 3, 4);
        Loaded<String> absent = new Loaded<>(null, 1, 2, 3, 0, 5);
        assertEquals(value, codec.decode(codec.encode(value)));
        assertEquals(absent, codec.decode(codec.encode(absent)));
        byte[] bytes = codec.encode(value);
        assertEquals(43, bytes.length);
        bytes[0]++;
        assertThrows(IllegalArgumentException.class, () -> codec.decode(bytes));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(new byte[3]));
    }
}
