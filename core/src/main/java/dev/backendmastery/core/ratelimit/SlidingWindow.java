package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

/**
 * What a log and a counter of grants have in common: they find the earliest moment at which a call may be granted, and
 * grants follow one another in time, so that a reservation is never overtaken.
 */
abstract sealed class SlidingWindow extends LocalRateLimiter permits SlidingWindowLog, SlidingWindowCounter {

    /** The longest reservation, in nanoseconds: 73 years. */
    static final long FURTHEST = Long.MAX_VALUE / 4;

    final long quota;
    final long window;
    private final long origin;
    private long lastGrant;
    private boolean retired;

    SlidingWindow(Rate rate, Ticker ticker) {
        super(ticker);
        quota = rate.permits();
        window = rate.period().toNanos();
        origin = ticker.nanos();
    }

    /** The earliest moment, not before {@code from}, at which {@code permits} fit; nanoseconds since creation. */
    abstract long earliest(long permits, long from);

    /** Notes that {@code permits} were granted at {@code at}, which {@link #earliest} has just returned. */
    abstract void grant(long permits, long at);

    /** Whether a new limiter would answer alike at {@code now} and ever after. */
    abstract boolean isIdle(long now);

    @Override
    public final long burst() {
        return quota;
    }

    @Override
    final synchronized long ask(long permits, long maxWaitNanos, boolean take) {
        if (retired) {
            return RETIRED;
        }
        long now = elapsed();
        long at = earliest(permits, Math.max(now, lastGrant));
        long wait = at - now;
        if (take) {
            if (wait > Math.max(0, maxWaitNanos) || wait > FURTHEST) {
                return DENIED;
            }
            grant(permits, at);
            lastGrant = at;
        }
        return wait;
    }

    @Override
    final synchronized boolean retireIfIdle() {
        long now = elapsed();
        retired |= lastGrant <= now && isIdle(now);
        return retired;
    }

    private long elapsed() {
        return Math.max(0, ticker.nanos() - origin); // a clock that steps back stands still
    }
}
