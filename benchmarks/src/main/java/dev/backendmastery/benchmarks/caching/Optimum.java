package dev.backendmastery.benchmarks.caching;

import java.util.Arrays;

/**
 * The most hits that any cache could have had: it keeps the keys whose next use is the nearest, and may turn away what it was
 * just asked for (Belady, 1966). What is kept is told apart by its next use alone, so the cache is a set of moments.
 */
final class Optimum {

    private Optimum() {}

    static double hitRatio(Trace trace, int size) {
        int[] keys = trace.keys();
        int[] next = new int[keys.length];
        int[] later = new int[trace.unique()];
        Arrays.fill(later, -1);
        for (int i = keys.length - 1; i >= 0; i--) {
            next[i] = later[keys[i]];
            later[keys[i]] = i;
        }
        Moments kept = new Moments(keys.length);
        int count = 0;
        long hits = 0;
        for (int i = 0; i < keys.length; i++) {
            if (kept.remove(i)) {
                hits++;
                count--;
            }
            if (next[i] >= 0) {
                kept.add(next[i]);
                if (++count > size) {
                    kept.remove(kept.latest());
                    count--;
                }
            }
        }
        return (double) hits / keys.length;
    }

    /** A set of numbers below a bound: a tree of bits, 64 to the word, in which the greatest is found by its levels. */
    private static final class Moments {
        private final long[][] levels;

        Moments(int bound) {
            int depth = 1;
            for (long words = words(bound); words > 1; words = words(words)) {
                depth++;
            }
            levels = new long[depth][];
            long words = bound;
            for (int level = 0; level < depth; level++) {
                words = words(words);
                levels[level] = new long[(int) words];
            }
        }

        private static long words(long bits) {
            return Math.max(1, (bits + 63) / 64);
        }

        void add(int moment) {
            for (long[] level : levels) {
                level[moment >>> 6] |= 1L << moment;
                moment >>>= 6;
            }
        }

        boolean remove(int moment) {
            if ((levels[0][moment >>> 6] & 1L << moment) == 0) {
                return false;
            }
            for (long[] level : levels) {
                level[moment >>> 6] &= ~(1L << moment);
                if (level[moment >>> 6] != 0) {
                    break;
                }
                moment >>>= 6;
            }
            return true;
        }

        /** The greatest; there must be one. */
        int latest() {
            int at = 0;
            for (int level = levels.length - 1; level >= 0; level--) {
                at = (at << 6) + 63 - Long.numberOfLeadingZeros(levels[level][at]);
            }
            return at;
        }
    }
}
