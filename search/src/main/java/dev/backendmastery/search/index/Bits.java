package dev.backendmastery.search.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sets of small numbers, 64 in a long. */
final class Bits {

    private Bits() {}

    static long[] of(int size) {
        return new long[(size + 63) >>> 6];
    }

    static long[] full(int size) {
        long[] bits = of(size);
        Arrays.fill(bits, -1L);
        if ((size & 63) != 0) {
            bits[bits.length - 1] = (1L << size) - 1;
        }
        return bits;
    }

    static boolean get(long[] bits, int at) {
        return (bits[at >>> 6] >>> at & 1) != 0;
    }

    static void set(long[] bits, int at) {
        bits[at >>> 6] |= 1L << at;
    }

    static void clear(long[] bits, int at) {
        bits[at >>> 6] &= ~(1L << at);
    }

    static int count(long[] bits) {
        int count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** The first that is set from {@code from} on; {@code Integer.MAX_VALUE} if there is none. */
    static int next(long[] bits, int from) {
        int word = from >>> 6;
        if (word >= bits.length) {
            return Integer.MAX_VALUE;
        }
        long rest = bits[word] & -1L << from;
        while (rest == 0) {
            if (++word == bits.length) {
                return Integer.MAX_VALUE;
            }
            rest = bits[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }

    /** Of both; null stands for all. */
    static long @Nullable [] and(long @Nullable [] a, long @Nullable [] b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        long[] both = new long[a.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = a[i] & b[i];
        }
        return both;
    }
}
