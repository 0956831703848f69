package dev.backendmastery.core.lease;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Gives out leases: the right to be the only one, for a while, across processes.
 *
 * <p><b>Guarantee.</b> A name has at most one holder at a time, by the store's clock (LS-1). Every lease of a name has a
 * greater epoch than all before it, whether they expired, were released, or belonged to the same holder (LS-2). The deadline
 * that a holder sees is never later than the store's, however long the request took, because it is counted from before the
 * request on the holder's monotonic clock (LS-3). Only the holder of the newest epoch renews, and only before it expires
 * (LS-4), or releases (LS-5). Names do not affect each other (LS-6). A holder gets no second lease on top of its own (LS-7).
 * Bad input is refused by name (LS-8). Of any number of simultaneous callers one gets the lease (LS-9).
 *
 * <p>No lease protects by itself: a holder can be paused between looking at its lease and acting. What must not be touched
 * by two takes the epoch along and refuses older ones: {@link FencedResource}.
 *
 * <p><b>Threads.</b> Any number. <b>Not for</b> locking for microseconds within a process.
 * <b>Source.</b> Gray and Cheriton, <i>Leases</i>, SOSP 1989; Kleppmann, <i>How to do distributed locking</i>, 2016.
 */
public interface LeaseStore {

    /**
     * Takes the lease of {@code name} if nobody holds it.
     *
     * @param name what the lease is for, 1 to 200 characters
     * @param holder who asks, for people to read, 1 to 200 characters: two askers with one name are two askers
     * @param ttl how long the lease is good for unless renewed, 1 ms to 1 day
     * @return empty if somebody holds it
     * @throws LeaseStoreException if the store did not answer: the lease may have been taken, and will then expire unused
     */
    Optional<Lease> tryAcquire(String name, String holder, Duration ttl);

    /**
     * Extends {@code lease} by {@code ttl} from now.
     *
     * @return the same lease with its new deadline; empty if it has expired or was released: it is lost, and its holder has
     *     to stop
     * @throws LeaseStoreException if the store did not answer: the deadline known so far still holds
     */
    Optional<Lease> renew(Lease lease, Duration ttl);

    /**
     * Gives {@code lease} back before it expires.
     *
     * @return false if it was lost already; whoever holds it now keeps it
     * @throws LeaseStoreException if the store did not answer: the lease may be held until it expires
     */
    boolean release(Lease lease);

    /** What every store refuses; throws {@link IllegalArgumentException}. */
    static void check(String name, String holder, Duration ttl) {
        checkText("name", name);
        checkText("holder", holder);
        check(ttl);
    }

    /** The part of {@link #check(String, String, Duration)} that concerns a renewal. */
    static void check(Duration ttl) {
        if (ttl.toMillis() < 1 || ttl.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("ttl must be from 1 ms to 1 day, was " + ttl);
        }
    }

    private static void checkText(String what, String text) {
        if (Objects.requireNonNull(text, what).isEmpty() || text.length() > 200) {
            throw new IllegalArgumentException(what + " must have from 1 to 200 characters, had " + text.length());
        }
    }
}
