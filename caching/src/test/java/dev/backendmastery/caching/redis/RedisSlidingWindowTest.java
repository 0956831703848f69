package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.ratelimit.SlidingWindowCounter;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kit of core on the sliding window in Redis; time is handed to the script. */
final class RedisSlidingWindowTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        long origin = ticker.nanos();
        Rate micros = new Rate(rate.permits(), Duration.ofNanos((rate.period().toNanos() + 999) / 1000 * 1000));
        return RedisRateLimiter.slidingWindow(Shared.CLIENT, Shared.name(), micros)
                .clock(() -> ticker.nanos() - origin)
                .build()
                .forKey("one");
    }

    @Override
    protected long resolutionNanos() {
        return 1_000;
    }

    @Test
    @DisplayName("RRL-5 decides as the window in this process does, call for call")
    void asInThisProcess() {
        ManualTicker ticker = new ManualTicker();
        RateLimiter far = create(TEN_A_SECOND, ticker);
        RateLimiter near = SlidingWindowCounter.of(TEN_A_SECOND, ticker);
        Random random = new Random(4);
        for (int i = 0; i < 3_000; i++) {
            long permits = 1L + random.nextInt(4);
            assertTrue(Math.abs(near.nanosUntil(permits) - far.nanosUntil(permits)) <= 1_000, "call " + i);
            long wait = random.nextInt(3) == 0 ? 200_000_000L : 0;
            boolean granted = near.reserveNanos(permits, wait) >= 0;
            assertEquals(granted, far.reserveNanos(permits, wait) >= 0, "call " + i);
            ticker.advanceNanos(1_000L * random.nextInt(400_000));
        }
    }

    @Test
    @DisplayName("RRL-5 a key that owes nothing is forgotten")
    void expires() {
        String name = Shared.name();
        RedisRateLimiter limiter = RedisRateLimiter.slidingWindow(Shared.CLIENT, name, Rate.perMinute(10))
                .build();
        assertTrue(limiter.tryAcquire("key"));
        assertEquals(9, limiter.tryAcquireUpTo("key", 20));
        long left = Shared.CLIENT.pttl(name + ":{key}");
        assertTrue(left > 60_000 && left <= 120_001, "left " + left + " ms");
    }
}
