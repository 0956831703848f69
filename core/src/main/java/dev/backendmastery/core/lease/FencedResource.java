package dev.backendmastery.core.lease;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Something that only the holder of a lease may change, and that looks for itself.
 *
 * <p><b>Guarantee.</b> An action with an epoch older than one that has been here is refused and does not run (FR-1). One with
 * the same or a newer epoch runs (FR-2), from the moment at which it is let in no older one does, also if it fails (FR-3),
 * and never two at a time (FR-4).
 *
 * <p><b>Threads.</b> Any number; actions run one at a time, under a lock. <b>Cost.</b> A lock. <b>Not for</b> what lives in
 * another process: there the epoch is part of the write itself, as in {@code UPDATE ... WHERE epoch <= ?}.
 * <b>Source.</b> The fencing tokens of Kleppmann, <i>How to do distributed locking</i>, 2016.
 */
public final class FencedResource {

    private final ReentrantLock lock = new ReentrantLock();
    private long newest;

    /** Has seen no epoch yet. */
    public FencedResource() {
        this(Long.MIN_VALUE);
    }

    /** Has seen {@code newest}, as it was stored before a restart. */
    public FencedResource(long newest) {
        this.newest = newest;
    }

    /**
     * Runs {@code action} under the epoch of {@code lease}, whether or not that lease is valid by any clock.
     *
     * @throws StaleEpochException if a newer epoch has been here; the action was not run
     * @throws Exception what the action throws
     */
    public <T> T run(Lease lease, Callable<T> action) throws Exception {
        Objects.requireNonNull(action, "action");
        lock.lock();
        try {
            if (lease.epoch() < newest) {
                throw new StaleEpochException(lease.epoch(), newest);
            }
            newest = lease.epoch();
            return action.call();
        } finally {
            lock.unlock();
        }
    }

    /** The newest epoch that has been here; {@code Long.MIN_VALUE} if none has. */
    public long newest() {
        lock.lock();
        try {
            return newest;
        } finally {
            lock.unlock();
        }
    }
}
