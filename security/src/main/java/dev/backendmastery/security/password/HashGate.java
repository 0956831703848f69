package dev.backendmastery.security.password;

import dev.backendmastery.security.password.HashingRefusedException.Reason;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * How many hashes are made at a time: so many, in so much memory; some may wait, for so long. A hash costs as much as thousands of requests, and anybody
 * may ask for one.
 *
 * <p><b>Guarantee.</b> Never more at a time than it is told, nor in more memory (PH-12); whoever waits is let in or refused within his time (PH-13), in
 * order. <b>Threads.</b> Safe for any number; blocks. <b>Cost.</b> Two semaphores. <b>Not for</b> saying who may ask how often: that is a rate limiter's.
 */
public final class HashGate {

    private static final int UNIT = 1_024;

    private final int concurrency;
    private final int units;
    private final int maxWaiting;
    private final long maxWaitNanos;
    private final Semaphore slots;
    private final Semaphore memory;
    private final AtomicInteger waiting = new AtomicInteger();

    private HashGate(int concurrency, long memoryBytes, int maxWaiting, Duration maxWait) {
        this.concurrency = concurrency;
        this.units = (int) (memoryBytes / UNIT);
        this.maxWaiting = maxWaiting;
        this.maxWaitNanos = maxWait.toNanos();
        slots = new Semaphore(concurrency, true);
        memory = new Semaphore(units, true);
    }

    /**
     * A gate.
     *
     * @param concurrency how many hashes at a time, 1 to 1,024: not more than there are cores to spare
     * @param memoryBytes in how much memory together, 8 KiB to 1 TiB; a hash that needs more than all of it counts as corrupt
     * @param maxWaiting how many may wait, 0 to 100,000
     * @param maxWait how long, up to 1 minute
     */
    public static HashGate of(int concurrency, long memoryBytes, int maxWaiting, Duration maxWait) {
        if (concurrency < 1 || concurrency > 1_024) {
            throw new IllegalArgumentException("concurrency must be from 1 to 1024, was " + concurrency);
        }
        if (memoryBytes < 8_192 || memoryBytes > 1L << 40) {
            throw new IllegalArgumentException("memoryBytes must be from 8 KiB to 1 TiB, was " + memoryBytes);
        }
        if (maxWaiting < 0 || maxWaiting > 100_000) {
            throw new IllegalArgumentException("maxWaiting must be from 0 to 100000, was " + maxWaiting);
        }
        if (maxWait.isNegative() || maxWait.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("maxWait must be from 0 to 1 minute, was " + maxWait);
        }
        return new HashGate(concurrency, memoryBytes, maxWaiting, maxWait);
    }

    boolean canEverTake(long bytes) {
        return units(bytes) <= units;
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
    }

    /** Runs {@code work}, which takes so much memory, when there is room. */
    <T> T run(long bytes, Supplier<T> work) {
        int needed = units(bytes);
        if (needed > units) {
            throw new IllegalArgumentException("bytes must be at most " + (long) units * UNIT + ", were " + bytes);
        }
        enter(needed);
        try {
            return work.get();
        } finally {
            memory.release(needed);
            slots.release();
        }
    }

    private void enter(int needed) {
        // Whoever comes now must not overtake who waits; the timed form with no time keeps to the order.
        try {
            if (slots.tryAcquire(0, TimeUnit.NANOSECONDS)) {
                if (memory.tryAcquire(needed, 0, TimeUnit.NANOSECONDS)) {
                    return;
                }
                slots.release();
            }
            if (waiting.incrementAndGet() > maxWaiting) {
                waiting.decrementAndGet();
                throw new HashingRefusedException(Reason.TOO_MANY_WAIT);
            }
            try {
                long end = System.nanoTime() + maxWaitNanos;
                if (!slots.tryAcquire(maxWaitNanos, TimeUnit.NANOSECONDS)) {
                    throw new HashingRefusedException(Reason.WAITED_TOO_LONG);
                }
                boolean entered = false;
                try {
                    entered = memory.tryAcquire(needed, end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } finally {
                    if (!entered) {
                        slots.release();
                    }
                }
                if (!entered) {
                    throw new HashingRefusedException(Reason.WAITED_TOO_LONG);
                }
            } finally {
                waiting.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HashingRefusedException(Reason.INTERRUPTED);
        }
    }

    /** How many hashes are being made now. */
    public int running() {
        return concurrency - slots.availablePermits();
    }

    /** How many wait now. */
    public int waiting() {
        return waiting.get();
    }

    /** Who is in and who waits. */
    @Override
    public String toString() {
        return running() + " of " + concurrency + " running, " + waiting() + " waiting";
    }
}
