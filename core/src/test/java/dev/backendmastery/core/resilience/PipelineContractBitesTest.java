package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class PipelineContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(InnermostFirst.class, "PL-1", "PL-5");
        Kit.convicts(InnermostFirstForStages.class, "PL-2");
        Kit.convicts(CountsItsOwnRefusals.class, "PL-3");
        Kit.convicts(WrapsErrors.class, "PL-3", "PL-4", "PL-5");
        Kit.convicts(DropsTheCancellation.class, "PL-6");
    }

    /** Composes by hand, in an order of its own for each kind. */
    record Composed(Pipeline calls, Pipeline stages) implements Policy {
        @Override
        public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
            return calls.decorate(action);
        }

        @Override
        public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                Supplier<? extends CompletionStage<T>> action) {
            return stages.decorateAsync(action);
        }
    }

    private static Pipeline reversed(Policy... policies) {
        Policy[] reversed = new Policy[policies.length];
        for (int i = 0; i < policies.length; i++) {
            reversed[i] = policies[policies.length - 1 - i];
        }
        return Pipeline.of(reversed);
    }

    static final class InnermostFirst extends PipelineContract {
        @Override
        protected Policy create(Policy... outermostFirst) {
            return new Composed(reversed(outermostFirst), Pipeline.of(outermostFirst));
        }
    }

    static final class InnermostFirstForStages extends PipelineContract {
        @Override
        protected Policy create(Policy... outermostFirst) {
            return new Composed(Pipeline.of(outermostFirst), reversed(outermostFirst));
        }
    }

    static final class CountsItsOwnRefusals extends PipelineContract {
        @Override
        protected Policy create(Policy... outermostFirst) {
            Policy[] wrong = outermostFirst.clone();
            for (int i = 0; i < wrong.length; i++) {
                if (wrong[i] instanceof CircuitBreaker breaker) {
                    wrong[i] = new CircuitBreakerContractBitesTest.PlainBreaker(breaker.config(), breaker.ticker()) {
                        @Override
                        public void onError(long permit, long startNanos, Throwable failure) {
                            breaker.onFailure(permit, startNanos);
                        }

                        @Override
                        public synchronized long tryAcquire() {
                            return breaker.tryAcquire();
                        }

                        @Override
                        public void onSuccess(long permit, long startNanos) {
                            breaker.onSuccess(permit, startNanos);
                        }

                        @Override
                        public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                                Supplier<? extends CompletionStage<T>> action) {
                            return breaker.decorateAsync(action);
                        }
                    };
                }
            }
            return Pipeline.of(wrong);
        }
    }

    static final class WrapsErrors extends PipelineContract {
        @Override
        protected Policy create(Policy... outermostFirst) {
            Policy right = Pipeline.of(outermostFirst);
            return new Policy() {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    Callable<T> decorated = right.decorate(action);
                    return () -> {
                        try {
                            return decorated.call();
                        } catch (Throwable e) {
                            throw new CompletionException(e);
                        }
                    };
                }

                @Override
                public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                        Supplier<? extends CompletionStage<T>> action) {
                    return right.decorateAsync(action);
                }
            };
        }
    }

    static final class DropsTheCancellation extends PipelineContract {
        @Override
        protected Policy create(Policy... outermostFirst) {
            Policy right = Pipeline.of(outermostFirst);
            return new Policy() {
                @Override
                public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                    return right.decorate(action);
                }

                @Override
                public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                        Supplier<? extends CompletionStage<T>> action) {
                    Supplier<CompletionStage<T>> decorated = right.decorateAsync(action);
                    return () -> {
                        CompletableFuture<T> outer = new CompletableFuture<>();
                        decorated.get().whenComplete((value, failure) -> {
                            if (failure == null) {
                                outer.complete(value);
                            } else {
                                outer.completeExceptionally(failure);
                            }
                        });
                        return outer;
                    };
                }
            };
        }
    }
}
