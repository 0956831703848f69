package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

final class SlidingWindowCounterTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return SlidingWindowCounter.of(rate, ticker);
    }
}
