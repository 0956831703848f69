package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;

/**
 * A queue that lets permits out evenly: a pacer, for what stands before something that must not see bursts.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses with a burst of one call: after a call for n permits the next one is
 * due n intervals later, however long the limiter was idle before. Reservations wait their turn in a queue of at most
 * {@code capacity} permits; who would have to wait behind more is denied.
 *
 * <p><b>Threads.</b> Lock-free, as {@link TokenBucket}. <b>Cost.</b> Constant time, no allocation, 32 bytes a limiter.
 * <b>Not for</b> callers that cannot wait: {@code tryAcquire} succeeds only when the queue is empty, so a limit that
 * should absorb bursts is a {@link TokenBucket}. <b>Source.</b> Turner 1986, in its queue form.
 */
public final class LeakyBucket extends Gcra {

    private final long capacity;
    private final long furthest;

    private LeakyBucket(Pace pace, long capacity, Ticker ticker) {
        super(pace, 0, ticker);
        this.capacity = capacity;
        this.furthest = capacity * pace.interval;
    }

    /** An empty queue of {@code capacity} permits, let out at {@code rate}; throws as {@link #of(Rate, long, Ticker)}. */
    public static LeakyBucket of(Rate rate, long capacity) {
        return of(rate, capacity, Ticker.system());
    }

    /**
     * An empty queue of {@code capacity} permits, let out at {@code rate} by {@code ticker}.
     *
     * @throws IllegalArgumentException if {@code capacity} is less than 1 or would take more than a year to let out
     */
    public static LeakyBucket of(Rate rate, long capacity, Ticker ticker) {
        Pace pace = new Pace(rate);
        return new LeakyBucket(pace, checkBurst("capacity", capacity, pace.most()), ticker);
    }

    /** The capacity of the queue, which is also the most that one call may ask for. */
    @Override
    public long burst() {
        return capacity;
    }

    @Override
    long furthest() {
        return furthest;
    }
}
