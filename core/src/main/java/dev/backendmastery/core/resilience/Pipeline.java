package dev.backendmastery.core.resilience;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Policies in an explicit order, as one.
 *
 * <p>The first one is the outermost. The usual order is {@code Pipeline.of(retry, breaker, limit, bulkhead, hedge,
 * timeout)}: each attempt asks the breaker, only admitted ones take a place in the bulkhead, and the timeout runs while
 * the call does and not while it queues. A timeout put first bounds the whole with all its attempts instead. A
 * {@link Fallback} stands outside all of them: it makes a value of one type, policies serve any.
 *
 * <p><b>Guarantee.</b> The order is the order given, synchronous or not (PL-1, PL-2). No policy's own refusal is taken for
 * a failure of the other side by those outside it, unless a predicate says so (PL-3). <b>Threads.</b> Immutable, as safe
 * as the policies. <b>Cost.</b> The sum of the policies', nothing of its own.
 */
public final class Pipeline implements Policy {

    private final List<Policy> outermostFirst;

    private Pipeline(List<Policy> outermostFirst) {
        this.outermostFirst = outermostFirst;
    }

    /** The given policies, the outermost first. */
    public static Pipeline of(Policy... outermostFirst) {
        return new Pipeline(List.of(outermostFirst));
    }

    @Override
    public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Callable<T> whole = Objects.requireNonNull(action, "action");
        boolean idempotent = Idempotent.is(action);
        for (int i = outermostFirst.size() - 1; i >= 0; i--) {
            whole = outermostFirst.get(i).decorate(whole);
            if (idempotent && i > 0) {
                whole = Idempotent.call(whole);
            }
        }
        return whole;
    }

    @Override
    public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        boolean idempotent = Idempotent.is(action);
        Supplier<? extends CompletionStage<T>> inner = action;
        Supplier<CompletionStage<T>> whole = () -> Stages.start(action);
        for (int i = outermostFirst.size() - 1; i >= 0; i--) {
            whole = outermostFirst.get(i).decorateAsync(inner);
            inner = idempotent ? Idempotent.stage(whole) : whole;
        }
        return whole;
    }

    /** Calls {@code action} under the policies and {@code fallback} outside them. */
    public <T extends @Nullable Object> T call(Callable<T> action, Fallback<T> fallback) throws Exception {
        return fallback.decorate(decorate(action)).call();
    }

    /** Calls the asynchronous {@code action} under the policies and {@code fallback} outside them. */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Supplier<? extends CompletionStage<T>> action, Fallback<T> fallback) {
        return fallback.decorateAsync(decorateAsync(action)).get();
    }

    /** The policies, the outermost first. */
    public List<Policy> policies() {
        return outermostFirst;
    }
}
