package dev.backendmastery.core.sketch;

/** Further bits from a hash that is mixed already: SplitMix64 (Steele, Lea and Flood 2014). */
final class Mix {

    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private Mix() {}

    /** The {@code i}-th draw of a generator that starts at {@code seed}. */
    static long draw(long seed, long i) {
        long z = seed + (i + 1) * GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    /** A number from 0 to {@code bound}, exclusive, from the upper half of {@code random}. */
    static int below(long random, int bound) {
        return (int) (((random >>> 32) * bound) >>> 32);
    }
}
