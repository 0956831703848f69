package dev.backendmastery.caching.cache;

import java.util.Arrays;

/**
 * The hashes of the keys that went last, so many of them: a ring in the order of their going, and a table from hash to place.
 * Two keys of one hash are one ghost, which costs a wrong guess and no more. Memory grows with use: 4 bytes a ghost for the
 * ring and 16 to 32 for the table.
 */
final class Ghosts {

    private final int capacity;
    private int[] ring;

    /** How many have ever come; the place of the next in the ring is this, modulo the capacity. */
    private long added;

    // Linear probing; a place is the number of the arrival plus 1, and 0 is a free slot.
    private int[] hashes = new int[16];
    private long[] places = new long[16];
    private int size;

    Ghosts(long capacity) {
        this.capacity = (int) Math.min(Math.max(1, capacity), 1 << 28);
        this.ring = new int[Math.min(16, this.capacity)];
    }

    /** Remembers {@code hash} as the youngest; the oldest may be forgotten. */
    void add(int hash) {
        if (added == ring.length && ring.length < capacity) {
            ring = Arrays.copyOf(ring, (int) Math.min(capacity, 2L * ring.length));
        }
        int slot = (int) (added % ring.length);
        if (added >= ring.length) {
            int old = find(ring[slot]);
            if (places[old] == added - ring.length + 1) {
                delete(old);
            }
        }
        ring[slot] = hash;
        added++;
        int at = find(hash);
        if (places[at] == 0) {
            size++;
        }
        hashes[at] = hash;
        places[at] = added;
        if (2 * size > places.length) {
            grow();
        }
    }

    /** Whether {@code hash} was there; it is no longer. */
    boolean remove(int hash) {
        int at = find(hash);
        if (places[at] == 0) {
            return false;
        }
        delete(at);
        return true;
    }

    int size() {
        return size;
    }

    /** Where {@code hash} is, or the free slot where it would go. */
    private int find(int hash) {
        int mask = places.length - 1;
        int at = hash & mask;
        while (places[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /** Frees a slot and closes the gap, so that every hash can still be found from its own slot on. */
    private void delete(int at) {
        int mask = places.length - 1;
        int gap = at;
        places[gap] = 0;
        for (int i = (gap + 1) & mask; places[i] != 0; i = (i + 1) & mask) {
            if (((i - hashes[i]) & mask) >= ((i - gap) & mask)) {
                hashes[gap] = hashes[i];
                places[gap] = places[i];
                places[i] = 0;
                gap = i;
            }
        }
        size--;
    }

    private void grow() {
        int[] oldHashes = hashes;
        long[] oldPlaces = places;
        hashes = new int[2 * oldHashes.length];
        places = new long[2 * oldPlaces.length];
        for (int i = 0; i < oldPlaces.length; i++) {
            if (oldPlaces[i] != 0) {
                int at = find(oldHashes[i]);
                hashes[at] = oldHashes[i];
                places[at] = oldPlaces[i];
            }
        }
    }

    /** Throws if there are more than the capacity, or one cannot be found. */
    void validate() {
        int count = 0;
        for (int i = 0; i < places.length; i++) {
            if (places[i] != 0) {
                count++;
                if (find(hashes[i]) != i || places[i] > added || places[i] <= added - ring.length) {
                    throw new IllegalStateException("ghost " + i + " is out of place");
                }
            }
        }
        if (count != size || size > capacity) {
            throw new IllegalStateException(count + " ghosts, " + size + " counted, at most " + capacity);
        }
    }
}
