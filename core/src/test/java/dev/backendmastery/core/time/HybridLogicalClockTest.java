package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class HybridLogicalClockTest extends HybridLogicalClockContract {

    @Override
    protected Clock create(InstantSource wall) {
        HybridLogicalClock clock = HybridLogicalClock.of(wall, MAX_AHEAD);
        return new Clock(clock::now, clock::observe);
    }

    @Test
    void timestampsReadBackAndRefuseWhatTheyCannotHold() {
        HybridTimestamp timestamp = HybridTimestamp.of(1_700_000_000_123L, 65_535);
        assertEquals(1_700_000_000_123L, timestamp.millis());
        assertEquals(65_535, timestamp.counter());
        assertEquals(timestamp, new HybridTimestamp(timestamp.bits()));
        assertEquals("2023-11-14T22:13:20.123Z+65535", timestamp.toString());
        assertThrows(IllegalArgumentException.class, () -> new HybridTimestamp(-1));
        assertThrows(IllegalArgumentException.class, () -> HybridTimestamp.of(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> HybridTimestamp.of(1L << 47, 0));
        assertThrows(IllegalArgumentException.class, () -> HybridTimestamp.of(0, 65_536));
        assertThrows(
                IllegalArgumentException.class,
                () -> HybridLogicalClock.of(InstantSource.system(), Duration.ofNanos(999_999)));
    }
}
