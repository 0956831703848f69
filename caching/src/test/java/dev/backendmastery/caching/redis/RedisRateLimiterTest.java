package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The kit of core on a real server; time is handed to the script, so that months can pass. */
final class RedisRateLimiterTest extends RateLimiterContract {

    private static RedisRateLimiter.Builder builder(Rate rate) {
        return RedisRateLimiter.builder(Shared.CLIENT, Shared.name(), rate, rate.permits());
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
    void refusesBadSettings() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisRateLimiter.builder(Shared.CLIENT, "a", new Rate(1, Duration.ofNanos(1_500)), 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisRateLimiter.builder(Shared.CLIENT, "a{b", Rate.perSecond(1), 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisRateLimiter.builder(Shared.CLIENT, "a", Rate.perSecond(1), 0));
        assertThrows(IllegalArgumentException.class, () -> builder(TEN_A_SECOND).shareWhenDown(0, 1));
    }
}
