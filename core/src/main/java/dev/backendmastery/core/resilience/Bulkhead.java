package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most so many calls run at the same time, and so many wait, so that one slow downstream cannot take all threads.
 *
 * <p><b>Guarantee.</b> Never more places taken than there are (BH-1), never more callers waiting than allowed (BH-2). A
 * caller that waits leaves at its deadline, without a place (BH-3). A place comes back however the call ends (BH-4).
 * Waiting callers are served in their order, and nobody overtakes them (BH-5). A caller that is interrupted or cancelled
 * while it waits takes no place with it (BH-6). A call after {@code release} finds the place (BH-7).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> Stated by the implementation. <b>Not for</b> bounding a rate: that
 * is a rate limiter; nor for finding the right bound: that is an {@link AdaptiveLimit}.
 */
public interface Bulkhead extends Policy {

    /**
     * The bounds.
     *
     * @param maxConcurrent places, from 1 to 1,000,000
     * @param maxWaiting callers that may wait for one, from 0 to 1,000,000
     * @param maxWait how long one may wait, at least 0
     */
    record Config(int maxConcurrent, int maxWaiting, Duration maxWait) {

        /** Checks the bounds.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Config {
            Check.range("maxConcurrent", maxConcurrent, 1, 1_000_000);
            Check.range("maxWaiting", maxWaiting, 0, 1_000_000);
            Check.notNegative("maxWait", maxWait);
        }

        /** Nobody waits. */
        public static Config of(int maxConcurrent) {
            return new Config(maxConcurrent, 0, Duration.ZERO);
        }
    }

    /** Takes a place if one is free and nobody waits for it. */
    boolean tryAcquire();

    /**
     * Takes a place, waiting up to {@code timeout} for it.
     *
     * @throws BulkheadFullException if none became free in time, or, at once, if too many wait already; none was taken
     * @throws InterruptedException if the thread is interrupted while it waits; none was taken
     */
    void acquire(Duration timeout) throws InterruptedException;

    /**
     * Takes a place, waiting up to {@code timeout} for it; the stage fails where {@link #acquire} throws. Cancelling it
     * before it is complete gives the place up.
     */
    CompletionStage<@Nullable Void> acquireAsync(Duration timeout);

    /**
     * Gives a place back, to the caller that has waited longest.
     *
     * @throws IllegalStateException if none is taken; nothing changed
     */
    void release();

    /** Places that are taken. */
    int inFlight();

    /** Callers that wait. */
    int waiting();

    /** The bounds. */
    Config config();

    @Override
    default <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        Duration maxWait = config().maxWait();
        return () -> {
            if (!tryAcquire()) {
                acquire(maxWait);
            }
            try {
                return action.call();
            } finally {
                release();
            }
        };
    }

    @Override
    default <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            Stages.Relay<T> result = new Stages.Relay<>();
            CompletionStage<@Nullable Void> place = Stages.start(() -> acquireAsync(config().maxWait()));
            result.source = place;
            if (result.isCancelled()) {
                Stages.cancel(place);
            }
            place.whenComplete((none, refused) -> {
                if (refused != null) {
                    result.completeExceptionally(Stages.unwrap(refused));
                    return;
                }
                if (result.isDone()) {
                    release();
                    return;
                }
                CompletionStage<T> stage = Stages.start(action);
                result.source = stage;
                if (result.isCancelled()) {
                    Stages.cancel(stage);
                }
                stage.whenComplete((value, failure) -> {
                    release();
                    result.finish(value, failure == null ? null : Stages.unwrap(failure));
                });
            });
            return result;
        };
    }
}
