package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnowflakeIdsTest extends IdGeneratorContract<Long> {

    @Override
    protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        return SnowflakeIds.of(node, SnowflakeIds.DEFAULT_EPOCH, clock, ticker, policy);
    }

    @Override
    protected int idsPerMilli() {
        return 4_096;
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_024, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesAWorkerOutOfRange(int worker) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> SnowflakeIds.ofWorker(worker));
        assertEquals("worker must be from 0 to 1023, was " + worker, refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_023})
    void tellsItsWorker(int worker) {
        assertEquals(worker, SnowflakeIds.workerOf(SnowflakeIds.ofWorker(worker).nextLong()));
    }

    @Test
    void refusesAClockBeforeTheEpoch() {
        InstantSource early = InstantSource.fixed(SnowflakeIds.DEFAULT_EPOCH.minus(Duration.ofDays(1)));
        SnowflakeIds ids =
                SnowflakeIds.of(0, SnowflakeIds.DEFAULT_EPOCH, early, Ticker.system(), SnowflakeIds.DEFAULT_POLICY);
        assertThrows(ClockBehindException.class, ids::next);
    }

    @Test
    void endsWithItsEpochAndNeverGivesANegativeId() {
        Instant end = SnowflakeIds.DEFAULT_EPOCH.plusMillis((1L << 41) - 1);
        SnowflakeIds ids = SnowflakeIds.of(
                1_023,
                SnowflakeIds.DEFAULT_EPOCH,
                InstantSource.fixed(end),
                Ticker.system(),
                ClockPolicy.borrowing(Duration.ofDays(1)));
        for (int i = 0; i < 4_096; i++) {
            assertTrue(ids.nextLong() > 0);
        }
        var refusal = assertThrows(IllegalStateException.class, ids::next);
        assertEquals("the ids of this epoch end at " + end, refusal.getMessage());
    }

    @Test
    void formatsTheGreatestIdAndRefusesOnePast() {
        SnowflakeIds ids = SnowflakeIds.ofWorker(0);
        assertEquals("7ZZZZZZZZZZZZ", ids.format(Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, ids.parse("7ZZZZZZZZZZZZ"));
        assertThrows(IllegalArgumentException.class, () -> ids.parse("8000000000000"));
        assertThrows(IllegalArgumentException.class, () -> ids.format(-1L));
    }
}
