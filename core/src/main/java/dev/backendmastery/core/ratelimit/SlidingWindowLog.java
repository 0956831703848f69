package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

/**
 * Remembers when each of the last permits was granted: the exact sliding window.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses, and never more than the rate's permits in <b>any</b> window of its
 * period, wherever it starts.
 *
 * <p><b>Threads.</b> Blocking, for the length of an array access. <b>Cost.</b> Time linear in the permits of the call, 8
 * bytes for each permit of the rate, no allocation a call. <b>Not for</b> large quotas or many keys, see {@link
 * SlidingWindowCounter}.
 */
public final class SlidingWindowLog extends SlidingWindow {

    private static final int LARGEST = 1 << 20;

    private final long[] granted;
    private int oldest;
    private int size;

    private SlidingWindowLog(Rate rate, Ticker ticker) {
        super(rate, ticker);
        granted = new long[(int) rate.permits()];
    }

    /** An empty log; throws as {@link #of(Rate, Ticker)}. */
    public static SlidingWindowLog of(Rate rate) {
        return of(rate, Ticker.system());
    }

    /**
     * An empty log that admits {@code rate}'s permits in any window of its period by {@code ticker}.
     *
     * @throws IllegalArgumentException if {@code rate} has more than 1,048,576 permits
     */
    public static SlidingWindowLog of(Rate rate, Ticker ticker) {
        checkBurst("the rate's permits", rate.permits(), LARGEST);
        return new SlidingWindowLog(rate, ticker);
    }

    @Override
    long earliest(long permits, long from) {
        int displaced = size - (granted.length - (int) permits);
        if (displaced <= 0) {
            return from;
        }
        // When the youngest of those that must make room has left the window, all have.
        return Math.max(from, granted[(oldest + displaced - 1) % granted.length] + window);
    }

    @Override
    void grant(long permits, long at) {
        for (long i = 0; i < permits; i++) {
            if (size == granted.length) {
                oldest = (oldest + 1) % granted.length;
                size--;
            }
            granted[(oldest + size++) % granted.length] = at;
        }
    }

    @Override
    boolean isIdle(long now) {
        return size == 0 || granted[(oldest + size - 1) % granted.length] + window <= now;
    }
}
