package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LeakyBucketTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return LeakyBucket.of(rate, rate.permits(), ticker);
    }

    @Override
    protected long atOnce(Rate rate) {
        return 1;
    }

    @Test
    void pacesCallsEvenlyHoweverLongItWasIdle() {
        ManualTicker ticker = new ManualTicker();
        LeakyBucket bucket = LeakyBucket.of(TEN_A_SECOND, 5, ticker);
        ticker.advance(Duration.ofDays(30));
        assertTrue(bucket.tryAcquire());
        assertFalse(bucket.tryAcquire());
        ticker.advance(Duration.ofMillis(100).minusNanos(1));
        assertFalse(bucket.tryAcquire());
        ticker.advanceNanos(1);
        assertTrue(bucket.tryAcquire(3));
        ticker.advance(Duration.ofMillis(200));
        assertFalse(bucket.tryAcquire(), "three permits take three intervals");
        ticker.advance(Duration.ofMillis(100));
        assertTrue(bucket.tryAcquire());
    }

    @Test
    void queuesNoMoreThanItsCapacity() {
        LeakyBucket bucket = LeakyBucket.of(TEN_A_SECOND, 5, new ManualTicker());
        long hour = Duration.ofHours(1).toNanos();
        for (long place = 0; place <= 5; place++) {
            assertEquals(Duration.ofMillis(100 * place).toNanos(), bucket.reserveNanos(1, hour));
        }
        assertEquals(RateLimiter.DENIED, bucket.reserveNanos(1, hour));
    }
}
