package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A quota that is whole again at the start of each window.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses; at most the rate's permits in each window, windows following one
 * another from the moment of creation. Two windows meet, so <b>twice</b> the quota can be granted around a boundary: at
 * most {@code 2 L + rate x t} in any interval of length t. A call's permits all come from one window.
 *
 * <p><b>Threads.</b> Lock-free: one clock read, one compare-and-set. <b>Cost.</b> Constant time (two divisions), no
 * allocation, 48 bytes a limiter. <b>Not for</b> protecting something from bursts, for the reason above.
 */
public final class FixedWindow extends LocalRateLimiter {

    /*
     * The word counts permit slots since creation: slot s belongs to window s / quota. Taking n permits moves it from
     * the first free slot, which is never in a past window, by n; a call that does not fit into what is left of a window
     * starts at the next one. So window and count are one number, and one CAS moves both.
     */
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(FixedWindow.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long quota;
    private final long window;
    private final long origin;

    @SuppressWarnings("unused") // through NEXT
    private volatile long next;

    private FixedWindow(Rate rate, Ticker ticker) {
        super(ticker);
        quota = rate.permits();
        window = rate.period().toNanos();
        origin = ticker.nanos();
    }

    /** A whole quota of {@code rate}'s permits for each of its periods, the first starting now. */
    public static FixedWindow of(Rate rate) {
        return of(rate, Ticker.system());
    }

    /** A whole quota of {@code rate}'s permits for each of its periods by {@code ticker}, the first starting now. */
    public static FixedWindow of(Rate rate, Ticker ticker) {
        return new FixedWindow(rate, ticker);
    }

    @Override
    public long burst() {
        return quota;
    }

    @Override
    long ask(long permits, long maxWaitNanos, boolean take) {
        long elapsed = elapsed();
        long current = elapsed / window * quota;
        for (; ; ) {
            long seen = (long) NEXT.getOpaque(this);
            if (seen == RETIRED) {
                return RETIRED;
            }
            long first = Math.max(seen, current);
            long index = first / quota;
            if (first - index * quota + permits > quota) {
                index++;
                first = index * quota;
            }
            long wait = Math.max(0, index * window - elapsed);
            if (!take) {
                return wait;
            }
            if (wait > Math.max(0, maxWaitNanos) || wait > SlidingWindow.FURTHEST) {
                return DENIED;
            }
            if (NEXT.compareAndSet(this, seen, first + permits)) {
                return wait;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    boolean retireIfIdle() {
        long seen = (long) NEXT.getVolatile(this);
        return seen == RETIRED || (seen <= elapsed() / window * quota && NEXT.compareAndSet(this, seen, RETIRED));
    }

    private long elapsed() {
        return Math.max(0, ticker.nanos() - origin); // a clock that steps back stands still
    }
}
