package dev.backendmastery.patterns.outbox;

/**
 * Carries what was committed to an {@link Outbox} to a {@link Publisher}.
 *
 * <p><b>Guarantee.</b> Each committed message is acked at least once before it counts as sent (OB-2), none is passed over
 * because another has committed first (OB-3), each key in order (OB-4, OB-5, OB-16), also when the broker fails in between
 * (OB-6) and when another relay takes over (OB-8). A message that is refused holds back its key and no other; after the last attempt
 * the key is parked until {@link OutboxAdmin#replay} (OB-7). A transaction that goes on holds up nobody but itself (OB-11). A relay that has lost its lease marks nothing (OB-9): it can
 * only have published what its successor publishes too. A page at most is in memory (OB-10). Relays share the work and take over from each other
 * (OB-12).
 *
 * <p><b>Threads.</b> Safe for any number of threads; it has a few of its own until it is closed. <b>Not for</b>
 * exactly-once: repeats happen, and who must act once remembers ids.
 */
public interface Relay extends AutoCloseable {

    /** Begins. @throws IllegalStateException if it was begun or closed before */
    void start();

    /** What it has done so far. */
    RelayStats stats();

    /** Ends after the page under way, gives its leases back, and closes what it opened, but not the publisher. */
    @Override
    void close();
}
