package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;
import java.util.Objects;

/**
 * A limiter in this process. One question, {@link #ask}, answers all of the contract, and an idle one can be retired for
 * good, so that a keyed limiter may drop it without a race: who still holds it is told to fetch another.
 */
abstract sealed class LocalRateLimiter implements RateLimiter permits Gcra, FixedWindow, SlidingWindow {

    /** What {@link #ask} returns when this limiter was retired. */
    static final long RETIRED = -2;

    final Ticker ticker;

    LocalRateLimiter(Ticker ticker) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /** The wait for {@code permits}, which are in range, taking them if {@code take}; or DENIED or RETIRED. */
    abstract long ask(long permits, long maxWaitNanos, boolean take);

    /** Retires this limiter if a new one in its place would never grant more; true if it is retired then. */
    abstract boolean retireIfIdle();

    @Override
    public final long reserveNanos(long permits, long maxWaitNanos) {
        RateLimiter.checkPermits(permits, burst());
        return ask(permits, maxWaitNanos, true);
    }

    @Override
    public final long nanosUntil(long permits) {
        RateLimiter.checkPermits(permits, burst());
        return ask(permits, Long.MAX_VALUE, false);
    }

    static long checkBurst(String name, long burst, long most) {
        if (burst < 1 || burst > most) {
            throw new IllegalArgumentException(name + " must be from 1 to " + most + ", was " + burst);
        }
        return burst;
    }
}
