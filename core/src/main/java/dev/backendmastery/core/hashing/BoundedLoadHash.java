package dev.backendmastery.core.hashing;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Consistent hashing with bounded loads: a key goes to its node unless that is full, and then to the next in its order of
 * preference.
 *
 * <p><b>Guarantee.</b> A node is never given work beyond {@code ceil(percent / 100 x mean)}, the mean counting the work that
 * is given and, where there are weights, the node's share of it (BL-1); also between simultaneous callers (BL-2). Work goes to the first
 * in the key's order of preference that has room (BL-3), and there always is one (BL-4). A lease given back is room again,
 * once, however often it is closed (BL-5). The work of a node that leaves counts no longer, and counts again should the node
 * come back before it is done (BL-6). When work ends elsewhere the mean falls, and a node can then hold more than the bound
 * allows for a while: it is given nothing until it is below.
 *
 * <p><b>Threads.</b> Safe for any number; one lock is held for the few steps of a decision. <b>Cost.</b> One look-up and one
 * small object for the lease; a step of preference for each full node met. <b>Not for</b> many processes that share nodes: each
 * bounds only what it sends itself. <b>Source.</b> Mirrokni, Thorup and Zadimoghaddam, <i>Consistent Hashing with Bounded
 * Loads</i> (SODA 2018).
 */
public final class BoundedLoadHash<N> {

    private final int percent;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Slot> slots = new HashMap<>();
    private ConsistentHash<N> placement;
    private long total;
    private long weight;

    /**
     * Bounds the loads of {@code placement}.
     *
     * @param percent of the mean that a node may hold, from 101 to 10,000; 125 is usual: the less, the evener and the
     *     further keys go
     * @throws IllegalArgumentException if {@code percent} is out of range
     */
    public BoundedLoadHash(ConsistentHash<N> placement, int percent) {
        if (percent < 101 || percent > 10_000) {
            throw new IllegalArgumentException("percent must be from 101 to 10000, was " + percent);
        }
        this.percent = percent;
        this.placement = placement;
        update(placement);
    }

    /** Work that a node holds until it is closed. Closing it again does nothing. */
    public final class Lease implements AutoCloseable {
        private final N node;
        private final Slot slot;
        private boolean closed;

        private Lease(N node, Slot slot) {
            this.node = node;
            this.slot = slot;
        }

        /** The node to go to. */
        public N node() {
            return node;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    slot.load--;
                    total -= slot.present ? 1 : 0;
                    if (!slot.present && slot.load == 0) {
                        slots.remove(slot.name, slot);
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Gives the key's work to a node. */
    public Lease assign(long hash) {
        lock.lock();
        try {
            long work = total + 1;
            Member<N> member = placement
                    .findFor(hash, candidate -> slot(candidate).load < bound(candidate, work))
                    .orElseThrow(() -> new IllegalStateException("the bounds add up to less than the work"));
            Slot slot = slot(member);
            slot.load++;
            total++;
            return new Lease(member.node(), slot);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #assign(long)}, for a text. */
    public Lease assign(CharSequence key) {
        return assign(ConsistentHash.HASHER.hashCharsToLong(key));
    }

    /** From now on work goes by {@code next}; what was given stays where it is. */
    public void update(ConsistentHash<N> next) {
        lock.lock();
        try {
            slots.values().forEach(slot -> slot.present = false);
            slots.values().removeIf(slot -> slot.load == 0);
            placement = next;
            weight = 0;
            total = 0;
            for (Member<N> member : next.members()) {
                Slot slot = slots.computeIfAbsent(member.name(), Slot::new);
                slot.present = true;
                total += slot.load;
                weight += member.weight();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * How much work the member holds.
     *
     * @throws IllegalArgumentException if there is no such member
     */
    public long load(String name) {
        lock.lock();
        try {
            Slot slot = slots.get(name);
            if (slot == null || !slot.present) {
                throw new IllegalArgumentException("name must be that of a member, was " + name);
            }
            return slot.load;
        } finally {
            lock.unlock();
        }
    }

    /** How much work all members hold. */
    public long total() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    private long bound(Member<N> member, long work) {
        long parts = 100 * weight;
        return (percent * work * member.weight() + parts - 1) / parts;
    }

    private Slot slot(Member<N> member) {
        Slot slot = slots.get(member.name());
        if (slot == null) {
            throw new IllegalStateException("no load is kept for " + member.name());
        }
        return slot;
    }

    private static final class Slot {
        private final String name;
        private long load;
        private boolean present;

        Slot(String name) {
            this.name = name;
        }
    }
}
