package dev.backendmastery.core.hashing;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * AnchorHash: any member may leave, at jump's balance, in memory that is fixed when it is made.
 *
 * <p>All buckets up to the capacity exist from the start, most of them as if removed. A key hashes to one of them; a removed
 * bucket sends it on to one of those that remained when it was removed, by a hash of its own, until one is there. A newcomer
 * takes the place that was freed last.
 *
 * <p><b>Guarantee.</b> All of {@link ConsistentHash} without weights. The answers depend on the members' order at the start
 * and on the joins and leaves since: a process that starts later must replay them, in that order, to agree. <b>Cost.</b> A
 * look-up takes about 1 + ln(capacity / members) hashes and no allocation; 20 bytes for each bucket of the capacity, whatever
 * leaves; a change copies them. <b>Not for</b> memberships without a bound to state, or without one shared history:
 * {@link HashRing}. <b>Source.</b> Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, <i>AnchorHash: A Scalable
 * Consistent Hash</i> (IEEE/ACM Transactions on Networking 2021).
 */
public final class AnchorHash<N> extends Snapshot<N> {

    /** The most buckets. */
    public static final int MAX_CAPACITY = 1 << 24;

    private final State state;
    private final Map<Integer, Member<N>> byBucket;
    private final int[] indexes;

    private AnchorHash(Map<Integer, Member<N>> byBucket, State state) {
        super(unweighted(distinct(List.copyOf(byBucket.values()))));
        this.byBucket = byBucket;
        this.state = state;
        indexes = new int[state.remained.length];
        int next = 0;
        for (int bucket : byBucket.keySet()) {
            indexes[bucket] = next++;
        }
    }

    /**
     * Anchor among {@code members}, in this order.
     *
     * @param capacity the most members that there will ever be at once; twice the present number is a good start
     * @throws IllegalArgumentException if there is no member, a name is there twice, a weight is not 1, or the capacity is
     *     less than the number of members or more than {@link #MAX_CAPACITY}
     */
    public static <N> AnchorHash<N> of(List<Member<N>> members, int capacity) {
        distinct(members);
        if (capacity < members.size() || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity must be from the number of members, " + members.size()
                    + ", to " + MAX_CAPACITY + ", was " + capacity);
        }
        Map<Integer, Member<N>> byBucket = new TreeMap<>();
        for (Member<N> member : members) {
            byBucket.put(byBucket.size(), member);
        }
        return new AnchorHash<>(byBucket, new State(capacity, members.size()));
    }

    /** The most members that there can be at once. */
    public int capacity() {
        return indexes.length;
    }

    @Override
    int indexFor(long hash) {
        return indexes[state.bucket(hash)];
    }

    @Override
    boolean prefer(long hash, IntPredicate accepts) {
        return BucketHash.preferByDraws(this, hash, accepts);
    }

    @Override
    public AnchorHash<N> with(Member<N> member) {
        unweighted(distinct(plus(members(), member)));
        if (members().size() == indexes.length) {
            throw new IllegalStateException(
                    "capacity of " + indexes.length + " members is used up: make one with more, which moves keys");
        }
        State next = new State(state);
        Map<Integer, Member<N>> more = new TreeMap<>(byBucket);
        more.put(next.add(), member);
        return new AnchorHash<>(more, next);
    }

    @Override
    public AnchorHash<N> without(String name) {
        minus(members(), name);
        State next = new State(state);
        Map<Integer, Member<N>> fewer = new TreeMap<>(byBucket);
        int bucket = byBucket.entrySet().stream()
                .filter(entry -> entry.getValue().name().equals(name))
                .findFirst()
                .orElseThrow()
                .getKey();
        fewer.remove(bucket);
        next.remove(bucket);
        return new AnchorHash<>(fewer, next);
    }

    /** The arrays of the paper: A, K, W, L and the stack R. Changed only before they are published. */
    private static final class State {
        /** How many remained when the bucket was removed; 0 while it is there. */
        private final int[] remained;
        /** What stands in the bucket's place after it was removed. */
        private final int[] successor;
        /** The buckets that are there, in the first places. */
        private final int[] present;
        /** Where a bucket stands in {@link #present}. */
        private final int[] place;

        private final int[] removed;
        private int size;

        State(int capacity, int size) {
            remained = new int[capacity];
            successor = new int[capacity];
            present = new int[capacity];
            place = new int[capacity];
            removed = new int[capacity];
            this.size = size;
            for (int bucket = 0; bucket < capacity; bucket++) {
                remained[bucket] = bucket < size ? 0 : bucket;
                successor[bucket] = bucket;
                present[bucket] = bucket;
                place[bucket] = bucket;
            }
            for (int i = 0; i < capacity - size; i++) {
                removed[i] = capacity - 1 - i;
            }
        }

        State(State other) {
            remained = other.remained.clone();
            successor = other.successor.clone();
            present = other.present.clone();
            place = other.place.clone();
            removed = other.removed.clone();
            size = other.size;
        }

        int bucket(long hash) {
            int bucket = Mix.below(hash, remained.length);
            while (remained[bucket] > 0) {
                int limit = remained[bucket];
                int next = Mix.below(Mix.draw(hash, bucket), limit);
                while (remained[next] >= limit) { // it was gone before this bucket was: who stood there then
                    next = successor[next];
                }
                bucket = next;
            }
            return bucket;
        }

        int add() {
            int bucket = removed[removed.length - size - 1];
            remained[bucket] = 0;
            place[present[size]] = size;
            present[place[bucket]] = bucket;
            successor[bucket] = bucket;
            size++;
            return bucket;
        }

        void remove(int bucket) {
            removed[removed.length - size] = bucket;
            size--;
            remained[bucket] = size;
            present[place[bucket]] = present[size];
            place[present[size]] = place[bucket];
            successor[bucket] = present[size];
        }
    }
}
