package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops calling what fails or has become slow, and finds out with a few probes when it is well again.
 *
 * <p>A caller takes a permit, which is a number, and reports the outcome with it. The number names the state that gave it.
 *
 * <p><b>Guarantee.</b> Opens when the share of failures, or of slow calls, in the window reaches its threshold and the
 * window holds the minimum of calls, not before (CB-1, CB-3), and forgets what has left the window (CB-2). Open, it admits
 * nobody for its time and then probes (CB-4). Half-open, it admits exactly as many probes as are configured, whatever the
 * number of threads (CB-5); a probe that never reports is given up at its deadline and its place heals (CB-6). A result
 * of an older state never counts (CB-7). The probes close it or open it again (CB-8). An ignored outcome gives its permit
 * back and counts nothing (CB-9). No result is lost or counted twice (CB-11).
 *
 * <p>A success never opens a breaker: it is judged when a failure or a slow call is reported.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> Stated by the implementation. <b>Not for</b> bounding load: an
 * {@link AdaptiveLimit} sheds the part that is too much, a breaker everything. <b>Source.</b> Nygard, <i>Release It!</i>.
 */
public interface CircuitBreaker extends Policy {

    /** What {@link #tryAcquire} returns when the call must not be made. */
    long REJECTED = -1;

    /** The three states. */
    enum State {
        /** Calls pass and are counted. */
        CLOSED,
        /** No call passes. */
        OPEN,
        /** Some probes pass and decide. */
        HALF_OPEN
    }

    /**
     * What the window holds, or what the probes have reported.
     *
     * @param state the state
     * @param calls outcomes that count
     * @param failures of these, the failures
     * @param slow of these, the slow ones
     */
    record Snapshot(State state, long calls, long failures, long slow) {}

    /** A permit, to be reported back by exactly one of the {@code on} methods; or {@link #REJECTED}. */
    long tryAcquire();

    /**
     * The call with {@code permit} succeeded.
     *
     * @param startNanos the reading of {@link #ticker} when it began
     */
    void onSuccess(long permit, long startNanos);

    /** The call with {@code permit} failed; as {@link #onSuccess}. */
    void onFailure(long permit, long startNanos);

    /** The call with {@code permit} says nothing about the other side: it was rejected, cancelled or interrupted. */
    void onIgnored(long permit);

    /** Nanoseconds until a call may be admitted, if no result comes in before; 0 if now. */
    long nanosUntilPermit();

    /** The state; still open when its time is over, until somebody asks for a permit. */
    default State state() {
        return snapshot().state();
    }

    /** The state and what led to it. */
    Snapshot snapshot();

    /** The configuration. */
    BreakerConfig config();

    /** What measures calls and waits. */
    Ticker ticker();

    /**
     * A permit, as {@link #tryAcquire}; does not wait.
     *
     * @throws CallNotPermittedException if there is none
     */
    default long acquire() {
        long permit = tryAcquire();
        if (permit == REJECTED) {
            throw new CallNotPermittedException(state(), Duration.ofNanos(nanosUntilPermit()));
        }
        return permit;
    }

    /** The call with {@code permit} ended in {@code failure}, which the configuration judges. */
    default void onError(long permit, long startNanos, Throwable failure) {
        BreakerConfig config = config();
        if (config.ignore().test(failure)) {
            onIgnored(permit);
        } else if (config.failure().test(failure)) {
            onFailure(permit, startNanos);
        } else {
            onSuccess(permit, startNanos);
        }
    }

    @Override
    default <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        Ticker ticker = ticker();
        boolean measures = config().measuresCalls();
        return () -> {
            long permit = acquire();
            long start = measures ? ticker.nanos() : 0;
            T value;
            try {
                value = action.call();
            } catch (Throwable e) {
                onError(permit, start, e);
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
                    onError(permit, start, failure);
                }
            });
        });
    }

    /** A closed breaker on the machine's clock. */
    static CircuitBreaker of(BreakerConfig config) {
        return of(config, Ticker.system());
    }

    /** A closed breaker on {@code ticker}. */
    static CircuitBreaker of(BreakerConfig config, Ticker ticker) {
        return new WindowedCircuitBreaker(config, ticker);
    }
}
