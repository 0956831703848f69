package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class SingleFlightContractBitesTest {

    @Test
    void convictsEachFault() {
        // Side by side: most of the time they wait in vain for what a wrong implementation never does.
        assertAll(Stream.<Executable>of(
                        () -> Kit.convicts(SharesNothing.class, "SF-1", "SF-2", "SF-3", "SF-5", "SF-6", "SF-8", "SF-9"),
                        () -> Kit.convicts(CopiesTheValue.class, "SF-2"),
                        () -> Kit.convicts(HidesTheCause.class, "SF-3"),
                        () -> Kit.convicts(KeepsTheResult.class, "SF-3", "SF-4", "SF-9"),
                        () -> Kit.convicts(IgnoresTheDeadline.class, "SF-5"),
                        () -> Kit.convicts(FailsAllWithTheExecutor.class, "SF-6"),
                        () -> Kit.convicts(
                                LocksAllKeys.class, "SF-1", "SF-2", "SF-3", "SF-5", "SF-6", "SF-7", "SF-8", "SF-9"),
                        () -> Kit.convicts(WaitsForItself.class, "SF-8"),
                        () -> Kit.convicts(ForgetsNothing.class, "SF-9", "SF-10"),
                        () -> Kit.convicts(EndsWhateverIsUnderWay.class, "SF-9"),
                        () -> Kit.convicts(KeepsWhatWasForgotten.class, "SF-10", "SF-11"),
                        () -> Kit.convicts(KeepsTooLate.class, "SF-10"),
                        () -> Kit.convicts(StartsDuringChanges.class, "SF-11"),
                        () -> Kit.convicts(ChangesWhatIsBeingKept.class, "SF-11"))
                .parallel());
    }

    static CompletableFuture<String> runAsync(
            SingleFlight<String, String> flights,
            String key,
            Supplier<CompletableFuture<String>> work,
            Consumer<String> keep) {
        return flights.runAsync(key, work, (value, failure) -> {
                    if (value != null) {
                        keep.accept(value);
                    }
                })
                .toCompletableFuture();
    }

    abstract static class Wrong extends SingleFlightContract implements SingleFlightContract.Flights {
        final SingleFlight<String, String> right = new SingleFlight<>();

        @Override
        protected Flights create() {
            return this;
        }

        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            return right.run(key, timeout, work);
        }

        @Override
        public void forget(String key) {
            right.forget(key);
        }

        @Override
        public CompletableFuture<String> runAsync(
                String key, Supplier<CompletableFuture<String>> work, Consumer<String> keep) {
            return SingleFlightContractBitesTest.runAsync(right, key, work, keep);
        }

        @Override
        public void change(String key, Runnable change) {
            right.change(key, change);
        }

        static String execute(Callable<String> work) throws ExecutionException, InterruptedException {
            try {
                return work.call();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new ExecutionException(e);
            }
        }
    }

    static final class SharesNothing extends Wrong {
        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException {
            return execute(work);
        }
    }

    static final class CopiesTheValue extends Wrong {
        @Override
        @SuppressWarnings("StringCopy") // that is the fault
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            return new String(super.run(key, timeout, work));
        }
    }

    static final class HidesTheCause extends Wrong {
        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            try {
                return super.run(key, timeout, work);
            } catch (ExecutionException e) {
                throw new ExecutionException(new IllegalStateException(String.valueOf(e.getMessage())));
            }
        }
    }

    static final class KeepsTheResult extends Wrong {
        private final ConcurrentHashMap<String, CompletableFuture<String>> results = new ConcurrentHashMap<>();

        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            CompletableFuture<String> kept = results.get(key);
            if (kept != null) {
                return kept.get();
            }
            try {
                String value = super.run(key, timeout, work);
                results.put(key, CompletableFuture.completedFuture(value));
                return value;
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                if (cause != null && !(cause instanceof IllegalStateException)) {
                    results.put(key, CompletableFuture.failedFuture(cause));
                }
                throw e;
            }
        }
    }

    static final class IgnoresTheDeadline extends Wrong {
        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            return right.run(key, Duration.ofSeconds(4), work);
        }
    }

    static final class FailsAllWithTheExecutor extends Wrong {
        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            return super.run(key, timeout, () -> {
                try {
                    return work.call();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                }
            });
        }
    }

    static final class LocksAllKeys extends Wrong {
        @Override
        public synchronized String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException {
            return execute(work);
        }
    }

    static final class WaitsForItself extends Wrong {
        private final ConcurrentHashMap<Thread, String> executing = new ConcurrentHashMap<>();

        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            if (key.equals(executing.get(Thread.currentThread()))) {
                return new CompletableFuture<String>().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            return super.run(key, timeout, () -> {
                executing.put(Thread.currentThread(), key);
                try {
                    return work.call();
                } finally {
                    executing.remove(Thread.currentThread());
                }
            });
        }
    }

    static final class ForgetsNothing extends Wrong {
        @Override
        public void forget(String key) {}
    }

    /** Removes by the key alone at the end: the end of a forgotten execution ends its successor. */
    static final class EndsWhateverIsUnderWay extends Wrong {
        @Override
        public String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException {
            boolean[] executed = {false};
            String value = super.run(key, timeout, () -> {
                executed[0] = true;
                return work.call();
            });
            if (executed[0]) {
                right.forget(key);
            }
            return value;
        }
    }

    static final class KeepsWhatWasForgotten extends Wrong {
        @Override
        public CompletableFuture<String> runAsync(
                String key, Supplier<CompletableFuture<String>> work, Consumer<String> keep) {
            return super.runAsync(
                    key,
                    () -> work.get().thenApply(value -> {
                        keep.accept(value);
                        return value;
                    }),
                    value -> {});
        }
    }

    static final class KeepsTooLate extends Wrong {
        @Override
        public CompletableFuture<String> runAsync(
                String key, Supplier<CompletableFuture<String>> work, Consumer<String> keep) {
            CompletableFuture<String> view = new CompletableFuture<>();
            CompletionStage<String> end = super.runAsync(key, work, value -> {
                view.complete(value);
                keep.accept(value);
            });
            end.thenAccept(view::complete);
            return view;
        }
    }

    static final class StartsDuringChanges extends Wrong {
        @Override
        public void change(String key, Runnable change) {
            right.change(key, () -> {});
            change.run();
        }
    }

    static final class ChangesWhatIsBeingKept extends Wrong {
        @Override
        public void change(String key, Runnable change) {
            if (right.isInFlight(key)) {
                right.forget(key);
                if (right.isInFlight(key)) {
                    change.run();
                    return;
                }
            }
            right.change(key, change);
        }
    }
}
