package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.Ticker;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets as many calls run at the same time as the other side can work on, and finds out how many those are.
 *
 * <p>By Little's law the best bound is throughput times the latency without load: below it capacity is idle, above it calls
 * only queue.
 *
 * <p><b>Guarantee.</b> Under overload it settles within 10 % of the optimum (AL-1), follows a step of capacity or of latency
 * (AL-2) and does not climb under an overload that is mild and long (AL-3). Never more calls in flight than the limit
 * allowed when they were admitted (AL-4). A dropped call lowers it (AL-5). Without demand it does not grow (AL-6). Every
 * permit comes back, whatever the outcome (AL-7).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> Stated by the implementation. <b>Not for</b> a downstream whose
 * limit is known and stable: a {@link Bulkhead} holds it without searching. <b>Source.</b> Netflix concurrency-limits;
 * Brakmo and Peterson, "TCP Vegas", 1995; Cardwell et al., "BBR", ACM Queue 14(5), 2016.
 */
public interface AdaptiveLimit extends Policy {

    /** What {@link #tryAcquire} returns when the call must not be made. */
    long REJECTED = -1;

    /** A permit, to be reported back by exactly one of the {@code on} methods; or {@link #REJECTED}. */
    long tryAcquire();

    /**
     * The call with {@code permit} succeeded.
     *
     * @param startNanos the reading of {@link #ticker} when it began
     */
    void onSuccess(long permit, long startNanos);

    /** The call with {@code permit} was dropped for load: it timed out or was refused by the other side. */
    void onDropped(long permit);

    /** The call with {@code permit} says nothing about load. */
    void onIgnored(long permit);

    /** The present limit. */
    int limit();

    /** Calls under way. */
    int inFlight();

    /** What measures latencies. */
    Ticker ticker();

    /** Whether {@code failure} tells of load; a timeout does, unless the implementation knows more. */
    default boolean isDrop(Throwable failure) {
        return failure instanceof CallTimeoutException || failure instanceof java.util.concurrent.TimeoutException;
    }

    /**
     * A permit, as {@link #tryAcquire}; does not wait.
     *
     * @throws LimitExceededException if there is none
     */
    default long acquire() {
        long permit = tryAcquire();
        if (permit == REJECTED) {
            throw new LimitExceededException(limit());
        }
        return permit;
    }

    private void onError(long permit, Throwable failure) {
        if (isDrop(failure)) {
            onDropped(permit);
        } else {
            onIgnored(permit);
        }
    }

    @Override
    default <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            long permit = acquire();
            long start = ticker().nanos();
            T value;
            try {
                value = action.call();
            } catch (Throwable e) {
                onError(permit, e);
                throw e;
            }
            onSuccess(permit, start);
            return value;
        };
    }

    @Override
    default <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        return () -> Stages.start(() -> {
            long permit = acquire();
            long start = ticker().nanos();
            return Stages.relay(Stages.start(action), (value, failure) -> {
                if (failure == null) {
                    onSuccess(permit, start);
                } else {
                    onError(permit, failure);
                }
            });
        });
    }
}
