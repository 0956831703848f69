package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class BulkheadContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(OnePlaceTooMany.class, "BH-1");
        Kit.convicts(QueueWithoutBound.class, "BH-2");
        Kit.convicts(LeavesTooEarly.class, "BH-3");
        Kit.convicts(KeepsThePlaceOfAFailure.class, "BH-4");
        Kit.convicts(LetsOthersOvertake.class, "BH-1", "BH-5");
        Kit.convicts(WaitsThroughInterrupts.class, "BH-6");
        Kit.convicts(ForgetsToWake.class, "BH-6", "BH-7");
    }

    /** The right one, for the faults to be planted in. */
    static class Around implements Bulkhead {
        final Bulkhead right;

        Around(Bulkhead right) {
            this.right = right;
        }

        @Override
        public boolean tryAcquire() {
            return right.tryAcquire();
        }

        @Override
        public void acquire(Duration timeout) throws InterruptedException {
            right.acquire(timeout);
        }

        @Override
        public CompletionStage<@Nullable Void> acquireAsync(Duration timeout) {
            return right.acquireAsync(timeout);
        }

        @Override
        public void release() {
            right.release();
        }

        @Override
        public int inFlight() {
            return right.inFlight();
        }

        @Override
        public int waiting() {
            return right.waiting();
        }

        @Override
        public Config config() {
            return right.config();
        }
    }

    private static Bulkhead right(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
        return QueueBulkhead.of(config, ticker, scheduler);
    }

    static final class OnePlaceTooMany extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            int places = config.maxConcurrent() == 3 ? 4 : config.maxConcurrent();
            return right(new Bulkhead.Config(places, config.maxWaiting(), config.maxWait()), ticker, scheduler);
        }
    }

    static final class QueueWithoutBound extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            int waiting = config.maxWaiting() == 2 ? 1_000 : config.maxWaiting();
            Bulkhead wide =
                    right(new Bulkhead.Config(config.maxConcurrent(), waiting, config.maxWait()), ticker, scheduler);
            return new Around(wide) {
                @Override
                public void acquire(Duration timeout) throws InterruptedException {
                    // Bounded, so that the conviction does not take as long as the wait.
                    super.acquire(waiting() >= 2 && waiting == 1_000 ? Duration.ofMillis(1) : timeout);
                }
            };
        }
    }

    static final class LeavesTooEarly extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            return new Around(right(config, ticker, scheduler)) {
                @Override
                public void acquire(Duration timeout) throws InterruptedException {
                    super.acquire(timeout.compareTo(Duration.ofMillis(20)) == 0 ? Duration.ofMillis(1) : timeout);
                }
            };
        }
    }

    static final class KeepsThePlaceOfAFailure extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            return new Around(right(config, ticker, scheduler)) {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    return () -> {
                        if (!tryAcquire()) {
                            acquire(config().maxWait());
                        }
                        T value = action.call();
                        release();
                        return value;
                    };
                }
            };
        }
    }

    static final class LetsOthersOvertake extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            return new Around(right(config, ticker, scheduler)) {
                private boolean overtaken;

                @Override
                public synchronized boolean tryAcquire() {
                    // Takes the place of one who was just served: as if it had been free for a moment.
                    if (!overtaken && waiting() > 2) {
                        overtaken = true;
                        return true;
                    }
                    return super.tryAcquire();
                }
            };
        }
    }

    static final class WaitsThroughInterrupts extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            return new Around(right(config, ticker, scheduler)) {
                @Override
                public void acquire(Duration timeout) throws InterruptedException {
                    try {
                        super.acquire(timeout);
                    } catch (InterruptedException e) {
                        super.acquire(Duration.ofMillis(1));
                    }
                }
            };
        }
    }

    static final class ForgetsToWake extends BulkheadContract {
        @Override
        protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
            return new Around(right(config, ticker, scheduler)) {
                private volatile boolean waiting;

                @Override
                public int waiting() {
                    return waiting ? 1 : super.waiting();
                }

                @Override
                public void acquire(Duration timeout) throws InterruptedException {
                    if (config.maxWaiting() != 10 || timeout.isZero()) {
                        super.acquire(timeout);
                        return;
                    }
                    waiting = !tryAcquire();
                    while (waiting) {
                        synchronized (this) {
                            wait();
                        }
                    }
                }
            };
        }
    }
}
