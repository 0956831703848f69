package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.ratelimit.LeasedRateLimiter;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** The kit of core on a real server; time is handed to the script, so that months can pass. */
final class RedisRateLimiterTest extends RateLimiterContract {

    private static final AtomicInteger names = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // connect() comes first
    private static RedisClient redis;

    @BeforeAll
    static void connect() {
        Redis server = Engines.redis();
        redis = RedisClients.connect(server.host(), server.port(), 8, Duration.ofSeconds(9));
    }

    @AfterAll
    static void disconnect() {
        redis.close();
    }

    private static RedisRateLimiter.Builder builder(Rate rate) {
        return RedisRateLimiter.builder(redis, "limit" + names.incrementAndGet(), rate, rate.permits());
    }

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        long origin = ticker.nanos();
        Rate micros = new Rate(rate.permits(), Duration.ofNanos((rate.period().toNanos() + 999) / 1000 * 1000));
        return builder(micros).clock(() -> ticker.nanos() - origin).build().forKey("one");
    }

    @Override
    protected long resolutionNanos() {
        return 1_000;
    }

    @Test
    @DisplayName("RRL-3 leased by two processes, exceeds the bound by no more than what they may park")
    void leased() {
        long[] now = {0};
        RedisRateLimiter limiter =
                builder(Rate.perSecond(100)).clock(() -> now[0]).build();
        LeasedRateLimiter one = LeasedRateLimiter.of(limiter.forKey("shared"), 10, 1);
        LeasedRateLimiter two = LeasedRateLimiter.of(limiter.forKey("shared"), 10, 1);
        long granted = 0;
        for (int i = 0; i < 2_000; i++) {
            granted += one.tryAcquire() ? 1 : 0;
            granted += two.tryAcquire() ? 1 : 0;
            now[0] += 2_000_000;
        }
        long due = 100 + 4 * 100;
        assertTrue(granted <= due + 20, "granted " + granted + " of " + due);
        assertTrue(granted >= due - 20, "granted " + granted + " of " + due);
    }

    @Test
    @DisplayName("RRL-4 counts all processes together, by the server's clock")
    void sharedByProcesses() {
        String name = "shared" + names.incrementAndGet();
        RedisRateLimiter one =
                RedisRateLimiter.builder(redis, name, Rate.perMinute(60), 10).build();
        RedisRateLimiter two =
                RedisRateLimiter.builder(redis, name, Rate.perMinute(60), 10).build();
        int granted = 0;
        for (int i = 0; i < 20; i++) {
            granted += one.tryAcquire("key") ? 1 : 0;
            granted += two.tryAcquire("key") ? 1 : 0;
        }
        assertTrue(granted == 10 || granted == 11, "granted " + granted + ", one may have fallen due meanwhile");
        assertTrue(one.tryAcquire("another key"));
        long wait = one.nanosUntil("key", 1);
        assertTrue(wait > 0 && wait <= 1_000_000_000L, "wait " + wait);
        long ttl = redis.pttl(name + ":{key}");
        assertTrue(ttl > 0 && ttl <= 11_000, "the key expires when it owes nothing: " + ttl + " ms");
    }

    @Test
    @DisplayName("RRL-1, RRL-2 answers by its policy when Redis hangs, and does not make every call wait for that")
    void redisHangs() {
        try (Redis own = Redis.builder().start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 4, Duration.ofMillis(300))) {
            RedisRateLimiter admits = RedisRateLimiter.builder(client, "a", Rate.perSecond(10), 10)
                    .admitWhenDown()
                    .retryAfter(Duration.ofHours(1))
                    .build();
            RedisRateLimiter denies = RedisRateLimiter.builder(client, "b", Rate.perSecond(10), 10)
                    .denyWhenDown()
                    .retryAfter(Duration.ofHours(1))
                    .build();
            RedisRateLimiter shares = RedisRateLimiter.builder(client, "c", Rate.perMinute(10), 10)
                    .shareWhenDown(5, 100)
                    .retryAfter(Duration.ZERO)
                    .build();
            own.pause();
            long start = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                assertTrue(admits.tryAcquire("key"));
                assertFalse(denies.tryAcquire("key"));
            }
            long took = System.nanoTime() - start;
            assertTrue(took < Duration.ofSeconds(10).toNanos(), () -> "2,000 calls took " + took + " ns");
            assertEquals(1_000, admits.failures());
            assertEquals(Duration.ofHours(1).toNanos(), denies.nanosUntil("key", 1));
            assertTrue(shares.tryAcquire("key"));
            assertTrue(shares.tryAcquire("key"));
            assertFalse(shares.tryAcquire("key"), "a fifth of ten");
            own.resume();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            int granted = 0;
            while (granted < 8 && System.nanoTime() < deadline) {
                granted += shares.tryAcquire("other") ? 1 : 0;
            }
            assertEquals(8, granted, "Redis is asked again");
        }
    }

    @Test
    void refusesBadSettings() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisRateLimiter.builder(redis, "a", new Rate(1, Duration.ofNanos(1_500)), 1));
        assertThrows(
                IllegalArgumentException.class, () -> RedisRateLimiter.builder(redis, "a{b", Rate.perSecond(1), 1));
        assertThrows(IllegalArgumentException.class, () -> RedisRateLimiter.builder(redis, "a", Rate.perSecond(1), 0));
        assertThrows(IllegalArgumentException.class, () -> builder(TEN_A_SECOND).shareWhenDown(0, 1));
    }
}
