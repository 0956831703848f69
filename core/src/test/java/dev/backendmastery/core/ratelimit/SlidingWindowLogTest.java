package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SlidingWindowLogTest extends RateLimiterContract {

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return SlidingWindowLog.of(rate, ticker);
    }

    @Test
    void holdsInAnyWindowToTheNanosecond() {
        ManualTicker ticker = new ManualTicker();
        SlidingWindowLog log = SlidingWindowLog.of(TEN_A_SECOND, ticker);
        Random random = new Random(3);
        Deque<Long> lastSecond = new ArrayDeque<>();
        for (int i = 0; i < 50_000; i++) {
            long now = ticker.nanos();
            while (!lastSecond.isEmpty() && now - lastSecond.getFirst() >= 1_000_000_000L) {
                lastSecond.removeFirst();
            }
            boolean room = lastSecond.size() < 10;
            assertTrue(log.tryAcquire() == room, () -> "with " + lastSecond.size() + " in the last second");
            if (room) {
                lastSecond.addLast(now);
            }
            ticker.advanceNanos(random.nextInt(60_000_000));
        }
    }

    @Test
    void refusesAQuotaThatWouldNotFitInMemory() {
        assertThrows(IllegalArgumentException.class, () -> SlidingWindowLog.of(Rate.perSecond(1 << 21)));
    }
}
