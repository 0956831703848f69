package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class KeyedExecutorContractBitesTest {

    @Test
    void convictsEachFault() {
        // Side by side: most of the time they wait in vain for what a wrong implementation never does.
        assertAll(Stream.<Executable>of(
                        () -> Kit.convicts(RunsAKeysTasksAtOnce.class, "KX-1", "KX-3", "KX-9"),
                        () -> Kit.convicts(RunsOneKeyAtATime.class, "KX-2", "KX-3"),
                        () -> Kit.convicts(IgnoresParking.class, Set.of("KX-3"), Set.of("KX-7")),
                        () -> Kit.convicts(LosesEveryThousandthTask.class, "KX-1", "KX-4"),
                        () -> Kit.convicts(StopsAtAFailure.class, "KX-5"),
                        () -> Kit.convicts(IgnoresWeights.class, "KX-6"),
                        () -> Kit.convicts(RefusesInsteadOfWaiting.class, "KX-4", "KX-6", "KX-9"),
                        () -> Kit.convicts(KeepsEveryKey.class, "KX-7"),
                        () -> Kit.convicts(CountsTheRefused.class, "KX-8"),
                        () -> Kit.convicts(LeavesWaitersAsleep.class, "KX-9"))
                .parallel());
    }

    abstract static class Wrong extends KeyedExecutorContract {
        static KeyedExecutor<String> right(Executor executor, int maxTasks, long maxWeight) {
            return KeyedExecutor.of(executor, maxTasks, maxWeight, (key, failure) -> {});
        }
    }

    /** Passes everything on; each fault overrides a method. */
    static class Passing implements KeyedExecutorContract.Keyed {
        final KeyedExecutorContract.Keyed right;

        Passing(KeyedExecutor<String> right) {
            this.right = KeyedExecutorTest.keyed(right);
        }

        @Override
        public boolean trySubmit(String key, long weight, Runnable task) {
            return right.trySubmit(key, weight, task);
        }

        @Override
        public void submit(String key, long weight, Runnable task, Duration timeout)
                throws InterruptedException, TimeoutException {
            right.submit(key, weight, task, timeout);
        }

        @Override
        public void park(String key) {
            right.park(key);
        }

        @Override
        public void resume(String key) {
            right.resume(key);
        }

        @Override
        public int tasks() {
            return right.tasks();
        }

        @Override
        public long weight() {
            return right.weight();
        }

        @Override
        public int keys() {
            return right.keys();
        }

        @Override
        public void close() {
            right.close();
        }

        @Override
        public boolean awaitIdle(Duration timeout) throws InterruptedException {
            return right.awaitIdle(timeout);
        }
    }

    static final class RunsAKeysTasksAtOnce extends Wrong {
        private final AtomicInteger lane = new AtomicInteger();

        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                @Override
                public boolean trySubmit(String key, long weight, Runnable task) {
                    return super.trySubmit(key + "/" + lane.incrementAndGet() % 2, weight, task);
                }
            };
        }
    }

    static final class RunsOneKeyAtATime extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                @Override
                public boolean trySubmit(String key, long weight, Runnable task) {
                    return super.trySubmit("one", weight, task);
                }

                @Override
                public void submit(String key, long weight, Runnable task, Duration timeout)
                        throws InterruptedException, TimeoutException {
                    super.submit("one", weight, task, timeout);
                }

                @Override
                public void park(String key) {
                    super.park("one");
                }

                @Override
                public void resume(String key) {
                    super.resume("one");
                }
            };
        }
    }

    static final class IgnoresParking extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                @Override
                public void park(String key) {}
            };
        }
    }

    static final class LosesEveryThousandthTask extends Wrong {
        private final AtomicInteger tasks = new AtomicInteger();

        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                private Runnable orNothing(Runnable task) {
                    return tasks.incrementAndGet() % 1_000 == 0 ? () -> {} : task;
                }

                @Override
                public boolean trySubmit(String key, long weight, Runnable task) {
                    return super.trySubmit(key, weight, orNothing(task));
                }

                @Override
                public void submit(String key, long weight, Runnable task, Duration timeout)
                        throws InterruptedException, TimeoutException {
                    super.submit(key, weight, orNothing(task), timeout);
                }
            };
        }
    }

    static final class StopsAtAFailure extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                @Override
                public void submit(String key, long weight, Runnable task, Duration timeout)
                        throws InterruptedException, TimeoutException {
                    super.submit(
                            key,
                            weight,
                            () -> {
                                try {
                                    task.run();
                                } catch (IllegalStateException e) {
                                    park(key);
                                    throw e;
                                }
                            },
                            timeout);
                }
            };
        }
    }

    static final class IgnoresWeights extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, KeyedExecutor.MOST_WEIGHT));
        }
    }

    static final class RefusesInsteadOfWaiting extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                @Override
                public void submit(String key, long weight, Runnable task, Duration timeout)
                        throws InterruptedException, TimeoutException {
                    super.submit(key, weight, task, timeout.toSeconds() > 0 ? Duration.ZERO : timeout);
                }
            };
        }
    }

    static final class KeepsEveryKey extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                private final AtomicInteger seen = new AtomicInteger();

                @Override
                public void submit(String key, long weight, Runnable task, Duration timeout)
                        throws InterruptedException, TimeoutException {
                    seen.incrementAndGet();
                    super.submit(key, weight, task, timeout);
                }

                @Override
                public int keys() {
                    return seen.get();
                }
            };
        }
    }

    static final class CountsTheRefused extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                private final AtomicInteger refused = new AtomicInteger();

                @Override
                public boolean trySubmit(String key, long weight, Runnable task) {
                    try {
                        return super.trySubmit(key, weight, task);
                    } catch (RejectedExecutionException e) {
                        refused.incrementAndGet();
                        throw e;
                    }
                }

                @Override
                public int tasks() {
                    return super.tasks() + refused.get();
                }
            };
        }
    }

    static final class LeavesWaitersAsleep extends Wrong {
        @Override
        protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
            return new Passing(right(executor, maxTasks, maxWeight)) {
                private volatile boolean closed;

                @Override
                public boolean trySubmit(String key, long weight, Runnable task) {
                    if (closed) {
                        throw new RejectedExecutionException("closed");
                    }
                    return super.trySubmit(key, weight, task);
                }

                @Override
                public void close() {
                    closed = true;
                }
            };
        }
    }
}
