package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Lincheck runs every interleaving that it can reach and compares with one caller at a time. With a clock that moves only
 * by an operation and randomness that is constant, ids are a function of the order of the calls, so linearizable means
 * that ids never repeat and grow along it.
 */
final class IdGeneratorLincheckTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final ClockPolicy POLICY = ClockPolicy.borrowing(Duration.ofDays(1));

    @Test
    void generatorsAreLinearizable() {
        options().check(Snowflake.class);
        options().check(Uuid.class);
    }

    @Test
    void aRaceIsSeen() {
        assertThrows(AssertionError.class, () -> options().check(ReadsThenWrites.class));
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .minimizeFailedScenario(false);
    }

    private static final class SteppedClock implements InstantSource {
        private final AtomicLong millis = new AtomicLong(START.toEpochMilli());

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public long millis() {
            return millis.get();
        }
    }

    public static class Snowflake {
        private final SteppedClock clock = new SteppedClock();
        private final SnowflakeIds ids = SnowflakeIds.of(3, SnowflakeIds.DEFAULT_EPOCH, clock, Ticker.system(), POLICY);

        @Operation
        public long next() {
            return ids.nextLong();
        }

        @Operation
        public long tick() {
            return clock.millis.incrementAndGet();
        }
    }

    public static class Uuid {
        private final SteppedClock clock = new SteppedClock();
        private final UuidV7 ids = UuidV7.of(() -> 0, clock, Ticker.system(), POLICY);

        @Operation
        public UUID next() {
            return ids.next();
        }

        @Operation
        public long tick() {
            return clock.millis.incrementAndGet();
        }
    }

    public static class ReadsThenWrites {
        private final SteppedClock clock = new SteppedClock();
        private volatile long last;

        @Operation
        public long next() {
            long now = clock.millis() << 12;
            long next = Math.max(now, last + 1);
            last = next;
            return next;
        }

        @Operation
        public long tick() {
            return clock.millis.incrementAndGet();
        }
    }
}
