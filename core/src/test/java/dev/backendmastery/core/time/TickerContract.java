package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link Ticker} that tests may drive must hold, and the {@link Sleeper} that goes with it. */
@DisplayName("A Ticker and its Sleeper")
public abstract class TickerContract {

    /** The ticker to check. */
    protected abstract Ticker ticker();

    /** A sleeper that waits by {@link #ticker()}. */
    protected abstract Sleeper sleeper();

    @Test
    @DisplayName("T-1 never runs backwards")
    void monotonic() {
        Ticker ticker = ticker();
        long last = ticker.nanos();
        for (int i = 0; i < 10_000; i++) {
            long now = ticker.nanos();
            assertTrue(now - last >= 0);
            last = now;
        }
    }

    @Test
    @DisplayName("T-2 measures what its sleeper sleeps, as a difference")
    void differences() throws InterruptedException {
        long before = ticker().nanos();
        sleeper().sleep(Duration.ofMillis(2));
        assertTrue(ticker().nanos() - before >= 2_000_000);
    }

    @Test
    @DisplayName("T-3 sleeps no time at all if asked for none")
    void noTime() throws InterruptedException {
        sleeper().sleep(Duration.ZERO);
        sleeper().sleep(Duration.ofSeconds(-1));
    }

    @Test
    @DisplayName("T-4 tells an interrupted sleeper so, and clears the flag")
    void interrupted() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> sleeper().sleep(Duration.ofNanos(1)));
        assertEquals(false, Thread.interrupted());
    }
}
