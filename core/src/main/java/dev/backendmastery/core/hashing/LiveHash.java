package dev.backendmastery.core.hashing;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * A membership that changes while it is used.
 *
 * <p><b>Guarantee.</b> A look-up sees one whole membership, from before or after a change, and never waits for one. Changes
 * are applied one after the other, none is lost, and the caller's next look-up sees its own. <b>Threads.</b> Safe for any
 * number; readers are wait-free, changes wait for each other.
 * <b>Cost.</b> One volatile read before the placement's own look-up.
 *
 * <p><b>Not for</b> agreement between processes: each must be told of the change, and until then two may answer differently.
 */
public final class LiveHash<N> {

    private final ReentrantLock changes = new ReentrantLock();
    private volatile ConsistentHash<N> current;

    /** Starts with {@code placement}. */
    public LiveHash(ConsistentHash<N> placement) {
        current = placement;
    }

    /** The placement of now: take it once where several questions must be answered alike. */
    public ConsistentHash<N> snapshot() {
        return current;
    }

    /** As {@link ConsistentHash#nodeForHash}, of now. */
    public N nodeForHash(long hash) {
        return current.nodeForHash(hash);
    }

    /** As {@link ConsistentHash#nodeFor(long)}, of now. */
    public N nodeFor(long key) {
        return current.nodeFor(key);
    }

    /** As {@link ConsistentHash#nodeFor(CharSequence)}, of now. */
    public N nodeFor(CharSequence key) {
        return current.nodeFor(key);
    }

    /**
     * As {@link ConsistentHash#with}; if it throws, nothing has changed.
     *
     * @return the placement with the newcomer
     */
    public ConsistentHash<N> join(Member<N> member) {
        return update(placement -> placement.with(member));
    }

    /**
     * As {@link ConsistentHash#without}; if it throws, nothing has changed.
     *
     * @return the placement without it
     */
    public ConsistentHash<N> leave(String name) {
        return update(placement -> placement.without(name));
    }

    /**
     * Any change; if {@code change} throws, nothing has changed.
     *
     * @param change asked once, while other changes wait
     * @return the placement after it
     */
    public ConsistentHash<N> update(UnaryOperator<ConsistentHash<N>> change) {
        changes.lock();
        try {
            ConsistentHash<N> next = change.apply(current);
            current = next;
            return next;
        } finally {
            changes.unlock();
        }
    }
}
