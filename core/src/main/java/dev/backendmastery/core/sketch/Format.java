package dev.backendmastery.core.sketch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The envelope of every sketch's bytes, little-endian: {@code BMSK}, version, kind, two zeros, length of the contents, CRC-32C
 * of all that but itself, contents.
 */
final class Format {

    static final byte BLOOM = 1;
    static final byte CUCKOO = 2;
    static final byte FUSE = 3;
    static final byte COUNT_MIN = 4;
    static final byte ULTRA_LOG_LOG = 5;
    static final byte HEAVY_HITTERS = 6;
    static final byte QUANTILES = 7;

    private static final int MAGIC = 0x4B53_4D42; // "BMSK"
    private static final byte VERSION = 1;
    private static final int CHECK_AT = 12;
    private static final int HEADER = 16;

    private Format() {}

    /** A buffer for {@code length} bytes of contents, to be filled and then sealed. */
    static ByteBuffer write(byte kind, long length) {
        if (length > Integer.MAX_VALUE - 64) {
            throw new IllegalStateException("bytes of a sketch must fit an array, were " + length);
        }
        return ByteBuffer.allocate(HEADER + (int) length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .put(VERSION)
                .put(kind)
                .putShort((short) 0)
                .putInt((int) length)
                .putInt(0);
    }

    @SuppressWarnings("ByteBufferBackingArray") // the buffer is one of write
    static byte[] seal(ByteBuffer buffer) {
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() + " bytes were not written");
        }
        buffer.putInt(CHECK_AT, check(buffer.array()));
        return buffer.array();
    }

    /** The contents, checked. */
    static ByteBuffer read(byte[] bytes, byte kind) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(bytes.length >= HEADER, "there are only " + bytes.length + " bytes");
        require(buffer.getInt() == MAGIC, "these are not the bytes of a sketch");
        byte version = buffer.get();
        require(version == VERSION, "version must be " + VERSION + ", was " + version);
        byte found = buffer.get();
        require(found == kind, "kind must be " + kind + ", was " + found);
        require(buffer.getShort() == 0, "reserved bytes must be 0");
        int length = buffer.getInt();
        require(
                length == bytes.length - HEADER,
                length + " bytes are announced, " + (bytes.length - HEADER) + " follow");
        require(buffer.getInt() == check(bytes), "the check sum does not fit: the bytes are damaged");
        return buffer;
    }

    /** Checks what a sketch finds in its contents. */
    static void require(boolean condition, String message) {
        if (!condition) {
            throw new SketchFormatException(message);
        }
    }

    /** Checks that the contents have at least {@code bytes} more. */
    static void requireRemaining(ByteBuffer buffer, long bytes) {
        require(buffer.remaining() >= bytes, bytes + " more bytes are due, " + buffer.remaining() + " are left");
    }

    /** Checks that the contents have exactly {@code bytes} more. */
    static void requireExactly(ByteBuffer buffer, long bytes) {
        require(buffer.remaining() == bytes, bytes + " more bytes are due, " + buffer.remaining() + " are left");
    }

    private static int check(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, CHECK_AT);
        sum.update(bytes, HEADER, bytes.length - HEADER);
        return (int) sum.getValue();
    }
}
