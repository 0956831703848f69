package dev.backendmastery.security.token;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Base64url as RFC 7515 has it, and nothing else: no padding, no spaces, none of the other alphabet, no bits that a second text for
 * the same bytes could have otherwise (RFC 4648, section 3.5).
 */
final class Base64Url {

    private static final char[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray();
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            VALUES[ALPHABET[i]] = (byte) i;
        }
    }

    private Base64Url() {}

    /** The bytes, or null if this part of {@code text} is not their one text. */
    static byte @Nullable [] decode(CharSequence text, int from, int to) {
        int length = to - from;
        if (length % 4 == 1) {
            return null;
        }
        byte[] bytes = new byte[length * 3 / 4];
        int bits = 0;
        int held = 0;
        int at = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int value = c < 128 ? VALUES[c] : -1;
            if (value < 0) {
                return null;
            }
            held = (held << 6) | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (held >> bits);
            }
        }
        return (held & ((1 << bits) - 1)) == 0 ? bytes : null;
    }

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * 4 + 2) / 3);
        int bits = 0;
        int held = 0;
        for (byte b : bytes) {
            held = (held << 8) | (b & 0xFF);
            bits += 8;
            while (bits >= 6) {
                bits -= 6;
                text.append(ALPHABET[(held >> bits) & 63]);
            }
        }
        if (bits > 0) {
            text.append(ALPHABET[(held << (6 - bits)) & 63]);
        }
        return text.toString();
    }
}
