package dev.backendmastery.core.resilience;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another value where a call failed: a cached one, a default, a smaller answer.
 *
 * <p><b>Guarantee.</b> It answers exactly the failures that its predicate names; others, and interruptions unless named,
 * reach the caller as they are. A fallback that fails itself throws its own failure with the first one suppressed in it
 * (PL-4). <b>Threads.</b> Immutable. <b>Cost.</b> Nothing on success. <b>Not for</b> hiding that writes were lost.
 */
public final class Fallback<T extends @Nullable Object> {

    private final Predicate<? super Throwable> when;
    private final Function<? super Throwable, ? extends T> value;

    private Fallback(Predicate<? super Throwable> when, Function<? super Throwable, ? extends T> value) {
        this.when = Objects.requireNonNull(when, "when");
        this.value = Objects.requireNonNull(value, "value");
    }

    /** On every exception but an interruption; errors pass. */
    public static <T extends @Nullable Object> Fallback<T> of(Function<? super Throwable, ? extends T> value) {
        return of(failure -> failure instanceof Exception && !(failure instanceof InterruptedException), value);
    }

    /** On the failures that {@code when} names. */
    public static <T extends @Nullable Object> Fallback<T> of(
            Predicate<? super Throwable> when, Function<? super Throwable, ? extends T> value) {
        return new Fallback<>(when, value);
    }

    /** {@code action} with this fallback. */
    public Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            try {
                return action.call();
            } catch (Throwable e) {
                if (!when.test(e)) {
                    throw e;
                }
                return answer(e);
            }
        };
    }

    /** The asynchronous {@code action} with this fallback, which runs where the action's stage failed. */
    public Supplier<CompletionStage<T>> decorateAsync(Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            CompletionStage<T> source = Stages.start(action);
            Stages.Relay<T> result = new Stages.Relay<>();
            result.source = source;
            source.whenComplete((found, wrapped) -> {
                Throwable failure = wrapped == null ? null : Stages.unwrap(wrapped);
                try {
                    if (failure != null && when.test(failure)) {
                        result.complete(answer(failure));
                    } else {
                        result.finish(found, failure);
                    }
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            return result;
        };
    }

    private T answer(Throwable failure) {
        try {
            return value.apply(failure);
        } catch (Throwable e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }
}
