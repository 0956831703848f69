package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FixedWindowTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return FixedWindow.of(rate, ticker);
    }

    @Override
    protected long burst(Rate rate) {
        return 2 * rate.permits();
    }

    @Test
    void grantsTheQuotaInEachWindowAndTwiceThatAroundABoundary() {
        ManualTicker ticker = new ManualTicker();
        FixedWindow limiter = FixedWindow.of(TEN_A_SECOND, ticker);
        ticker.advance(Duration.ofSeconds(1).minusNanos(1));
        assertEquals(10, limiter.tryAcquireUpTo(20));
        assertEquals(0, limiter.tryAcquireUpTo(20));
        ticker.advanceNanos(1);
        assertEquals(10, limiter.tryAcquireUpTo(20));
        assertEquals(Duration.ofSeconds(1).toNanos(), limiter.nanosUntil(1));
    }
}
