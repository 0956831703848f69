package dev.backendmastery.core.time;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class TickerContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(StepsBack.class, "T-1");
        Kit.convicts(WakesEarly.class, "T-2");
        Kit.convicts(RefusesNoTime.class, "T-3");
        Kit.convicts(IgnoresInterrupts.class, "T-4");
    }

    abstract static class Wrong extends TickerContract {
        final ManualTicker manual = new ManualTicker();

        @Override
        protected Ticker ticker() {
            return manual;
        }

        @Override
        protected Sleeper sleeper() {
            return manual;
        }
    }

    static final class StepsBack extends Wrong {
        private final AtomicLong reads = new AtomicLong();

        @Override
        protected Ticker ticker() {
            return () -> manual.nanos() - (reads.incrementAndGet() % 100 == 0 ? 1 : 0);
        }
    }

    static final class WakesEarly extends Wrong {
        @Override
        protected Sleeper sleeper() {
            return duration -> manual.sleep(duration.dividedBy(2));
        }
    }

    static final class RefusesNoTime extends Wrong {
        @Override
        protected Sleeper sleeper() {
            return duration -> {
                if (duration.compareTo(Duration.ZERO) <= 0) {
                    throw new IllegalArgumentException("duration must be positive");
                }
                manual.sleep(duration);
            };
        }
    }

    static final class IgnoresInterrupts extends Wrong {
        @Override
        protected Sleeper sleeper() {
            return duration -> {
                boolean interrupted = Thread.interrupted();
                manual.sleep(duration);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            };
        }
    }
}
