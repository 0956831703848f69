package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class TimeoutContractBitesTest {

    @Test
    void acquitsThePlainOne() {
        Kit.convicts(Plain.class);
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(LooksAtTheClockAfterwards.class, "TO-1");
        Kit.convicts(LosesTheCause.class, "TO-1");
        Kit.convicts(RoundsDown.class, "TO-2", "TO-5", "TO-6");
        Kit.convicts(LeavesTheInterrupt.class, "TO-3");
        Kit.convicts(NeverStopsTheTimer.class, "TO-2", "TO-3", "TO-6");
        Kit.convicts(SwallowsOtherInterrupts.class, "TO-4");
        Kit.convicts(LetsTheStageRun.class, "TO-5");
    }

    /** A right one in its plainest form: a task a call. */
    static class PlainTimeout implements Policy {
        final Duration limit;
        final ScheduledExecutorService scheduler;

        PlainTimeout(Duration limit, ScheduledExecutorService scheduler) {
            this.limit = limit;
            this.scheduler = scheduler;
        }

        long delay() {
            return limit.toNanos() + 1;
        }

        void interrupt(Thread thread) {
            thread.interrupt();
        }

        void stop(ScheduledFuture<?> alarm) {
            alarm.cancel(false);
        }

        void clear(boolean before) {
            Thread.interrupted();
            if (before) {
                Thread.currentThread().interrupt();
            }
        }

        @Nullable
        Throwable cause(@Nullable Throwable failure) {
            return failure;
        }

        @Override
        public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
            return () -> {
                AtomicBoolean late = new AtomicBoolean();
                AtomicBoolean before = new AtomicBoolean();
                Thread thread = Thread.currentThread();
                ScheduledFuture<?> alarm = scheduler.schedule(
                        () -> {
                            late.set(true);
                            before.set(thread.isInterrupted());
                            interrupt(thread);
                        },
                        delay(),
                        TimeUnit.NANOSECONDS);
                T value;
                try {
                    value = action.call();
                } catch (Throwable e) {
                    stop(alarm);
                    if (late.get()) {
                        clear(before.get());
                        throw new CallTimeoutException(limit, cause(e));
                    }
                    throw e;
                }
                stop(alarm);
                if (late.get()) {
                    clear(before.get());
                    throw new CallTimeoutException(limit, null);
                }
                return value;
            };
        }

        void cancel(CompletionStage<?> stage) {
            stage.toCompletableFuture().cancel(true);
        }

        @Override
        public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                Supplier<? extends CompletionStage<T>> action) {
            return () -> {
                CompletionStage<T> inner = action.get();
                CompletableFuture<T> outer = new CompletableFuture<>();
                ScheduledFuture<?> alarm = scheduler.schedule(
                        () -> {
                            outer.completeExceptionally(new CallTimeoutException(limit, null));
                            cancel(inner);
                        },
                        delay() - 1,
                        TimeUnit.NANOSECONDS);
                CompletionStage<T> seen = outer;
                seen.whenComplete((value, failure) -> {
                    alarm.cancel(false);
                    if (outer.isCancelled()) {
                        cancel(inner);
                    }
                });
                inner.whenComplete((value, failure) -> {
                    if (failure == null) {
                        outer.complete(value);
                    } else {
                        outer.completeExceptionally(failure);
                    }
                });
                return outer;
            };
        }
    }

    static class Plain extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler);
        }
    }

    static final class LooksAtTheClockAfterwards extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                void interrupt(Thread thread) {}

                @Override
                void clear(boolean before) {}
            };
        }
    }

    static final class LosesTheCause extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                @Nullable
                Throwable cause(@Nullable Throwable failure) {
                    return null;
                }
            };
        }
    }

    static final class RoundsDown extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                long delay() {
                    return limit.toNanos() * 15 / 16;
                }
            };
        }
    }

    static final class LeavesTheInterrupt extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                void clear(boolean before) {}
            };
        }
    }

    static final class NeverStopsTheTimer extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                void stop(ScheduledFuture<?> alarm) {}
            };
        }
    }

    static final class SwallowsOtherInterrupts extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                void clear(boolean before) {
                    Thread.interrupted();
                }
            };
        }
    }

    static final class LetsTheStageRun extends TimeoutContract {
        @Override
        protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
            return new PlainTimeout(limit, scheduler) {
                @Override
                void cancel(CompletionStage<?> stage) {}
            };
        }
    }
}
