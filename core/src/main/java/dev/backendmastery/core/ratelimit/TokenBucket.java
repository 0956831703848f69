package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

/**
 * A bucket that holds up to {@code burst} permits and is refilled evenly at a rate: the limiter to use unless there is a
 * reason for another.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses, with at most {@code burst + rate x t} permits in any interval of
 * length t. The refill is continuous and exact: there is no timestamp that calls could reset and no remainder that
 * rounding could lose.
 *
 * <p><b>Threads.</b> Lock-free: one clock read and one compare-and-set on one 64-bit word; a denied call only reads.
 * <b>Cost.</b> Constant time, no allocation, 32 bytes a limiter. <b>Not for</b> evenly paced output: an idle bucket lets
 * {@code burst} through at once, see {@link LeakyBucket}. <b>Source.</b> GCRA, ITU-T I.371, virtual scheduling.
 */
public final class TokenBucket extends Gcra {

    private final long burst;

    private TokenBucket(Pace pace, long burst, Ticker ticker) {
        super(pace, burst * pace.interval, ticker);
        this.burst = burst;
    }

    /** A full bucket of {@code burst} permits that refills at {@code rate}; throws as {@link #of(Rate, long, Ticker)}. */
    public static TokenBucket of(Rate rate, long burst) {
        return of(rate, burst, Ticker.system());
    }

    /**
     * A full bucket of {@code burst} permits that refills at {@code rate} by {@code ticker}.
     *
     * @throws IllegalArgumentException if {@code burst} is less than 1 or would take more than a year to refill
     */
    public static TokenBucket of(Rate rate, long burst, Ticker ticker) {
        Pace pace = new Pace(rate);
        return new TokenBucket(pace, checkBurst("burst", burst, pace.most()), ticker);
    }

    private TokenBucket(TokenBucket like) {
        super(like);
        this.burst = like.burst;
    }

    /** Another bucket that would answer as this one. */
    TokenBucket copy() {
        return new TokenBucket(this);
    }

    @Override
    public long burst() {
        return burst;
    }

    @Override
    long furthest() {
        return FURTHEST;
    }
}
