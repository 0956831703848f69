package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.observability.logs.LineQueue.Stats;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Each class below does one thing wrong, and the kit convicts it by the clauses named here. */
final class LineQueueContractBitesTest {

    /** Ours, but for what a subclass does. */
    abstract static class Planted extends LineQueueContract {
        @Override
        protected Subject create(OutputStream out, int capacity, Duration patience, ThreadFactory threads) {
            Subject real = super.create(out, capacity, patience, threads);
            return new Subject() {
                @Override
                public boolean offer(Level level, byte[] line) {
                    return Planted.this.offer(real, level, line);
                }

                @Override
                public Stats stats() {
                    return change(real.stats());
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        }

        boolean offer(Subject real, Level level, byte[] line) {
            return real.offer(level, line);
        }

        Stats change(Stats stats) {
            return stats;
        }
    }

    static final class NoFault extends Planted {}

    static final class CutsLines extends Planted {
        @Override
        boolean offer(Subject real, Level level, byte[] line) {
            return real.offer(level, Arrays.copyOf(line, Math.min(line.length, 5)));
        }
    }

    static final class KeepsNoRoomForErrors extends Planted {
        @Override
        boolean offer(Subject real, Level level, byte[] line) {
            return real.offer(Level.ERROR, line);
        }
    }

    static final class ErrorsAreLikeAll extends Planted {
        @Override
        boolean offer(Subject real, Level level, byte[] line) {
            return real.offer(Level.INFO, line);
        }
    }

    static final class DropsInSilence extends Planted {
        @Override
        Stats change(Stats stats) {
            return new Stats(stats.written(), 0, 0, stats.failed(), 0, stats.unfinished());
        }
    }

    static final class CountsFailedAsWritten extends Planted {
        @Override
        Stats change(Stats stats) {
            return new Stats(
                    stats.written() + stats.failed(),
                    stats.crowded(),
                    stats.full(),
                    0,
                    stats.late(),
                    stats.unfinished());
        }
    }

    static final class LosesWhatIsLeft extends Planted {
        @Override
        Stats change(Stats stats) {
            return new Stats(stats.written(), stats.crowded(), stats.full(), stats.failed(), stats.late(), 0);
        }
    }

    @Test
    void theKitBites() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(CutsLines.class, "LQ-1", "LQ-5"),
                () -> Kit.convicts(KeepsNoRoomForErrors.class, "LQ-3"),
                () -> Kit.convicts(ErrorsAreLikeAll.class, "LQ-2", "LQ-3"),
                () -> Kit.convicts(DropsInSilence.class, "LQ-2", "LQ-3", "LQ-7", "LQ-8"),
                () -> Kit.convicts(CountsFailedAsWritten.class, "LQ-4", "LQ-6", "LQ-8"),
                () -> Kit.convicts(LosesWhatIsLeft.class, "LQ-6"));
    }
}
