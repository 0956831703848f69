package dev.backendmastery.core.id;

/** SipHash-2-4 of messages of 16 bytes: a keyed hash that is a pseudorandom function and costs nanoseconds. */
final class SipHash {

    private SipHash() {}

    /** The hash of {@code first} and {@code second}, each in little-endian order. */
    static long hash(long key0, long key1, long first, long second) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        // Three blocks, the last of which holds only the length, then the finalisation of four rounds.
        for (int block = 0; block < 4; block++) {
            long word = block == 0 ? first : block == 1 ? second : 16L << 56;
            int rounds = block == 3 ? 4 : 2;
            if (block == 3) {
                v2 ^= 0xff;
            } else {
                v3 ^= word;
            }
            for (int i = 0; i < rounds; i++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            if (block < 3) {
                v0 ^= word;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
