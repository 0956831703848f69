package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** With a batch of one nothing is ever parked, so the whole kit holds; the tests below are about what is parked. */
final class LeasedRateLimiterTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return LeasedRateLimiter.of(TokenBucket.of(rate, rate.permits(), ticker), 1, 1);
    }

    @Test
    @DisplayName("LRL-1 grants at most the source's burst + what lies parked + rate x t")
    void parkedIsBounded() {
        ManualTicker ticker = new ManualTicker();
        Rate rate = Rate.perSecond(100);
        LeasedRateLimiter leased = LeasedRateLimiter.of(TokenBucket.of(rate, 50, ticker), 20, 4);
        assertEquals(80, leased.mostParked());
        Grants grants = new Grants();
        long elapsed = 0;
        for (int i = 0; i < 20_000; i++) {
            if (leased.tryAcquire()) {
                grants.add(elapsed, 1);
            }
            long step = i % 100 == 99 ? Duration.ofDays(10).toNanos() : 3_000_000;
            elapsed += step;
            ticker.advanceNanos(step);
        }
        grants.assertWithin(50 + 80, rate);
        assertTrue(grants.total() > 10_000, "grants " + grants.total());
    }

    @Test
    @DisplayName("LRL-2 never grants what the source did not, with many threads")
    void grantsOnlyWhatTheSourceGranted() throws InterruptedException, ExecutionException {
        TokenBucket source = TokenBucket.of(Rate.perSecond(1), 100_000, new ManualTicker());
        LeasedRateLimiter leased = LeasedRateLimiter.of(source, 64, 2);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Long>> counts = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                counts.add(pool.submit(() -> {
                    long granted = 0;
                    for (int i = 0; i < 50_000; i++) {
                        granted += leased.tryAcquire() ? 1 : 0;
                    }
                    return granted;
                }));
            }
            long granted = 0;
            for (Future<Long> count : counts) {
                granted += count.get();
            }
            assertTrue(granted <= 100_000, "granted " + granted);
            assertTrue(granted >= 100_000 - leased.mostParked(), "lost too many: granted " + granted);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("LRL-3 denies only if neither its cell nor the source has permits")
    void searchesTheSource() {
        TokenBucket source = TokenBucket.of(TEN_A_SECOND, 10, new ManualTicker());
        LeasedRateLimiter leased = LeasedRateLimiter.of(source, 8, 1);
        assertTrue(leased.tryAcquire(3));
        assertTrue(leased.tryAcquire(3));
        assertTrue(leased.tryAcquire(3), "two parked, two at the source: one more batch");
        assertTrue(leased.tryAcquire(1));
        assertEquals(100_000_000, leased.nanosUntil(1));
        assertThrows(IllegalArgumentException.class, () -> LeasedRateLimiter.of(source, 11, 1));
        assertThrows(IllegalArgumentException.class, () -> LeasedRateLimiter.of(source, 1, 3));
    }
}
