package dev.backendmastery.core.time;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How many events of each node a state has seen: tells whether one state includes another or both went their own ways.
 *
 * <p><b>Guarantee.</b> Event a can have caused event b if and only if the clock of a is {@link Order#BEFORE} that of b
 * (VC-1); otherwise they are equal, the other way round, or {@link Order#CONCURRENT}. A merge is the least clock that
 * includes both: commutative, associative, idempotent (VC-2).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> Time and memory grow with the number of nodes that ever counted: a node here
 * is a replica, of which there are few, and not a client. <b>Not for</b> choosing a winner (a {@link HybridLogicalClock}
 * gives a total order), nor for more than some dozens of nodes.
 * <b>Source.</b> Fidge 1988; Mattern, <i>Virtual Time and Global States of Distributed Systems</i>, 1989.
 */
public final class VectorClock {

    /** How one clock stands to another. */
    public enum Order {
        /** It has seen less: the other one includes it. */
        BEFORE,
        /** Both have seen the same. */
        EQUAL,
        /** It includes the other one. */
        AFTER,
        /** Each has seen something that the other has not: a conflict. */
        CONCURRENT
    }

    private static final Map.Entry<String, Long> END = Map.entry("", 0L);
    private static final VectorClock ZERO = new VectorClock(new TreeMap<>());

    private final SortedMap<String, Long> counts;

    private VectorClock(SortedMap<String, Long> counts) {
        this.counts = counts;
    }

    /** The clock that has seen nothing. */
    public static VectorClock zero() {
        return ZERO;
    }

    /**
     * The clock with these counts, as {@link #counts()} gave them.
     *
     * @throws IllegalArgumentException if a count is less than 1
     */
    public static VectorClock of(Map<String, Long> counts) {
        counts.forEach((node, count) -> {
            if (count < 1) {
                throw new IllegalArgumentException("count of " + node + " must be at least 1, was " + count);
            }
        });
        return new VectorClock(new TreeMap<>(counts));
    }

    /**
     * This clock after one more event of {@code node}.
     *
     * @throws ArithmeticException if the node has counted to {@code Long.MAX_VALUE}
     */
    public VectorClock tick(String node) {
        TreeMap<String, Long> next = new TreeMap<>(counts);
        next.merge(Objects.requireNonNull(node, "node"), 1L, Math::addExact);
        return new VectorClock(next);
    }

    /** The least clock that includes this one and {@code other}. */
    public VectorClock merge(VectorClock other) {
        TreeMap<String, Long> both = new TreeMap<>(counts);
        other.counts.forEach((node, count) -> both.merge(node, count, Math::max));
        return new VectorClock(both);
    }

    /** How this clock stands to {@code other}. */
    public Order compare(VectorClock other) {
        boolean less = false;
        boolean more = false;
        // Both are sorted, so one walk side by side sees every node once.
        Iterator<Map.Entry<String, Long>> mine = counts.entrySet().iterator();
        Iterator<Map.Entry<String, Long>> theirs = other.counts.entrySet().iterator();
        Map.Entry<String, Long> a = next(mine);
        Map.Entry<String, Long> b = next(theirs);
        while (a != END || b != END) {
            int side = a == END ? 1 : b == END ? -1 : a.getKey().compareTo(b.getKey());
            if (side < 0) {
                more = true;
                a = next(mine);
            } else if (side > 0) {
                less = true;
                b = next(theirs);
            } else {
                more |= a.getValue() > b.getValue();
                less |= a.getValue() < b.getValue();
                a = next(mine);
                b = next(theirs);
            }
        }
        return less ? (more ? Order.CONCURRENT : Order.BEFORE) : (more ? Order.AFTER : Order.EQUAL);
    }

    private static Map.Entry<String, Long> next(Iterator<Map.Entry<String, Long>> entries) {
        return entries.hasNext() ? entries.next() : END;
    }

    /** The nodes that counted, sorted, and how far: at least 1 each. */
    public SortedMap<String, Long> counts() {
        return Collections.unmodifiableSortedMap(counts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorClock clock && clock.counts.equals(counts);
    }

    @Override
    public int hashCode() {
        return counts.hashCode();
    }

    /** The counts, such as {@code {a=3, b=1}}. */
    @Override
    public String toString() {
        return counts.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(", ", "{", "}"));
    }
}
