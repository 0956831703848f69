package dev.backendmastery.messaging.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Messages that are written together under one checksum.
 *
 * <pre>
 * magic 4 | length of the body 4 | CRC32C of all that follows 4 | base offset 8 | last offset - base 4
 * | durable below this offset when written 8 | latest time 8 | first cleaned at 8 | count 4 | body
 * body: for each message its length and its offset - base, both short numbers, and the message
 * </pre>
 *
 * What it says of durability tells a torn tail from rot: what lies below that offset was on the disk, so if it is
 * broken the disk has lost it.
 */
final class Batch {

    static final int HEADER = 52;

    /** The most bytes of a body: one message of the largest size and its numbers, or many small ones. */
    static final int MAX_BODY = 2 << 20;

    static final int MAGIC = 0x424D4C31;
    private static final int CRC_AT = 8;
    private static final int CRC_FROM = 12;

    /** A message as it lies in a batch. */
    record Entry(long offset, Message message) {}

    private final ByteBuffer bytes;

    /** @param bytes header and body, the checksum known to be right */
    private Batch(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Writes the header of the batch that lies in {@code out} from {@code start} to its position. */
    static void seal(
            ByteBuffer out,
            int start,
            long base,
            int lastDelta,
            long durable,
            long maxTime,
            long cleanedAt,
            int count) {
        int end = out.position();
        out.putInt(start, MAGIC);
        out.putInt(start + 4, end - start - HEADER);
        out.putLong(start + 12, base);
        out.putInt(start + 20, lastDelta);
        out.putLong(start + 24, durable);
        out.putLong(start + 32, maxTime);
        out.putLong(start + 40, cleanedAt);
        out.putInt(start + 48, count);
        out.putInt(start + CRC_AT, crc(out, start + CRC_FROM, end));
    }

    /** Whether {@code header} may be one; if so the body is of {@link #length} bytes. */
    static boolean isHeader(ByteBuffer header) {
        int length = header.getInt(4);
        return header.getInt(0) == MAGIC && length > 0 && length <= MAX_BODY;
    }

    static int length(ByteBuffer header) {
        return header.getInt(4);
    }

    /** Whether the checksum of header and body is right. */
    static boolean isWhole(ByteBuffer bytes) {
        return bytes.getInt(CRC_AT) == crc(bytes, CRC_FROM, bytes.limit());
    }

    static Batch of(ByteBuffer bytes) {
        return new Batch(bytes);
    }

    long base() {
        return bytes.getLong(12);
    }

    long last() {
        return base() + bytes.getInt(20);
    }

    long durable() {
        return bytes.getLong(24);
    }

    long maxTime() {
        return bytes.getLong(32);
    }

    long cleanedAt() {
        return bytes.getLong(40);
    }

    int size() {
        return bytes.limit();
    }

    /** Header and body, to be written again. */
    ByteBuffer bytes() {
        return bytes.duplicate().rewind();
    }

    /** The messages. @throws MessageFormatException if there is something else, in spite of the checksum */
    List<Entry> entries() {
        return entries(base());
    }

    /** Those from {@code offset} on; what is before is not decoded. */
    List<Entry> entries(long offset) {
        int count = bytes.getInt(48);
        List<Entry> entries = new ArrayList<>(Math.min(count, MAX_BODY));
        ByteBuffer in = bytes.duplicate().position(HEADER);
        for (int i = 0; i < count; i++) {
            int length = MessageCodec.varint(in, Message.MAX_BYTES);
            long at = base() + MessageCodec.varint(in, Integer.MAX_VALUE);
            if (length > in.remaining()) {
                throw new MessageFormatException("a message goes beyond its batch");
            }
            if (at >= offset) {
                entries.add(new Entry(at, MessageCodec.decode(in.slice(in.position(), length))));
            }
            in.position(in.position() + length);
        }
        return entries;
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
