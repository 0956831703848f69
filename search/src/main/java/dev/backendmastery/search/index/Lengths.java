package dev.backendmastery.search.index;

/** Lengths of texts in one byte: exact up to 40, then to an eighth, rounded down. The one that Lucene writes into an index. */
final class Lengths {

    /** Texts of more words count as of so many. */
    static final int MOST = Character.MAX_VALUE;

    private static final int FREE = 255 - four(Integer.MAX_VALUE);
    private static final int[] DECODED = new int[256];

    static {
        for (int code = 0; code < 256; code++) {
            DECODED[code] = code < FREE ? code : FREE + (int) unfour(code - FREE);
        }
    }

    private Lengths() {}

    static int encode(int length) {
        return length < FREE ? length : FREE + four(length - FREE);
    }

    static int decode(int code) {
        return DECODED[code];
    }

    /** Four significant bits and how far they are moved. */
    private static int four(long value) {
        int bits = 64 - Long.numberOfLeadingZeros(value);
        if (bits < 4) {
            return (int) value;
        }
        int shift = bits - 4;
        return ((int) (value >>> shift) & 7) | (shift + 1) << 3;
    }

    private static long unfour(int code) {
        int shift = (code >>> 3) - 1;
        return shift < 0 ? code & 7 : (long) ((code & 7) | 8) << shift;
    }
}
