package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class RetryContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(OneAttemptTooMany.class, "RT-1", "RT-2", "RT-3", "RT-4", "RT-5", "RT-10");
        Kit.convicts(WaitsWithoutJitter.class, "RT-2");
        Kit.convicts(SleepsIntoTheDeadline.class, "RT-3", "RT-8");
        Kit.convicts(TriesEverythingAgain.class, "RT-4");
        Kit.convicts(ForgetsTheHistory.class, "RT-3", "RT-5", "RT-7", "RT-8");
        Kit.convicts(BudgetForEachCaller.class, "RT-6");
        Kit.convicts(RefusesTheCallOverBudget.class, "RT-6", "RT-7");
        Kit.convicts(KnowsBetterThanTheServer.class, "RT-8");
        Kit.convicts(SleepsThroughInterrupts.class, "RT-9");
        Kit.convicts(TriesAgainAtOnce.class, "RT-10");
    }

    abstract static class Wrong extends RetryContract {
        RetryConfig config(RetryConfig config) {
            return config;
        }

        RetryBudget budget(RetryBudget budget) {
            return budget;
        }

        Sleeper sleeper(Sleeper sleeper) {
            return sleeper;
        }

        Policy policy(Policy right, RetryBudget budget) {
            return right;
        }

        @Override
        protected final Policy create(
                RetryConfig config,
                RetryBudget budget,
                Ticker ticker,
                Sleeper sleeper,
                DoubleSupplier random,
                ScheduledExecutorService scheduler) {
            return policy(
                    Retry.of(config(config), budget(budget), ticker, sleeper(sleeper), random, scheduler), budget);
        }
    }

    /** Another policy around the right one; its stages stay right. */
    abstract static class Around implements Policy {
        final Policy right;

        Around(Policy right) {
            this.right = right;
        }

        @Override
        public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                Supplier<? extends CompletionStage<T>> action) {
            return right.decorateAsync(action);
        }
    }

    static final class OneAttemptTooMany extends Wrong {
        @Override
        RetryConfig config(RetryConfig config) {
            return config.withMaxAttempts(config.maxAttempts() + 1);
        }
    }

    static final class WaitsWithoutJitter extends Wrong {
        @Override
        RetryConfig config(RetryConfig config) {
            return config.withBackoff((failed, previous, random) ->
                    config.backoff().nanos(failed, previous, () -> config.maxAttempts() == 3 ? 0.1 : 0.5));
        }
    }

    static final class SleepsIntoTheDeadline extends Wrong {
        @Override
        RetryConfig config(RetryConfig config) {
            return config.withDeadline(config.deadline().plusDays(100))
                    .withServerDelay(failure -> {
                        Duration asked = config.serverDelay().apply(failure);
                        return asked != null && asked.compareTo(config.deadline()) > 0 ? config.deadline() : asked;
                    })
                    .withMaxAttempts(Math.min(10, config.maxAttempts()));
        }
    }

    static final class TriesEverythingAgain extends Wrong {
        @Override
        RetryConfig config(RetryConfig config) {
            return config.withRetryOn(failure -> true);
        }
    }

    static final class ForgetsTheHistory extends Wrong {
        @Override
        Policy policy(Policy right, RetryBudget budget) {
            return new Around(right) {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    Callable<T> decorated = right.decorate(action);
                    return () -> {
                        try {
                            return decorated.call();
                        } catch (RetriesExhaustedException e) {
                            throw new IOException("it did not work");
                        }
                    };
                }
            };
        }
    }

    static final class BudgetForEachCaller extends Wrong {
        @Override
        RetryBudget budget(RetryBudget budget) {
            return budget.available() == 0 ? budget : RetryBudget.of(0.1, 10);
        }
    }

    static final class RefusesTheCallOverBudget extends Wrong {
        @Override
        Policy policy(Policy right, RetryBudget budget) {
            return new Around(right) {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    return () -> {
                        if (budget.available() == 0) {
                            throw new BulkheadFullException("no budget", 0, 0);
                        }
                        return right.decorate(action).call();
                    };
                }
            };
        }
    }

    static final class KnowsBetterThanTheServer extends Wrong {
        @Override
        RetryConfig config(RetryConfig config) {
            return config.withServerDelay(failure -> null);
        }
    }

    static final class SleepsThroughInterrupts extends Wrong {
        @Override
        Sleeper sleeper(Sleeper sleeper) {
            return wait -> {
                try {
                    sleeper.sleep(wait);
                } catch (InterruptedException e) {
                    // The planted fault.
                }
            };
        }
    }

    static final class TriesAgainAtOnce extends Wrong {
        @Override
        Policy policy(Policy right, RetryBudget budget) {
            return new Policy() {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    return right.decorate(action);
                }

                @Override
                public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                        Supplier<? extends CompletionStage<T>> action) {
                    return () -> attempt(action, 2);
                }

                private <T extends @Nullable Object> CompletableFuture<T> attempt(
                        Supplier<? extends CompletionStage<T>> action, int more) {
                    CompletableFuture<T> result = new CompletableFuture<>();
                    action.get().whenComplete((value, failure) -> {
                        if (failure == null) {
                            result.complete(value);
                        } else if (more > 0) {
                            CompletionStage<T> next = attempt(action, more - 1);
                            next.whenComplete((later, again) -> {
                                if (again == null) {
                                    result.complete(later);
                                } else {
                                    result.completeExceptionally(again);
                                }
                            });
                        } else {
                            result.completeExceptionally(failure);
                        }
                    });
                    return result;
                }
            };
        }
    }
}
