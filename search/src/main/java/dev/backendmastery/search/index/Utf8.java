package dev.backendmastery.search.index;

import java.util.Arrays;

/** UTF-8 that also takes a surrogate without its other half, in three bytes, so that any string comes back as it was. */
final class Utf8 {

    private Utf8() {}

    static byte[] encode(CharSequence text) {
        char[] chars = text.toString().toCharArray();
        byte[] bytes = new byte[3 * chars.length];
        return Arrays.copyOf(bytes, encode(chars, 0, chars.length, bytes, 0));
    }

    /** Returns the end of what was written, at most {@code 3 * length} bytes on */
    static int encode(char[] text, int from, int length, byte[] into, int start) {
        int at = start;
        for (int i = from; i < from + length; i++) {
            char c = text[i];
            if (c < 0x80) {
                into[at++] = (byte) c;
            } else if (c < 0x800) {
                into[at++] = (byte) (0xc0 | c >>> 6);
                into[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c) && i + 1 < from + length && Character.isLowSurrogate(text[i + 1])) {
                int point = Character.toCodePoint(c, text[++i]);
                into[at++] = (byte) (0xf0 | point >>> 18);
                into[at++] = (byte) (0x80 | (point >>> 12 & 0x3f));
                into[at++] = (byte) (0x80 | (point >>> 6 & 0x3f));
                into[at++] = (byte) (0x80 | (point & 0x3f));
            } else {
                into[at++] = (byte) (0xe0 | c >>> 12);
                into[at++] = (byte) (0x80 | (c >>> 6 & 0x3f));
                into[at++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        return at;
    }

    static String decode(byte[] bytes, int from, int length) {
        StringBuilder text = new StringBuilder(length);
        int at = from;
        while (at < from + length) {
            int width = width(bytes[at]);
            if (at + width > from + length) {
                throw new CorruptIndexException("a text ends within a character");
            }
            text.appendCodePoint(point(bytes, at, width));
            at += width;
        }
        return text.toString();
    }

    /** How many bytes the code point has that begins with this one. */
    static int width(byte first) {
        return first >= 0 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    }

    static int point(byte[] bytes, int at, int width) {
        return switch (width) {
            case 1 -> bytes[at];
            case 2 -> (bytes[at] & 0x1f) << 6 | (bytes[at + 1] & 0x3f);
            case 3 -> (bytes[at] & 0x0f) << 12 | (bytes[at + 1] & 0x3f) << 6 | (bytes[at + 2] & 0x3f);
            default ->
                Math.min(
                        Character.MAX_CODE_POINT,
                        (bytes[at] & 0x07) << 18
                                | (bytes[at + 1] & 0x3f) << 12
                                | (bytes[at + 2] & 0x3f) << 6
                                | (bytes[at + 3] & 0x3f));
        };
    }
}
