package dev.backendmastery.caching.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A key, its value and its place in the policy's lists; one object an entry. */
final class Entry<K, V> {

    private static final VarHandle HITS;

    static {
        try {
            HITS = MethodHandles.lookup().findVarHandle(Entry.class, "hits", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final K key;
    final V value;
    final long writtenAt;
    final long lifeNanos;

    /** The key's hash with its bits spread, for ghosts and sketches. */
    final int hash;

    // The policy's, under the cache's lock.
    @Nullable
    Entry<K, V> older;

    @Nullable
    Entry<K, V> younger;

    /** The list that this is in, or null. */
    @Nullable
    EntryList<K, V> list;

    /** Whether the policy wants to be told of each hit; set before the entry is published. */
    boolean followed;

    @SuppressWarnings("UnusedVariable") // through HITS
    private int hits;

    Entry(K key, V value, long writtenAt, long lifeNanos) {
        this.key = key;
        this.value = value;
        this.writtenAt = writtenAt;
        this.lifeNanos = lifeNanos;
        this.hash = spread(key.hashCode());
    }

    boolean isExpired(long now) {
        return now - writtenAt >= lifeNanos;
    }

    /** Counts a hit up to {@code limit}; two at once may count as one, and at the limit nothing is written. */
    void mark(int limit) {
        int n = hits();
        if (n < limit) {
            HITS.setOpaque(this, n + 1);
        }
    }

    int hits() {
        return (int) HITS.getOpaque(this);
    }

    void hits(int n) {
        HITS.setOpaque(this, n);
    }

    /** Each bit of the result depends on each of {@code x}. */
    static int spread(int x) {
        x ^= x >>> 16;
        x *= 0x21f0aaad;
        x ^= x >>> 15;
        x *= 0xd35a2d97;
        return x ^ (x >>> 15);
    }
}
