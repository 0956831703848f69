package dev.backendmastery.docs.gallery;

import dev.backendmastery.core.time.Ticker;

/** <b>Broken on purpose:</b> a caller that asks more than once a second never sees a refill. */
public final class StarvingTokenBucket {

    private static final long SECOND = 1_000_000_000L;

    private final long capacity;
    private final long perSecond;
    private final Ticker ticker;
    private long tokens;
    private long refilledAt;

    /** A full bucket of {@code capacity} tokens that is meant to refill at {@code perSecond}. */
    public StarvingTokenBucket(long capacity, long perSecond, Ticker ticker) {
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.ticker = ticker;
        tokens = capacity;
        refilledAt = ticker.nanos();
    }

    /** Takes a token if there is one. */
    public synchronized boolean tryAcquire() {
        long now = ticker.nanos();
        long wholeSeconds = (now - refilledAt) / SECOND;
        tokens = Math.min(capacity, tokens + wholeSeconds * perSecond);
        refilledAt = now; // what the division cut off is forgotten here
        if (tokens == 0) {
            return false;
        }
        tokens--;
        return true;
    }
}
