package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TokenBucketTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return TokenBucket.of(rate, rate.permits(), ticker);
    }

    @Test
    void keepsTheExactRateForYears() {
        ManualTicker ticker = new ManualTicker();
        // A third of a nanosecond would be lost with every permit if the interval were rounded.
        TokenBucket bucket = TokenBucket.of(Rate.perSecond(300_000_000), 1, ticker);
        long granted = 0;
        for (int i = 0; i < 1_000; i++) {
            granted += bucket.tryAcquire() ? 1 : 0;
            ticker.advanceNanos(4);
        }
        assertEquals(1_000, granted, "a call every 4 ns is below 300 million a second");
        TokenBucket fast = TokenBucket.of(Rate.perSecond(300_000_000), 3, ticker);
        granted = 0;
        for (int i = 0; i < 3_000; i++) {
            granted += fast.tryAcquireUpTo(3);
            ticker.advanceNanos(1);
        }
        assertTrue(granted >= 900 && granted <= 903, "3,000 ns at 0.3 a nanosecond gave " + granted);
    }

    @Test
    void isNeverFasterThanARateThatItCannotRepresentExactly() {
        ManualTicker ticker = new ManualTicker();
        Rate rate = new Rate(999_983, Duration.ofSeconds(1));
        TokenBucket bucket = TokenBucket.of(rate, 10, ticker);
        Grants grants = new Grants();
        long elapsed = 0;
        for (int i = 0; i < 100_000; i++) {
            if (bucket.tryAcquire()) {
                grants.add(elapsed, 1);
            }
            elapsed += 700;
            ticker.advanceNanos(700);
        }
        grants.assertWithin(10, rate);
        long due = (long) (elapsed / 1e9 * 999_983);
        assertTrue(grants.total() >= due - due / 10_000, () -> grants.total() + " granted of " + due);
    }

    @Test
    void takesExactlyWhatIsThere() {
        ManualTicker ticker = new ManualTicker();
        TokenBucket bucket = TokenBucket.of(TEN_A_SECOND, 10, ticker);
        assertEquals(7, bucket.tryAcquireUpTo(7));
        assertEquals(3, bucket.tryAcquireUpTo(7));
        assertEquals(0, bucket.tryAcquireUpTo(7));
        ticker.advance(Duration.ofMillis(499));
        assertEquals(4, bucket.tryAcquireUpTo(7));
    }

    @Test
    void refusesWhatItCannotHold() {
        assertThrows(IllegalArgumentException.class, () -> TokenBucket.of(TEN_A_SECOND, 0));
        assertThrows(IllegalArgumentException.class, () -> TokenBucket.of(TEN_A_SECOND, Long.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> new Rate(0, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Rate(2, Duration.ofNanos(1)));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, Duration.ofDays(367)));
    }
}
