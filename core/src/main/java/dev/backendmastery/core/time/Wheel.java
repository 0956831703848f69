package dev.backendmastery.core.time;

import org.jspecify.annotations.Nullable;

/**
 * A hierarchy of timing wheels, for those who have a lock and a clock of their own: it orders nodes by the tick at which
 * they are due and knows nothing of time, threads or tasks. {@link TimingWheel} has them.
 *
 * <p><b>Guarantee.</b> A node is given back by the first {@link #pass} to its tick or beyond, in the order of ticks, and
 * not before; unless it was {@link #remove}d. <b>Threads.</b> One at a time. <b>Cost.</b> A node is linked and taken out in
 * constant time, without allocation, and moved at most once a level meanwhile; 64 references for each 6 bits of the most
 * ticks. <b>Not for</b> few nodes: a heap does as well. <b>Source.</b> Varghese and Lauck 1987, scheme 7.
 *
 * <p>Level 0 has a slot a tick, each further level a slot for a whole turn of the level below it; a node lies in the lowest
 * level within whose turn it is due, and moves down when its slot begins. So a node is linked once and moved at most once a
 * level. A word a level says which of its 64 slots hold nodes: time passes from one occupied slot to the next, and neither
 * the empty slots nor the nodes that are not due are looked at.
 */
public final class Wheel {

    /** What lies in a slot: extend it. */
    public static class Node {
        private @Nullable Node next;
        private @Nullable Node previous;
        /** Where it lies, or {@link #NOWHERE}. */
        private int place = NOWHERE;

        private long due;

        /** One that lies nowhere. */
        protected Node() {}

        /** Whether it lies in a wheel. */
        public final boolean linked() {
            return place != NOWHERE;
        }
    }

    private static final int NOWHERE = -1;
    private static final int BITS = 6;
    private static final int SLOTS = 1 << BITS;
    /** Unused words behind those of the levels, for the same reason as the padding below. */
    private static final int LINES_APART = 16;

    private final @Nullable Node[] heads;
    private final long[] occupied;
    private final int levels;
    /** All that was due before this tick is gone. */
    private long position;

    private int size;

    @SuppressWarnings("unused") // keeps two wheels, each under its own lock, on different cache lines
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

    /** A wheel that reaches to {@code mostTicks}. */
    public Wheel(long mostTicks) {
        levels = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(mostTicks) + BITS - 1) / BITS);
        heads = new Node[levels * SLOTS];
        occupied = new long[levels + LINES_APART];
    }

    /** How many nodes lie here. */
    public int size() {
        return size;
    }

    /** Puts {@code node}, which lies nowhere, where it is found at the tick {@code due}, or now if that is over. */
    public void add(Node node, long due) {
        node.due = due;
        link(node);
        size++;
    }

    /** Takes {@code node}, which lies here, out. */
    public void remove(Node node) {
        unlink(node);
        size--;
    }

    private void link(Node node) {
        long due = Math.max(node.due, position);
        long ahead = due - position;
        int level = ahead < SLOTS ? 0 : (Long.SIZE - 1 - Long.numberOfLeadingZeros(ahead)) / BITS;
        if ((due >>> (level * BITS)) - (position >>> (level * BITS)) >= SLOTS) {
            level++;
        }
        int slot = (int) (due >>> (level * BITS)) & (SLOTS - 1);
        int place = level * SLOTS + slot;
        Node head = heads[place];
        node.place = place;
        node.next = head;
        if (head != null) {
            head.previous = node;
        } else {
            occupied[level] |= 1L << slot;
        }
        heads[place] = node;
    }

    private void unlink(Node node) {
        Node next = node.next;
        Node previous = node.previous;
        int place = node.place;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
        } else {
            heads[place] = next;
            if (next == null) {
                occupied[place >>> BITS] &= ~(1L << (place & (SLOTS - 1)));
            }
        }
        node.next = null;
        node.previous = null;
        node.place = NOWHERE;
    }

    /** The first tick at which there is something to do, {@code Long.MAX_VALUE} if there is nothing. */
    public long nextEvent() {
        int level = firstLevel();
        return level < 0 ? Long.MAX_VALUE : eventOf(level);
    }

    private int firstLevel() {
        int first = -1;
        long earliest = Long.MAX_VALUE;
        for (int level = 0; level < levels; level++) {
            if (occupied[level] != 0) {
                long tick = eventOf(level);
                if (tick < earliest) {
                    earliest = tick;
                    first = level;
                }
            }
        }
        return first;
    }

    private long eventOf(int level) {
        long unit = position >>> (level * BITS);
        int distance = Long.numberOfTrailingZeros(Long.rotateRight(occupied[level], (int) unit));
        return distance == 0 ? position : (unit + distance) << (level * BITS);
    }

    /**
     * Lets time pass to the tick {@code now}, as far as that takes at most {@code budget} moves of nodes, and takes out the
     * nodes found due.
     *
     * @return the first of them in the order of their ticks, the others behind it by {@link #takeNext}; null does not mean
     *     that none is left, see {@link #behind}
     */
    @Nullable
    public Node pass(long now, int budget) {
        Node first = null;
        Node last = null;
        int moves = 0;
        while (moves < budget) {
            int level = firstLevel();
            long tick = level < 0 ? Long.MAX_VALUE : eventOf(level);
            if (tick > now) {
                position = Math.max(position, now);
                break;
            }
            position = tick;
            int place = level * SLOTS + ((int) (tick >>> (level * BITS)) & (SLOTS - 1));
            for (Node node = heads[place]; node != null && moves < budget; node = heads[place]) {
                unlink(node);
                moves++;
                if (node.due > position) {
                    link(node);
                    continue;
                }
                size--;
                if (last == null) {
                    first = node;
                } else {
                    last.next = node;
                }
                last = node;
            }
        }
        return first;
    }

    /** The node behind {@code node} in what {@link #pass} returned; they are parted by this. */
    public static @Nullable Node takeNext(Node node) {
        Node next = node.next;
        node.next = null;
        return next;
    }

    /** Whether something is left to do at the tick {@code now}. */
    public boolean behind(long now) {
        return nextEvent() <= now;
    }
}
