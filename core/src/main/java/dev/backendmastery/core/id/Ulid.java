package dev.backendmastery.core.id;

import java.time.Instant;
import java.util.UUID;

/**
 * An id of 128 bits whose text is 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 of the rest.
 *
 * @param high the milliseconds and the first 16 bits of the rest
 * @param low the last 64 bits
 */
public record Ulid(long high, long low) implements Comparable<Ulid> {

    /**
     * The ulid whose text this is.
     *
     * @throws IllegalArgumentException if {@code text} is not canonical: 26 characters, upper case, none of I, L, O, U,
     *     at most 7ZZZZZZZZZZZZZZZZZZZZZZZZZ
     */
    public static Ulid parse(String text) {
        Crockford.checkLength(text, 26);
        if (text.charAt(0) > '7') {
            throw new IllegalArgumentException("text must be at most 7ZZZZZZZZZZZZZZZZZZZZZZZZZ, was " + text);
        }
        // 26 characters are 130 bits; the first two are zero, and bit 64, where the halves meet, is in character 13.
        long top = Crockford.read(text, 0, 13); // 65 bits, of which the first two are zero: bits 127..65
        long rest = Crockford.read(text, 13, 26); // 65 bits, of which a long keeps 64: bits 63..0
        long between = Crockford.read(text, 13, 14) >>> 4; // bit 64
        return new Ulid((top << 1) | between, rest);
    }

    /** When it was made, to the millisecond. */
    public Instant timestamp() {
        return Instant.ofEpochMilli(high >>> 16);
    }

    /** The same 128 bits as a UUID, for columns of that type; its version bits mean nothing. */
    public UUID toUuid() {
        return new UUID(high, low);
    }

    /** Unsigned, as the text sorts. */
    @Override
    public int compareTo(Ulid other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** The canonical 26 characters. */
    @Override
    public String toString() {
        char[] text = new char[26];
        Crockford.write(high >>> 1, text, 0, 13);
        Crockford.write(((high & 1) << 4) | (low >>> 60), text, 13, 1);
        Crockford.write(low, text, 14, 12);
        return new String(text);
    }
}
