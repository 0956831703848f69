package dev.backendmastery.caching.redis;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How a value lies in Redis: one byte that tells the form, then the value as the codec wrote it, or its length and its
 * deflated bytes.
 */
final class Frame {

    private static final byte PLAIN = 0;
    private static final byte DEFLATED = 1;
    private static final int DEFLATED_HEADER = 1 + Integer.BYTES;

    /** No deflated byte stands for more than 1,032; what claims more is not ours and gets no memory. */
    private static final int MOST_RATIO = 1_032;

    private Frame() {}

    /** {@code value} framed; deflated if it is longer than {@code compressAbove} and gets shorter by that. */
    static byte[] wrap(byte[] value, int compressAbove) {
        if (value.length > compressAbove) {
            byte[] deflated = deflate(value);
            if (deflated.length > 0) {
                return deflated;
            }
        }
        return ByteBuffer.allocate(1 + value.length).put(PLAIN).put(value).array();
    }

    /** Empty if the result would not be shorter. */
    private static byte[] deflate(byte[] value) {
        byte[] target = new byte[value.length];
        ByteBuffer.wrap(target).put(DEFLATED).putInt(value.length);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(value);
            deflater.finish();
            int length = deflater.deflate(target, DEFLATED_HEADER, target.length - DEFLATED_HEADER);
            return deflater.finished() ? Arrays.copyOf(target, DEFLATED_HEADER + length) : new byte[0];
        } finally {
            deflater.end();
        }
    }

    /**
     * The value in {@code bytes} from {@code offset} on.
     *
     * @throws IllegalArgumentException if that is no frame
     */
    static byte[] unwrap(byte[] bytes, int offset) {
        if (offset >= bytes.length) {
            throw new IllegalArgumentException("a value has no byte that tells its form");
        }
        return switch (bytes[offset]) {
            case PLAIN -> Arrays.copyOfRange(bytes, offset + 1, bytes.length);
            case DEFLATED -> inflate(bytes, offset);
            default -> throw new IllegalArgumentException("a value's form must be 0 or 1, was " + bytes[offset]);
        };
    }

    private static byte[] inflate(byte[] bytes, int offset) {
        int body = bytes.length - offset - DEFLATED_HEADER;
        int length = body <= 0
                ? -1
                : ByteBuffer.wrap(bytes, offset + 1, Integer.BYTES).getInt();
        if (length < 0 || length > (long) body * MOST_RATIO) {
            throw new IllegalArgumentException(body + " deflated bytes cannot hold " + length);
        }
        byte[] value = new byte[length];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes, offset + DEFLATED_HEADER, body);
            int inflated = inflater.inflate(value);
            boolean more = !inflater.finished() && inflater.inflate(new byte[1]) > 0;
            if (inflated != length || more || !inflater.finished()) {
                throw new IllegalArgumentException("a deflated value is not as long as it says");
            }
            return value;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("a deflated value is broken", e);
        } finally {
            inflater.end();
        }
    }
}
