package dev.backendmastery.docs.gallery;

import dev.backendmastery.core.time.Ticker;

/** <b>Broken on purpose</b> as "at most so many in any second": twice as many pass around the start of a window. */
public final class BoundaryBurst {

    private static final long SECOND = 1_000_000_000L;

    private final int limit;
    private final Ticker ticker;
    private long windowStart;
    private int count;

    /** A limiter that is meant to admit {@code limit} in any second. */
    public BoundaryBurst(int limit, Ticker ticker) {
        this.limit = limit;
        this.ticker = ticker;
        windowStart = ticker.nanos();
    }

    /** Counts the call in its window if that is not full. */
    public synchronized boolean tryAcquire() {
        long age = ticker.nanos() - windowStart;
        if (age >= SECOND) {
            windowStart += age / SECOND * SECOND;
            count = 0; // the calls of a moment ago count for nothing now
        }
        if (count == limit) {
            return false;
        }
        count++;
        return true;
    }
}
