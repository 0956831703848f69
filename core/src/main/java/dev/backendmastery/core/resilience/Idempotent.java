package dev.backendmastery.core.resilience;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says of an action that it may run twice, even at the same time, with the effect of once. Only such actions are hedged;
 * all others pass through a {@link Hedge} once (HG-6).
 */
public final class Idempotent {

    private Idempotent() {}

    /** {@code action}, of which the caller says that it is idempotent. */
    public static <T extends @Nullable Object> Callable<T> call(Callable<T> action) {
        return new Call<>(Objects.requireNonNull(action, "action"));
    }

    /** The asynchronous {@code action}, of which the caller says that it is idempotent. */
    public static <T extends @Nullable Object> Supplier<CompletionStage<T>> stage(
            Supplier<? extends CompletionStage<T>> action) {
        return new Stage<>(Objects.requireNonNull(action, "action"));
    }

    static boolean is(Object action) {
        return action instanceof Call || action instanceof Stage;
    }

    private record Call<T extends @Nullable Object>(Callable<T> action) implements Callable<T> {
        @Override
        public T call() throws Exception {
            return action.call();
        }
    }

    private record Stage<T extends @Nullable Object>(Supplier<? extends CompletionStage<T>> action)
            implements Supplier<CompletionStage<T>> {
        @Override
        public CompletionStage<T> get() {
            return action.get();
        }
    }
}
