package dev.backendmastery.caching.cache;

import java.util.Arrays;

/**
 * About how often a key was used lately: a count-min sketch of 4-bit counters in four rows, all halved after as many
 * additions as ten times the most entries so far, or 256, so that what is past counts less (Cormode and Muthukrishnan, 2005; the halving:
 * Einziger, Friedman, Manes, ACM ToS 2017). A count is never too low before a halving, and may be too high.
 *
 * <p>8 bytes for each entry, rounded up to a power of two, 2 KiB at least; it grows with the cache.
 */
final class FrequencySketch {

    static final int MOST = 15;

    /** A sketch for fewer would forget a loop before it comes round. */
    private static final int LEAST = 256;

    private static final int ROWS = 4;
    private static final long ODD = 0x1111111111111111L;
    private static final long HALVES = 0x7777777777777777L;

    private final long most;
    private long period;
    private long[] table;
    private long additions;

    FrequencySketch(long maximumSize) {
        most = maximumSize;
        period = 10 * LEAST;
        table = new long[LEAST];
    }

    /** Makes room for {@code entries}: twice the table says the same as before of every key. */
    void ensure(int entries) {
        period = Math.max(period, 10 * Math.min(most, entries));
        while (table.length < entries && table.length < 1 << 28) {
            long[] twice = Arrays.copyOf(table, 2 * table.length);
            System.arraycopy(table, 0, twice, table.length, table.length);
            table = twice;
        }
    }

    /** From 0 to {@link #MOST}. */
    int frequency(int hash) {
        long bits = mix(hash);
        int least = MOST;
        for (int row = 0; row < ROWS; row++) {
            least = Math.min(least, (int) (table[index(bits, row)] >>> shift(bits, row)) & MOST);
        }
        return least;
    }

    /** One use more. */
    void add(int hash) {
        long bits = mix(hash);
        boolean changed = false;
        for (int row = 0; row < ROWS; row++) {
            int index = index(bits, row);
            int shift = shift(bits, row);
            if (((table[index] >>> shift) & MOST) < MOST) {
                table[index] += 1L << shift;
                changed = true;
            }
        }
        if (changed && ++additions >= period) {
            halve();
        }
    }

    private void halve() {
        long lost = 0;
        for (int i = 0; i < table.length; i++) {
            lost += Long.bitCount(table[i] & ODD);
            table[i] = (table[i] >>> 1) & HALVES;
        }
        additions = Math.max(0, additions - lost / ROWS) / 2;
    }

    private static long mix(int hash) {
        long z = hash * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private int index(long bits, int row) {
        return ((int) bits + row * ((int) (bits >>> 32) | 1)) & (table.length - 1);
    }

    /** Which of the sixteen counters of a word: each row has four of its own. */
    private static int shift(long bits, int row) {
        return (row * 4 + (int) ((bits >>> (54 + 2 * row)) & 3)) * 4;
    }
}
