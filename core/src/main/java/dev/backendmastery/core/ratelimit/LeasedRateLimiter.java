package dev.backendmastery.core.ratelimit;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Takes permits from another limiter in batches and hands them out without asking it.
 *
 * <p>A granted call costs one compare-and-set on a cell that few threads share, with no clock read; only a call that
 * finds its cell empty goes to the source. The same class leases from a limiter in this process and from one on a server.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses, with a burst larger by what may lie parked: at most {@code source's
 * burst + parked + rate x t} in any interval, where {@code parked <= }{@link #mostParked()}{@code  = stripes x batch}
 * (LRL-1). Nothing is ever granted that the source did not grant (LRL-2). A call is denied only if neither its cell nor
 * the source has permits; permits parked in other cells are not searched, so up to {@code mostParked() - batch} permits
 * may be out of its reach (LRL-3).
 *
 * <p><b>Threads.</b> Lock-free if the source is. <b>Cost.</b> Constant time, no allocation; 128 bytes a stripe. <b>Not
 * for</b> limits so small that the parked permits matter, nor for exact waits: {@link #nanosUntil} is the source's.
 * <b>Source.</b> The leases of Gray and Cheriton, SOSP 1989, applied to counts.
 */
public final class LeasedRateLimiter implements RateLimiter {

    /** Cells two cache lines apart, since processors fetch lines in pairs. */
    private static final int STRIDE = 16;

    private final RateLimiter source;
    private final int batch;
    private final int mask;
    private final AtomicLongArray cells;

    private LeasedRateLimiter(RateLimiter source, int batch, int stripes) {
        this.source = source;
        this.batch = batch;
        this.mask = stripes - 1;
        this.cells = new AtomicLongArray((stripes + 1) * STRIDE);
    }

    /** Leases from {@code source} with a stripe for each processor, rounded up to a power of two. */
    public static LeasedRateLimiter of(RateLimiter source, int batch) {
        int processors = Runtime.getRuntime().availableProcessors();
        return of(source, batch, Math.max(1, Integer.highestOneBit(processors * 2 - 1)));
    }

    /**
     * Leases {@code batch} permits at a time from {@code source} into each of {@code stripes} cells.
     *
     * @throws IllegalArgumentException if {@code batch} is not from 1 to the source's burst, or {@code stripes} not a
     *     power of two from 1 to 1,024
     */
    public static LeasedRateLimiter of(RateLimiter source, int batch, int stripes) {
        LocalRateLimiter.checkBurst("batch", batch, source.burst());
        if (stripes < 1 || stripes > 1024 || Integer.bitCount(stripes) != 1) {
            throw new IllegalArgumentException("stripes must be a power of two from 1 to 1024, was " + stripes);
        }
        return new LeasedRateLimiter(source, batch, stripes);
    }

    /** The most permits that can lie parked, granted by the source and not yet handed out. */
    public long mostParked() {
        return (long) (mask + 1) * batch;
    }

    @Override
    public long burst() {
        return source.burst();
    }

    @Override
    public long reserveNanos(long permits, long maxWaitNanos) {
        RateLimiter.checkPermits(permits, burst());
        int cell = cell();
        if (takeFrom(cell, permits)) {
            return 0;
        }
        while (permits < batch && refill(cell)) {
            if (takeFrom(cell, permits)) {
                return 0;
            }
        }
        return source.reserveNanos(permits, maxWaitNanos);
    }

    @Override
    public long nanosUntil(long permits) {
        RateLimiter.checkPermits(permits, burst());
        return cells.getOpaque(cell()) >= permits ? 0 : source.nanosUntil(permits);
    }

    private boolean takeFrom(int cell, long permits) {
        for (; ; ) {
            long parked = cells.getOpaque(cell);
            if (parked < permits) {
                return false;
            }
            if (cells.compareAndSet(cell, parked, parked - permits)) {
                return true;
            }
            Thread.onSpinWait();
        }
    }

    /** Fills a cell up to a batch; false if the source had nothing, the cell is full, or another thread is at it. */
    private boolean refill(int cell) {
        int filling = cell + 1;
        if (!cells.compareAndSet(filling, 0, 1)) {
            return false;
        }
        try {
            // Others may take from the cell meanwhile, nobody else may add: so it never holds more than a batch.
            long room = batch - cells.get(cell);
            long leased = room > 0 ? source.tryAcquireUpTo(room) : 0;
            cells.getAndAdd(cell, leased);
            return leased > 0;
        } finally {
            cells.setRelease(filling, 0);
        }
    }

    private int cell() {
        // Ids are handed out in sequence, so the low bits tell the threads of a pool apart; thread locals cost more.
        return ((int) Thread.currentThread().getId() & mask) * STRIDE + STRIDE;
    }
}
