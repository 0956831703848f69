package dev.backendmastery.caching.cache;

/**
 * The hashes of the keys that went last, so many of them: a ring in the order of their going, and a table that finds a hash
 * in it. Two keys of one hash are one ghost, which costs a wrong guess and no more. Memory grows with use: 4 bytes a ghost for
 * the ring and 5 to 11 for the table.
 */
class Ghosts {

    private static final int FIRST = 16;

    private final int capacity;
    private int[] ring;

    /** How many have ever come; the place of the next in the ring is this, modulo its length. */
    private long added;

    /** Linear probing; where in the ring a hash is, plus 1, and 0 is free. What is not found here was forgotten. */
    private int[] table;

    private int size;

    Ghosts(long capacity) {
        this.capacity = (int) Math.min(Math.max(1, capacity), 1 << 28);
        this.ring = new int[Math.min(FIRST, this.capacity)];
        this.table = table(ring.length);
    }

    private static int[] table(int ghosts) {
        return new int[Integer.highestOneBit(ghosts + ghosts / 3) * 2];
    }

    /** Remembers {@code hash} as the youngest; the oldest is forgotten when there are as many as {@code entries}. */
    void add(int hash, int entries) {
        if (added >= ring.length && ring.length < Math.min(capacity, entries)) {
            lengthen((int) Math.min(capacity, 2L * ring.length));
        }
        int place = (int) (added % ring.length);
        if (added >= ring.length) {
            int old = find(ring[place]);
            if (table[old] == place + 1) {
                delete(old);
            }
        }
        ring[place] = hash;
        added++;
        int at = find(hash);
        if (table[at] == 0) {
            size++;
        }
        table[at] = place + 1;
    }

    /** Whether {@code hash} was there; it is no longer. */
    boolean remove(int hash) {
        int at = find(hash);
        if (table[at] == 0) {
            return false;
        }
        delete(at);
        return true;
    }

    int size() {
        return size;
    }

    /** Where the table has {@code hash}, or the free slot where it would go. */
    private int find(int hash) {
        int mask = table.length - 1;
        int at = home(hash);
        while (table[at] != 0 && ring[table[at] - 1] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private int home(int hash) {
        int mixed = hash * 0x9e3779b9;
        return (mixed ^ (mixed >>> 15)) & (table.length - 1);
    }

    /** Frees a slot and closes the gap, so that every hash can still be found from its own slot on. */
    private void delete(int at) {
        int mask = table.length - 1;
        int gap = at;
        table[gap] = 0;
        for (int i = (gap + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
            if (((i - home(ring[table[i] - 1])) & mask) >= ((i - gap) & mask)) {
                table[gap] = table[i];
                table[i] = 0;
                gap = i;
            }
        }
        size--;
    }

    /** Each arrival keeps its number, and so gets its place in the longer ring. */
    private void lengthen(int length) {
        int[] shorter = ring;
        int[] found = table;
        ring = new int[length];
        table = table(length);
        for (long n = added - shorter.length; n < added; n++) {
            ring[(int) (n % length)] = shorter[(int) (n % shorter.length)];
        }
        for (int entry : found) {
            if (entry != 0) {
                long age = (added - entry) % shorter.length;
                int place = (int) ((added - 1 - age) % length);
                table[find(ring[place])] = place + 1;
            }
        }
    }

    /** Throws if there are more than the capacity, or one cannot be found. */
    void validate() {
        int count = 0;
        for (int i = 0; i < table.length; i++) {
            if (table[i] != 0) {
                count++;
                if (find(ring[table[i] - 1]) != i || table[i] > added) {
                    throw new IllegalStateException("ghost " + i + " is out of place");
                }
            }
        }
        if (count != size || size > capacity) {
            throw new IllegalStateException(count + " ghosts, " + size + " counted, at most " + capacity);
        }
    }
}
