package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below has the fault that its name says, and the kit convicts it by the clauses named here. */
final class ContextContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(PlainExecutor.class, "CX-1"),
                () -> Kit.convicts(PlainSchedule.class, "CX-1", "CX-2"),
                () -> Kit.convicts(PlainFuture.class, "CX-4", "CX-5"),
                () -> Kit.convicts(FirstStepOnly.class, "CX-4", "CX-5"),
                () -> Kit.convicts(CreatorsContext.class, "CX-4", "CX-5"),
                () -> Kit.convicts(LeavesItCurrent.class, "CX-4", "CX-6"),
                () -> Kit.convicts(CancelsItselfOnly.class, "CX-7"),
                () -> Kit.convicts(WrapsExceptions.class, "CX-7"));
    }

    static class NoFault extends ContextContract {
        @Override
        protected ScheduledExecutorService carrying(ScheduledExecutorService executor) {
            return Context.taskWrapping(executor);
        }

        @Override
        protected Executor carrying(Executor executor) {
            return Context.taskWrapping(executor);
        }

        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            return ContextFuture.of(source);
        }
    }

    static final class PlainExecutor extends NoFault {
        @Override
        protected Executor carrying(Executor executor) {
            return executor;
        }
    }

    static final class PlainSchedule extends NoFault {
        @Override
        protected ScheduledExecutorService carrying(ScheduledExecutorService executor) {
            return executor;
        }
    }

    /** What everybody has: the completing thread's context. */
    static final class PlainFuture extends NoFault {
        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            return source;
        }
    }

    /** Carries it over one step; what that gives is a plain one. */
    static final class FirstStepOnly extends NoFault {
        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            CompletableFuture<T> future = new CompletableFuture<>() {
                @Override
                public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> function) {
                    return super.thenApply(Context.current().wrapFunction(function));
                }

                @Override
                public <U> CompletableFuture<U> newIncompleteFuture() {
                    return new CompletableFuture<>();
                }
            };
            follow(source, future);
            return future;
        }
    }

    private static <T> void follow(CompletableFuture<T> source, CompletableFuture<T> future) {
        CompletionStage<T> from = source;
        from.whenComplete((value, failure) -> complete(future, value, failure));
        CompletionStage<T> to = future;
        to.whenComplete((value, failure) -> {
            if (future.isCancelled()) {
                source.cancel(true);
            }
        });
    }

    private static <T> void complete(CompletableFuture<T> future, T value, @Nullable Throwable failure) {
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** Completes within the context of who made it, so that all that is attached has that one. */
    static final class CreatorsContext extends NoFault {
        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            CompletableFuture<T> made = new CompletableFuture<>();
            CompletableFuture<T> future = new CompletableFuture<>();
            Context mine = Context.current();
            follow(source, made);
            CompletionStage<T> from = made;
            from.whenComplete(mine.wrapConsumer((value, failure) -> complete(future, value, failure)));
            follow(future, made);
            return future;
        }
    }

    /** Opens the context for what is attached, and never closes it. */
    static final class LeavesItCurrent extends NoFault {
        @Override
        @SuppressWarnings("MustBeClosedChecker") // that is the fault
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            CompletableFuture<T> future = new CompletableFuture<>();
            Context mine = Context.current();
            CompletionStage<T> from = source;
            from.whenComplete((value, failure) -> {
                mine.makeCurrent();
                complete(future, value, failure);
            });
            CompletionStage<T> to = future;
            to.whenComplete((value, failure) -> {
                if (future.isCancelled()) {
                    source.cancel(true);
                }
            });
            return ContextFuture.of(future);
        }
    }

    static final class CancelsItselfOnly extends NoFault {
        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            return ContextFuture.of(source.minimalCompletionStage());
        }
    }

    static final class WrapsExceptions extends NoFault {
        @Override
        protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
            return ContextFuture.of(source.handle((value, failure) -> {
                if (failure != null) {
                    throw new IllegalStateException("wrapped", failure);
                }
                return value;
            }));
        }
    }
}
