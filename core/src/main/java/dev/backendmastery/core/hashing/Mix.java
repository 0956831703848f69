package dev.backendmastery.core.hashing;

/**
 * The pseudo-random steps inside the algorithms: SplitMix64 (Steele, Lea and Flood 2014), part of what they answer.
 * Keys and names are hashed by hash4j before they come here.
 */
final class Mix {

    static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private Mix() {}

    /** Random bits from {@code state}, which is the seed plus a multiple of {@link #GOLDEN}. */
    static long mix(long state) {
        long z = (state ^ (state >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    /** The {@code i}-th draw of a generator that starts at {@code seed}. */
    static long draw(long seed, int i) {
        return mix(seed + (i + 1L) * GOLDEN);
    }

    /** A number from 0 to {@code bound}, exclusive, from the upper half of {@code random}. */
    static int below(long random, int bound) {
        return (int) (((random >>> 32) * bound) >>> 32);
    }
}
