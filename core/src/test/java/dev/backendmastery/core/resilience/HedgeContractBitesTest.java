package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class HedgeContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(HedgesAtOnce.class, "HG-1", "HG-4");
        Kit.convicts(LetsTheLoserRun.class, "HG-2");
        Kit.convicts(IgnoresTheBudget.class, "HG-3");
        Kit.convicts(KeepsItsFirstDelay.class, "HG-4");
        Kit.convicts(FailsWithTheFirst.class, "HG-5");
        Kit.convicts(HedgesEverything.class, "HG-6");
        Kit.convicts(CallsInTheCallersThread.class, "HG-7");
    }

    abstract static class Wrong extends HedgeContract {
        HedgeConfig config(HedgeConfig config) {
            return config;
        }

        RetryBudget budget(RetryBudget budget) {
            return budget;
        }

        <T extends @Nullable Object> Supplier<CompletionStage<T>> stage(
                Policy right, Supplier<? extends CompletionStage<T>> action) {
            return right.decorateAsync(action);
        }

        <T extends @Nullable Object> Callable<T> decorated(Policy right, Callable<T> action) {
            return right.decorate(action);
        }

        @Override
        protected final Policy create(
                HedgeConfig config,
                RetryBudget budget,
                ScheduledExecutorService scheduler,
                Executor executor,
                Ticker ticker) {
            Policy right = Hedge.of(config(config), budget(budget), scheduler, executor, ticker);
            return new Policy() {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    return decorated(right, action);
                }

                @Override
                public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                        Supplier<? extends CompletionStage<T>> action) {
                    return stage(right, action);
                }
            };
        }
    }

    static final class HedgesAtOnce extends Wrong {
        @Override
        HedgeConfig config(HedgeConfig config) {
            return new HedgeConfig(1, config.quantile(), config.sample(), Duration.ofNanos(1), Duration.ZERO);
        }
    }

    static final class LetsTheLoserRun extends Wrong {
        @Override
        <T extends @Nullable Object> Supplier<CompletionStage<T>> stage(
                Policy right, Supplier<? extends CompletionStage<T>> action) {
            if (!Idempotent.is(action)) {
                return right.decorateAsync(action);
            }
            // A stage that does not hand its cancellation on.
            return right.decorateAsync(Idempotent.<T>stage(() -> action.get().thenApply(value -> value)));
        }
    }

    static final class IgnoresTheBudget extends Wrong {
        @Override
        RetryBudget budget(RetryBudget budget) {
            return budget.available() == 2 ? RetryBudget.of(1, 1_000) : budget;
        }
    }

    static final class KeepsItsFirstDelay extends Wrong {
        @Override
        HedgeConfig config(HedgeConfig config) {
            return new HedgeConfig(1, config.quantile(), 100_000, config.firstDelay(), config.minDelay());
        }
    }

    static final class FailsWithTheFirst extends Wrong {
        @Override
        <T extends @Nullable Object> Supplier<CompletionStage<T>> stage(
                Policy right, Supplier<? extends CompletionStage<T>> action) {
            if (!Idempotent.is(action)) {
                return right.decorateAsync(action);
            }
            return () -> {
                CompletableFuture<T> early = new CompletableFuture<>();
                CompletionStage<T> race = right.decorateAsync(Idempotent.<T>stage(() -> {
                            CompletionStage<T> attempt = action.get();
                            attempt.whenComplete((value, failure) -> {
                                if (failure != null) {
                                    early.completeExceptionally(failure);
                                }
                            });
                            return attempt;
                        }))
                        .get();
                race.whenComplete((value, failure) -> {
                    if (failure == null) {
                        early.complete(value);
                    } else {
                        early.completeExceptionally(failure);
                    }
                });
                CompletionStage<T> seen = early;
                seen.whenComplete((value, failure) -> race.toCompletableFuture().cancel(true));
                return early;
            };
        }
    }

    static final class HedgesEverything extends Wrong {
        @Override
        <T extends @Nullable Object> Supplier<CompletionStage<T>> stage(
                Policy right, Supplier<? extends CompletionStage<T>> action) {
            return right.decorateAsync(Idempotent.stage(action));
        }
    }

    static final class CallsInTheCallersThread extends Wrong {
        @Override
        <T extends @Nullable Object> Callable<T> decorated(Policy right, Callable<T> action) {
            return () -> {
                Thread here = Thread.currentThread();
                CompletableFuture<Boolean> alarm =
                        new CompletableFuture<Boolean>().completeOnTimeout(true, 100, TimeUnit.MILLISECONDS);
                CompletionStage<Boolean> rung = alarm;
                rung.whenComplete((on, none) -> {
                    if (Boolean.TRUE.equals(on)) {
                        here.interrupt();
                    }
                });
                try {
                    return action.call();
                } finally {
                    alarm.complete(false);
                }
            };
        }
    }
}
