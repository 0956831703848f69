package dev.backendmastery.core.id;

/** Crockford's base 32, strict: upper case only and no look-alikes, so that one id has one text. */
final class Crockford {

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final char[] DIGITS = ALPHABET.toCharArray();

    private Crockford() {}

    /** Writes the low {@code 5 * length} bits of {@code value}, most significant first. */
    static void write(long value, char[] to, int from, int length) {
        long rest = value;
        for (int i = from + length - 1; i >= from; i--) {
            to[i] = DIGITS[(int) rest & 31];
            rest >>>= 5;
        }
    }

    static long read(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException("text must consist of " + ALPHABET + ", was " + text);
            }
            value = (value << 5) | digit;
        }
        return value;
    }

    static void checkLength(String text, int length) {
        if (text.length() != length) {
            throw new IllegalArgumentException("text must have " + length + " characters, had " + text.length());
        }
    }
}
