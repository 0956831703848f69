package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ManualTickerTest extends TickerContract {

    private final ManualTicker ticker = new ManualTicker();

    @Override
    protected Ticker ticker() {
        return ticker;
    }

    @Override
    protected Sleeper sleeper() {
        return ticker;
    }

    @Test
    void startsJustBeforeTheWrapAround() {
        long start = ticker.nanos();
        ticker.advance(Duration.ofNanos(10));
        assertTrue(ticker.nanos() < start, "has wrapped around");
        assertEquals(10, ticker.nanos() - start);
    }

    @Test
    void refusesToRunBackwards() {
        long start = ticker.nanos();
        assertThrows(IllegalArgumentException.class, () -> ticker.advance(Duration.ofNanos(-1)));
        assertEquals(start, ticker.nanos());
    }
}
