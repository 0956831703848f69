package dev.backendmastery.caching.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A key, its value, and its places in the table and in the policy's lists: one object an entry, 40 bytes where references
 * take four. What only some caches need is in {@link TimedEntry}.
 */
class Entry<K, V> {

    /** The most that {@link #hits} can say. */
    static final int MOST_HITS = 3;

    private static final int FOLLOWED = 4;
    private static final int HASH_SHIFT = 3;
    private static final int HASH = -1 >>> HASH_SHIFT;

    private static final VarHandle VALUE;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            VALUE = lookup.findVarHandle(Entry.class, "value", Object.class);
            NEXT = lookup.findVarHandle(Entry.class, "next", Entry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final K key;

    /** Null once the entry was taken out. */
    @SuppressWarnings("UnusedVariable") // through VALUE
    private @Nullable V value;

    /** The next in the table's bin; it stays when the entry is taken out, so that who stands here finds on. */
    private @Nullable Entry<K, V> next;

    // The policy's, under the cache's lock.
    @Nullable
    Entry<K, V> older;

    @Nullable
    Entry<K, V> younger;

    /** The list that this is in, or null. */
    @Nullable
    EntryList<K, V> list;

    /**
     * The hash, whether the policy follows this, and the hits. Only the hits change once the entry is published, and a
     * reader that races with another or with the policy may lose one: so this needs no order, and costs none.
     */
    private int bits;

    /** @param hash as {@link #hash(Object)} has it */
    Entry(K key, V value, int hash) {
        this.key = key;
        this.value = value;
        this.bits = hash << HASH_SHIFT;
    }

    /** The hash of {@code key}, 29 bits, as good as its {@code hashCode}: who needs better mixes it. */
    static int hash(Object key) {
        int h = key.hashCode();
        return (h ^ (h >>> 16)) & HASH;
    }

    /** The latest value, or null if the entry was taken out. */
    @SuppressWarnings("unchecked") // VALUE is of this very field
    final @Nullable V value() {
        return (V) VALUE.getAcquire(this);
    }

    /** Puts {@code after} in the place of {@code before}, null to take the entry out; false if that is not the value. */
    final boolean change(V before, @Nullable V after) {
        return VALUE.compareAndSet(this, before, after);
    }

    /** Takes the entry out: who finds it still learns so. Returns the last value. */
    @SuppressWarnings("unchecked") // VALUE is of this very field
    final @Nullable V end() {
        return (V) VALUE.getAndSet(this, null);
    }

    /** The key's hash, for the table, for ghosts and sketches. */
    final int hash() {
        return bits >>> HASH_SHIFT;
    }

    final boolean is(Object other, int hash) {
        return hash() == hash && (key == other || key.equals(other));
    }

    /** As an acquire, without the cast that a handle's takes. */
    final @Nullable Entry<K, V> next() {
        Entry<K, V> entry = next;
        VarHandle.acquireFence();
        return entry;
    }

    final void next(@Nullable Entry<K, V> entry) {
        NEXT.setRelease(this, entry);
    }

    /** Its part of the cache's maximum. */
    int weight() {
        return 1;
    }

    /** Whether the policy wants to be told of each hit. */
    final boolean followed() {
        return (bits & FOLLOWED) != 0;
    }

    /** Before the entry is published. */
    final void followed(boolean follow) {
        bits = follow ? bits | FOLLOWED : bits & ~FOLLOWED;
    }

    /**
     * Counts a hit up to {@code limit}; two at once may count as one, and at the limit nothing is written.
     *
     * @return whether it counted
     */
    final boolean mark(int limit) {
        int b = bits;
        boolean counts = (b & MOST_HITS) < limit;
        if (counts) {
            bits = b + 1;
        }
        return counts;
    }

    final int hits() {
        return bits & MOST_HITS;
    }

    final void hits(int n) {
        bits = (bits & ~MOST_HITS) | n;
    }
}
