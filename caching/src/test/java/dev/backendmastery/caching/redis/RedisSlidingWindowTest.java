package dev.backendmastery.caching.redis;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;

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
}
