package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class TimersContractBitesTest {

    @Test
    void acquitsTheModel() {
        Kit.convicts(Right.class);
    }

    @Test
    void convictsEachFault() {
        // Side by side: most of the time they wait in vain for what a wrong implementation never does.
        assertAll(Stream.<Executable>of(
                        () -> Kit.convicts(RoundsDown.class, "TW-1", "TW-7"),
                        () -> Kit.convicts(WaitsATickMore.class, "TW-2", "TW-7"),
                        () -> Kit.convicts(RunsEveryThousandthTwice.class, "TW-3", "TW-6", "TW-11"),
                        () -> Kit.convicts(CancelsWhatHasRun.class, "TW-4", "TW-11", "TW-12"),
                        () -> Kit.convicts(KeepsTheCancelled.class, "TW-5"),
                        () -> Kit.convicts(CountsTheCancelled.class, "TW-5", "TW-10", "TW-11"),
                        () -> Kit.convicts(RunsInReverse.class, "TW-6"),
                        () -> Kit.convicts(ForgetsBeyondAnHour.class, "TW-7"),
                        () -> Kit.convicts(StopsAtAFailure.class, "TW-8"),
                        () -> Kit.convicts(RunsWhatItsTasksSchedule.class, "TW-9"),
                        () -> Kit.convicts(TakesAnyDelay.class, "TW-10"),
                        () -> Kit.convicts(TakesAndMarksInTwoSteps.class, "TW-11"),
                        () -> Kit.convicts(PollsEveryTick.class, "TW-12"))
                .parallel());
    }

    static final class Right extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker);
        }
    }

    static final class RoundsDown extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                long tickOf(long nanos) {
                    return nanos / tick().toNanos();
                }
            };
        }
    }

    static final class WaitsATickMore extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                long tickOf(long nanos) {
                    return super.tickOf(nanos) + 1;
                }
            };
        }
    }

    static final class RunsEveryThousandthTwice extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                private int runs;

                @Override
                void run(Runnable task) {
                    super.run(task);
                    if (++runs % 1_000 == 0) {
                        super.run(task);
                    }
                }
            };
        }
    }

    static final class CancelsWhatHasRun extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                boolean cancel(Entry entry) {
                    return super.cancel(entry) || entry.task != null;
                }
            };
        }
    }

    static final class KeepsTheCancelled extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                synchronized boolean cancel(Entry entry) {
                    return heap.remove(entry);
                }
            };
        }
    }

    /** As wheels do that put the cancelled on a list to be worked off by the next tick. */
    static final class CountsTheCancelled extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                private int gone;

                @Override
                boolean cancel(Entry entry) {
                    boolean cancelled = super.cancel(entry);
                    gone += cancelled ? 1 : 0;
                    return cancelled;
                }

                @Override
                public synchronized long size() {
                    return super.size() + gone;
                }
            };
        }
    }

    static final class RunsInReverse extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                synchronized List<Entry> take(long now) {
                    List<Entry> due = super.take(now);
                    Collections.reverse(due);
                    return due;
                }
            };
        }
    }

    /** A wheel of one turn: what lies further away is put at its end. */
    static final class ForgetsBeyondAnHour extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                public Timer schedule(long delayNanos, Runnable task) {
                    return delayNanos > 3_600_000_000_000_000L && delayNanos < Long.MAX_VALUE / 2
                            ? () -> false
                            : super.schedule(delayNanos, task);
                }
            };
        }
    }

    static final class StopsAtAFailure extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                void run(Runnable task) {
                    task.run();
                }
            };
        }
    }

    static final class RunsWhatItsTasksSchedule extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                public synchronized Timer schedule(long delayNanos, Runnable task) {
                    Timer timer = super.schedule(delayNanos, task);
                    if (delayNanos == 0 && running) {
                        timer.cancel();
                        run(task);
                    }
                    return timer;
                }

                private boolean running;

                @Override
                void run(Runnable task) {
                    running = true;
                    super.run(task);
                    running = false;
                }
            };
        }
    }

    static final class TakesAnyDelay extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                public Timer schedule(long delayNanos, Runnable task) {
                    return super.schedule(Math.min(Math.max(0, delayNanos), Long.MAX_VALUE / 2), task);
                }
            };
        }
    }

    /** Takes a task out and marks it as run in two steps, and a cancel between them believes that it came first. */
    static final class TakesAndMarksInTwoSteps extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                private final Set<Entry> taken = ConcurrentHashMap.newKeySet();

                @Override
                public int advance() {
                    List<Entry> due = take((ticker.nanos() - origin) / tick);
                    taken.addAll(due);
                    for (Entry entry : due) {
                        Runnable task = entry.task;
                        LockSupport.parkNanos(1); // long enough for a cancel to come between
                        taken.remove(entry);
                        run(Objects.requireNonNull(task));
                    }
                    return due.size();
                }

                @Override
                boolean cancel(Entry entry) {
                    return super.cancel(entry) || taken.remove(entry);
                }
            };
        }
    }

    static final class PollsEveryTick extends TimersContract {
        @Override
        protected Timers create(Duration tick, Ticker ticker) {
            return new HeapTimers(tick, ticker) {
                @Override
                public synchronized long nanosUntilNext() {
                    return Math.min(super.nanosUntilNext(), tick().toNanos());
                }
            };
        }
    }
}
