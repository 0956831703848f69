package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.redis.RedisFaultsContract.Faulty;
import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import dev.backendmastery.core.ratelimit.LeasedRateLimiter;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.SlidingWindowCounter;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a limiter that several processes share must hold beyond core's kit. */
@DisplayName("A shared limiter")
@Timeout(30)
abstract class SharedLimiterContract {

    private static final Rate TEN_A_SECOND = Rate.perSecond(10);

    private final String name = Shared.name();

    /** One process's limiter. */
    protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
        return settings.build();
    }

    private RedisRateLimiter.Builder faulty(Rate rate) {
        return RedisRateLimiter.builder(Faulty.CLIENT, Shared.name(), rate, rate.permits());
    }

    private static void whileRedisHangs(Runnable action) {
        RedisFaultsContract.await("Redis", RedisFaultsContract::isUp);
        Faulty.SERVER.pause();
        try {
            action.run();
        } finally {
            Faulty.SERVER.resume();
        }
    }

    @Test
    @DisplayName("RRL-1 answers by its policy while Redis hangs, and by Redis after")
    void policies() {
        KeyedRateLimiter<String> admits =
                open(faulty(TEN_A_SECOND).admitWhenDown().retryAfter(Duration.ZERO));
        KeyedRateLimiter<String> denies =
                open(faulty(TEN_A_SECOND).denyWhenDown().retryAfter(Duration.ofHours(1)));
        KeyedRateLimiter<String> shares =
                open(faulty(Rate.perMinute(10)).shareWhenDown(5, 100).retryAfter(Duration.ZERO));
        whileRedisHangs(() -> {
            assertTrue(admits.tryAcquire("key"));
            assertFalse(denies.tryAcquire("key"));
            assertEquals(Duration.ofHours(1).toNanos(), denies.nanosUntil("key", 1));
            assertTrue(shares.tryAcquire("key"));
            assertTrue(shares.tryAcquire("key"));
            assertFalse(shares.tryAcquire("key"), "a fifth of ten");
        });
        int[] granted = {0};
        RedisFaultsContract.await("Redis", () -> (granted[0] += shares.tryAcquire("other") ? 1 : 0) >= 8);
    }

    @Test
    @DisplayName("RRL-2 makes one call wait for a Redis that hangs, not all of them")
    void waitsOnce() {
        KeyedRateLimiter<String> denies =
                open(faulty(TEN_A_SECOND).denyWhenDown().retryAfter(Duration.ofHours(1)));
        whileRedisHangs(() -> {
            long end = System.nanoTime()
                    + RedisFaultsContract.DEADLINE.plusSeconds(1).toNanos();
            int calls = 0;
            while (calls < 1_000 && System.nanoTime() < end) {
                denies.tryAcquire("key");
                calls++;
            }
            assertEquals(1_000, calls, "calls within a deadline and a second");
        });
    }

    @Test
    @DisplayName("RRL-3 leased by two processes, exceeds the bound by no more than what they may park")
    void leased() {
        long[] now = {0};
        KeyedRateLimiter<String> limiter = open(RedisRateLimiter.builder(Shared.CLIENT, name, Rate.perSecond(100), 100)
                .clock(() -> now[0]));
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
    @DisplayName("RRL-4 counts all processes together, by the server's clock, and forgets a key that owes nothing")
    void sharedByProcesses() {
        KeyedRateLimiter<String> one = open(RedisRateLimiter.builder(Shared.CLIENT, name, Rate.perMinute(60), 10));
        KeyedRateLimiter<String> two = open(RedisRateLimiter.builder(Shared.CLIENT, name, Rate.perMinute(60), 10));
        int granted = 0;
        for (int i = 0; i < 20; i++) {
            granted += one.tryAcquire("key") ? 1 : 0;
            granted += two.tryAcquire("key") ? 1 : 0;
        }
        assertTrue(granted == 10 || granted == 11, "granted " + granted + ", one may have fallen due meanwhile");
        assertTrue(one.tryAcquire("another key"));
        long wait = one.nanosUntil("key", 1);
        assertTrue(wait > 0 && wait <= 1_000_000_000L, "wait " + wait);
        long left = Shared.CLIENT.pttl(name + ":{key}");
        assertTrue(left > 0 && left <= 11_000, "the key expires when it owes nothing: " + left + " ms");
    }

    @Test
    @DisplayName("RRL-5 as a window decides as the one in this process does, call for call")
    void window() {
        ManualTicker ticker = new ManualTicker();
        long origin = ticker.nanos();
        RateLimiter far = open(RedisRateLimiter.slidingWindow(Shared.CLIENT, name, TEN_A_SECOND)
                        .clock(() -> ticker.nanos() - origin))
                .forKey("one");
        RateLimiter near = SlidingWindowCounter.of(TEN_A_SECOND, ticker);
        Random random = new Random(4);
        for (int i = 0; i < 600; i++) {
            String call = "call " + i;
            long permits = 1L + random.nextInt(4);
            assertTrue(Math.abs(near.nanosUntil(permits) - far.nanosUntil(permits)) <= 1_000, call);
            long wait = random.nextInt(3) == 0 ? 200_000_000L : 0;
            boolean granted = near.reserveNanos(permits, wait) >= 0;
            assertEquals(granted, far.reserveNanos(permits, wait) >= 0, call);
            ticker.advanceNanos(1_000L * random.nextInt(400_000));
        }
    }

    @Test
    @DisplayName("RRL-5 as a window forgets a key that owes nothing")
    void windowExpires() {
        KeyedRateLimiter<String> limiter =
                open(RedisRateLimiter.slidingWindow(Shared.CLIENT, name, Rate.perMinute(10)));
        assertTrue(limiter.tryAcquire("key"));
        assertEquals(9, limiter.tryAcquireUpTo("key", 20));
        long left = Shared.CLIENT.pttl(name + ":{key}");
        assertTrue(left > 60_000 && left <= 120_001, "left " + left + " ms");
    }
}
