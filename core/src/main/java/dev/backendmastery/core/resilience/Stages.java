package dev.backendmastery.core.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the asynchronous halves of the policies share. */
final class Stages {

    private Stages() {}

    /** The stage of {@code action}; what it throws, and a missing stage, is a stage that has failed. */
    static <T extends @Nullable Object> CompletionStage<T> start(Supplier<? extends CompletionStage<T>> action) {
        try {
            CompletionStage<T> stage = action.get();
            return stage == null
                    ? CompletableFuture.failedFuture(new NullPointerException("the action returned no stage"))
                    : stage;
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The failure itself, without what futures wrap it in. */
    static Throwable unwrap(Throwable failure) {
        Throwable found = failure;
        while ((found instanceof CompletionException || found instanceof ExecutionException)
                && found.getCause() != null) {
            found = found.getCause();
        }
        return found;
    }

    static void cancel(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
            // The stage says that it has no future, so nothing of it can be cancelled.
        }
    }

    /** Called with the outcome of a stage; {@code failure} is null if it succeeded. */
    @FunctionalInterface
    interface Outcome<T extends @Nullable Object> {
        void accept(T value, @Nullable Throwable failure);
    }

    /** The outcome of {@code source}, after {@code first} has seen it; cancelling it cancels the source. */
    static <T extends @Nullable Object> CompletionStage<T> relay(CompletionStage<T> source, Outcome<T> first) {
        Relay<T> relay = new Relay<>();
        relay.source = source;
        source.whenComplete((value, failure) -> {
            Throwable cause = failure == null ? null : unwrap(failure);
            first.accept(value, cause);
            relay.finish(value, cause);
        });
        return relay;
    }

    /** A future that hands its cancellation on to whatever is under way for it. */
    static final class Relay<T extends @Nullable Object> extends CompletableFuture<T> {

        volatile @Nullable CompletionStage<?> source;
        volatile @Nullable Future<?> later;

        void finish(T value, @Nullable Throwable failure) {
            if (failure == null) {
                complete(value);
            } else {
                completeExceptionally(failure);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                stop();
            }
            return cancelled;
        }

        void stop() {
            Future<?> next = later;
            if (next != null) {
                next.cancel(false);
            }
            CompletionStage<?> now = source;
            if (now != null) {
                Stages.cancel(now);
            }
        }
    }

    /** Throws {@code failure} as it is. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the cast is erased: any throwable passes
    static <E extends Throwable> E sneak(Throwable failure) throws E {
        throw (E) failure;
    }
}
