package dev.backendmastery.core.sketch;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.StampedLock;

/**
 * A cuckoo filter: 16 bits of each item in one of two buckets of four, from where they can be taken out again.
 *
 * <p><b>Guarantee.</b> All of {@link MembershipFilter}, with 0.012 % of false positives at most when full; {@link #remove}
 * undoes one {@link #add} (MF-9), and an add that finds no room changes nothing and says so (MF-10). An item may be in four
 * times, and mostly eight. Only what was added may be removed: removing something else that looks contained takes out an item that shares its
 * bits. <b>Threads.</b> Safe for any number. Readers are optimistic and retry under a lock only if a writer came in between;
 * writers wait for each other. <b>Cost.</b> A look-up reads two words; an add moves a few items as the filter fills; 17 bits
 * for each expected item, no allocation. <b>Not for</b> sets that never lose an item: {@link BloomFilter} takes fewer bits at
 * 1 % and has no limit. <b>Source.</b> Fan, Andersen, Kaminsky and Mitzenmacher, <i>Cuckoo Filter: Practically Better Than
 * Bloom</i> (CoNEXT 2014), with sums in place of exclusive-ors, so that any number of buckets will do.
 */
public final class CuckooFilter implements MembershipFilter, ItemSketch {

    private static final int SLOTS = 4;
    private static final int FINGERPRINT_BITS = 16;
    private static final long FINGERPRINT = 0xFFFF;
    private static final int MOST_MOVES = 500;
    private static final int MOST_BUCKETS = 1 << 27;
    private static final double FULL = 0.95;

    private final StampedLock lock = new StampedLock();
    /** A bucket each: four fingerprints, 0 where there is none. */
    private final long[] buckets;

    private long size;

    private CuckooFilter(int buckets) {
        this.buckets = new long[buckets];
    }

    /**
     * An empty filter.
     *
     * @param items how many items it must hold at once, from 1 to 500 million
     * @throws IllegalArgumentException if that is out of range
     */
    public static CuckooFilter of(long items) {
        if (items < 1 || items > (long) (MOST_BUCKETS * (double) SLOTS * FULL)) {
            throw new IllegalArgumentException(
                    "items must be from 1 to " + (long) (MOST_BUCKETS * (double) SLOTS * FULL) + ", was " + items);
        }
        // A few more, for a small filter can be unlucky.
        return new CuckooFilter((int) Math.min(MOST_BUCKETS, (long) Math.ceil(items / FULL / SLOTS) + 4));
    }

    private static long fingerprint(long hash) {
        long bits = hash & FINGERPRINT;
        return bits == 0 ? 1 : bits;
    }

    private int bucket(long hash) {
        return Mix.below(hash, buckets.length);
    }

    /** The other bucket of a fingerprint that is in this one; its other bucket is this one. */
    private int other(int bucket, long fingerprint) {
        int other = Mix.below(Mix.draw(fingerprint, 0), buckets.length) - bucket;
        return other < 0 ? other + buckets.length : other;
    }

    /** The shift of a slot of {@code bucket} that holds {@code fingerprint}, or -1. */
    private static int find(long bucket, long fingerprint) {
        for (int shift = 0; shift < Long.SIZE; shift += FINGERPRINT_BITS) {
            if (((bucket >>> shift) & FINGERPRINT) == fingerprint) {
                return shift;
            }
        }
        return -1;
    }

    @Override
    public boolean mightContainHash(long hash) {
        long fingerprint = fingerprint(hash);
        int first = bucket(hash);
        int second = other(first, fingerprint);
        long stamp = lock.tryOptimisticRead();
        if (stamp != 0) {
            boolean found = find(buckets[first], fingerprint) >= 0 || find(buckets[second], fingerprint) >= 0;
            if (lock.validate(stamp)) {
                return found;
            }
        }
        stamp = lock.readLock();
        try {
            return find(buckets[first], fingerprint) >= 0 || find(buckets[second], fingerprint) >= 0;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /**
     * Adds an item, once more if it is in already.
     *
     * @return true
     * @throws IllegalStateException if there is no room; nothing has changed
     */
    @Override
    public boolean addHash(long hash) {
        long stamp = lock.writeLock();
        try {
            insert(bucket(hash), fingerprint(hash));
            return true;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private boolean put(int bucket, long fingerprint) {
        int free = find(buckets[bucket], 0);
        if (free < 0) {
            return false;
        }
        buckets[bucket] |= fingerprint << free;
        return true;
    }

    private void insert(int first, long fingerprint) {
        int second = other(first, fingerprint);
        if (!put(first, fingerprint) && !put(second, fingerprint)) {
            makeRoom(second, fingerprint);
        }
        size++;
    }

    /** Puts the fingerprint in place of another, that one in place of another, until one finds a free slot. */
    private void makeRoom(int start, long fingerprint) {
        int[] path = new int[MOST_MOVES];
        int[] shifts = new int[MOST_MOVES];
        int bucket = start;
        long homeless = fingerprint;
        for (int move = 0; move < MOST_MOVES; move++) {
            int shift = (int) (Mix.draw(fingerprint + bucket, move) & (SLOTS - 1)) * FINGERPRINT_BITS;
            path[move] = bucket;
            shifts[move] = shift;
            homeless = swap(bucket, shift, homeless);
            bucket = other(bucket, homeless);
            if (put(bucket, homeless)) {
                return;
            }
        }
        for (int move = MOST_MOVES - 1; move >= 0; move--) {
            homeless = swap(path[move], shifts[move], homeless);
        }
        throw new IllegalStateException("the filter is full: " + size + " items in " + (long) buckets.length * SLOTS
                + " places; make a larger one");
    }

    private long swap(int bucket, int shift, long fingerprint) {
        long there = (buckets[bucket] >>> shift) & FINGERPRINT;
        buckets[bucket] ^= (there ^ fingerprint) << shift;
        return there;
    }

    /** Removes a number that was added; see {@link #removeHash}. */
    public boolean remove(long item) {
        return removeHash(HASHER.hashLongToLong(item));
    }

    /** Removes a text that was added; see {@link #removeHash}. */
    public boolean remove(CharSequence item) {
        return removeHash(HASHER.hashCharsToLong(item));
    }

    /**
     * Takes one add back. Only for what was added.
     *
     * @return whether it was there
     */
    public boolean removeHash(long hash) {
        long fingerprint = fingerprint(hash);
        int first = bucket(hash);
        long stamp = lock.writeLock();
        try {
            for (int bucket : new int[] {first, other(first, fingerprint)}) {
                int shift = find(buckets[bucket], fingerprint);
                if (shift >= 0) {
                    buckets[bucket] &= ~(FINGERPRINT << shift);
                    size--;
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** How many adds are in that were not taken back. */
    public long size() {
        long stamp = lock.readLock();
        try {
            return size;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    @Override
    public long bits() {
        return (long) buckets.length * Long.SIZE;
    }

    private CuckooFilter copy() {
        long stamp = lock.readLock();
        try {
            CuckooFilter copy = new CuckooFilter(buckets.length);
            System.arraycopy(buckets, 0, copy.buckets, 0, buckets.length);
            copy.size = size;
            return copy;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /**
     * What either contains, as often as both together; both stay as they are.
     *
     * @throws IllegalArgumentException if they are of different size
     * @throws IllegalStateException if there is no room for both
     */
    public CuckooFilter merge(CuckooFilter other) {
        if (buckets.length != other.buckets.length) {
            throw new IllegalArgumentException("other must have " + bits() + " bits as well, had " + other.bits());
        }
        CuckooFilter merged = copy();
        long[] more = other.copy().buckets;
        for (int bucket = 0; bucket < more.length; bucket++) {
            for (int shift = 0; shift < Long.SIZE; shift += FINGERPRINT_BITS) {
                long fingerprint = (more[bucket] >>> shift) & FINGERPRINT;
                if (fingerprint != 0) {
                    merged.insert(bucket, fingerprint);
                }
            }
        }
        return merged;
    }

    @Override
    public byte[] toBytes() {
        CuckooFilter copy = copy();
        ByteBuffer buffer = Format.write(Format.CUCKOO, Integer.BYTES + (long) Long.BYTES * copy.buckets.length);
        buffer.putInt(copy.buckets.length);
        for (long bucket : copy.buckets) {
            buffer.putLong(bucket);
        }
        return Format.seal(buffer);
    }

    /**
     * The filter whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no cuckoo filter
     */
    public static CuckooFilter fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.CUCKOO);
        Format.requireRemaining(buffer, Integer.BYTES);
        int buckets = buffer.getInt();
        Format.require(buckets >= 1 && buckets <= MOST_BUCKETS, "buckets must be from 1 to 2^27, were " + buckets);
        Format.requireExactly(buffer, (long) buckets * Long.BYTES);
        CuckooFilter filter = new CuckooFilter(buckets);
        for (int i = 0; i < buckets; i++) {
            filter.buckets[i] = buffer.getLong();
            for (int shift = 0; shift < Long.SIZE; shift += FINGERPRINT_BITS) {
                filter.size += ((filter.buckets[i] >>> shift) & FINGERPRINT) != 0 ? 1 : 0;
            }
        }
        return filter;
    }
}
