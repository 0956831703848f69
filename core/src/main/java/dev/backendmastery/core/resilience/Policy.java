package dev.backendmastery.core.resilience;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a caller and a call that may fail, hang or come too often.
 *
 * <p><b>Guarantee.</b> The value of the action, or its exception, reaches the caller as it is; a policy that ends a call by
 * itself says so by an exception of its own type, which keeps the action's as its cause. Cancelling the stage of an
 * asynchronous call cancels the stage of the action (PL-6).
 *
 * <p><b>Threads.</b> A policy is shared by all callers of what it protects, and so is what {@link #decorate} returns.
 * <b>Cost.</b> Decorate once and call often: a decorated action allocates nothing of its own on the fast path.
 * <b>Not for</b> deciding what a failure means to your users: that is a {@link Fallback}.
 */
public interface Policy {

    /** {@code action}, under this policy. Each call of what is returned is one call under the policy. */
    <T extends @Nullable Object> Callable<T> decorate(Callable<T> action);

    /**
     * The asynchronous {@code action}, under this policy. What is returned does not throw: a refusal is a stage that has
     * failed.
     *
     * @throws IllegalStateException if this policy was made without the scheduler that it needs for that
     */
    <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action);

    /**
     * Calls {@code action} under this policy.
     *
     * @throws Exception of the action or, by a type of this package, of the policy
     */
    default <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        return decorate(action).call();
    }

    /** Calls the asynchronous {@code action} under this policy; as {@link #decorateAsync}. */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> action) {
        return decorateAsync(action).get();
    }
}
