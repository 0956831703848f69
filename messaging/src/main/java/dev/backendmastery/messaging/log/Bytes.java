package dev.backendmastery.messaging.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that do not change: a key, a payload or the value of a header.
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> {@link #of} and {@link #toArray} copy.
 */
public final class Bytes {

    private static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy of {@code content}. */
    public static Bytes of(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /** {@code text} in UTF-8. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Without a copy; nobody may change {@code content} afterwards. */
    static Bytes wrap(byte[] content) {
        return new Bytes(content);
    }

    /** How many. */
    public int size() {
        return content.length;
    }

    /** A copy. */
    public byte[] toArray() {
        return content.clone();
    }

    /** The text whose UTF-8 form this is; what is no UTF-8 is replaced. */
    public String utf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** The content itself, not to be changed. */
    byte[] content() {
        return content;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /** The number of bytes, not the bytes: they may be nobody's business. */
    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
