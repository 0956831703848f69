package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

/**
 * Two counters and a weight: the previous window counts for as much of it as still overlaps the sliding one.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses, with at most {@code L + rate x t} permits in any interval of length
 * t, the same as a token bucket of burst {@code L}: no double quota at a boundary. The weight assumes that the previous
 * window's permits were spread evenly, so "at most L in any window" does <b>not</b> hold exactly: after a burst at the
 * end of one window nearly {@code 2 L} fit into a period.
 *
 * <p><b>Threads.</b> Blocking, for the length of a few additions. <b>Cost.</b> Constant time, no allocation, 72 bytes a
 * limiter whatever its quota. <b>Not for</b> exactness, see {@link SlidingWindowLog}; and where the shape of a quota does
 * not matter a {@link TokenBucket} has the same bound with less of everything.
 */
public final class SlidingWindowCounter extends SlidingWindow {

    private long index;
    private long previous;
    private long current;

    private SlidingWindowCounter(Rate rate, Ticker ticker) {
        super(rate, ticker);
    }

    /** Empty counters that admit {@code rate}'s permits a period. */
    public static SlidingWindowCounter of(Rate rate) {
        return of(rate, Ticker.system());
    }

    /** Empty counters that admit {@code rate}'s permits a period by {@code ticker}. */
    public static SlidingWindowCounter of(Rate rate, Ticker ticker) {
        return new SlidingWindowCounter(rate, ticker);
    }

    @Override
    long earliest(long permits, long from) {
        long at = from;
        for (; ; ) {
            long i = at / window;
            long room = quota - permits - countIn(i);
            long before = countIn(i - 1);
            long start = i * window;
            if (room >= before) {
                return at;
            }
            if (room >= 0) {
                long offset = (long) Math.ceil(window * (1 - (double) room / before));
                if (offset < window) {
                    return Math.max(at, start + offset);
                }
            }
            at = start + window;
        }
    }

    /** The permits granted in window {@code i}, as far as they are remembered. */
    private long countIn(long i) {
        return i == index ? current : i == index - 1 ? previous : 0;
    }

    @Override
    void grant(long permits, long at) {
        long i = at / window;
        if (i != index) {
            previous = i == index + 1 ? current : 0;
            current = 0;
            index = i;
        }
        current += permits;
    }

    @Override
    boolean isIdle(long now) {
        return now / window > index + 1;
    }
}
