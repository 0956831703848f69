package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class HybridLogicalClockContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(ReadsThenWrites.class, "HLC-1"),
                () -> Kit.convicts(IsTheMachinesClock.class, "HLC-1", "HLC-2", "HLC-3", "HLC-4", "HLC-5"),
                () -> Kit.convicts(IgnoresWhatItReceives.class, "HLC-3", "HLC-4", "HLC-5"),
                () -> Kit.convicts(CountsInMilliseconds.class, "HLC-2", "HLC-4", "HLC-5"),
                () -> Kit.convicts(BelievesAnyClock.class, "HLC-5"),
                () -> Kit.convicts(TakesOverWhatItRefuses.class, "HLC-5"));
    }

    /** Right, with a hook for each part. */
    abstract static class Parts extends HybridLogicalClockContract {
        final AtomicLong last = new AtomicLong();

        long after(long seen, long physical) {
            return last.updateAndGet(before -> Math.max(Math.max(before, seen) + 1, physical));
        }

        boolean refuses(HybridTimestamp remote, long millis) {
            return remote.millis() - millis > MAX_AHEAD.toMillis();
        }

        @Override
        protected Clock create(InstantSource wall) {
            HybridLogicalClock clock = HybridLogicalClock.of(wall, MAX_AHEAD);
            Parts parts = fresh();
            return new Clock(
                    () -> new HybridTimestamp(
                            parts.after(0, HybridTimestamp.of(wall.millis(), 0).bits())),
                    remote -> parts.refuses(remote, wall.millis())
                            ? clock.observe(remote)
                            : new HybridTimestamp(parts.after(
                                    remote.bits(),
                                    HybridTimestamp.of(wall.millis(), 0).bits())));
        }

        abstract Parts fresh();
    }

    static final class ReadsThenWrites extends Parts {
        private int calls;

        @Override
        long after(long seen, long physical) {
            long next = Math.max(Math.max(last.get(), seen) + 1, physical);
            if (++calls % 500 == 0) {
                LockSupport.parkNanos(1); // lets others in, whatever the machine's load
            }
            last.set(next);
            return next;
        }

        @Override
        Parts fresh() {
            return new ReadsThenWrites();
        }
    }

    static final class IsTheMachinesClock extends Parts {
        @Override
        long after(long seen, long physical) {
            return physical;
        }

        @Override
        Parts fresh() {
            return new IsTheMachinesClock();
        }
    }

    static final class IgnoresWhatItReceives extends Parts {
        @Override
        long after(long seen, long physical) {
            return super.after(0, physical);
        }

        @Override
        Parts fresh() {
            return new IgnoresWhatItReceives();
        }
    }

    static final class CountsInMilliseconds extends Parts {
        @Override
        long after(long seen, long physical) {
            long step = HybridTimestamp.of(1, 0).bits();
            return last.updateAndGet(before -> Math.max((Math.max(before, seen) / step + 1) * step, physical));
        }

        @Override
        Parts fresh() {
            return new CountsInMilliseconds();
        }
    }

    static final class BelievesAnyClock extends Parts {
        @Override
        boolean refuses(HybridTimestamp remote, long millis) {
            return false;
        }

        @Override
        Parts fresh() {
            return new BelievesAnyClock();
        }
    }

    static final class TakesOverWhatItRefuses extends Parts {
        @Override
        boolean refuses(HybridTimestamp remote, long millis) {
            boolean refused = super.refuses(remote, millis);
            if (refused) {
                after(remote.bits(), 0);
            }
            return refused;
        }

        @Override
        Parts fresh() {
            return new TakesOverWhatItRefuses();
        }
    }
}
