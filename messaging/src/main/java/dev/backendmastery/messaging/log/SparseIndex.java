package dev.backendmastery.messaging.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where to begin to look in a segment: one entry each 4 KiB, with the first offset, its position, and the latest time
 * up to the next entry. Safe for any number of threads.
 */
final class SparseIndex {

    private static final int EACH = 4096;
    private static final int MAGIC = 0x424D4931;
    private static final int FRAME = 4 + 4 + 8 + 8 + 4;
    private static final int ENTRY = 8 + 4 + 8;

    private long[] offsets = new long[16];
    private int[] positions = new int[16];
    private long[] times = new long[16];
    private int count;
    private long last;
    private long size;

    /** Of a segment that begins with {@code base}. */
    SparseIndex(long base) {
        last = base - 1;
    }

    /** A batch was written behind all others. */
    synchronized void add(long base, long lastOffset, int position, int bytes, long maxTime) {
        if (count == 0 || position - positions[count - 1] >= EACH) {
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, 2 * count);
                positions = Arrays.copyOf(positions, 2 * count);
                times = Arrays.copyOf(times, 2 * count);
            }
            offsets[count] = base;
            positions[count] = position;
            times[count] = maxTime;
            count++;
        } else {
            times[count - 1] = Math.max(times[count - 1], maxTime);
        }
        last = lastOffset;
        size = (long) position + bytes;
    }

    /** The last offset; one less than the base if there is nothing. */
    synchronized long last() {
        return last;
    }

    /** The bytes of all batches. */
    synchronized long size() {
        return size;
    }

    /** The latest time; -1 if there is nothing. */
    synchronized long maxTime() {
        return Arrays.stream(times, 0, count).max().orElse(-1);
    }

    /** Not behind the batch with {@code offset}. */
    synchronized int position(long offset) {
        int found = Arrays.binarySearch(offsets, 0, count, offset);
        int floor = found >= 0 ? found : -found - 2;
        return floor < 0 ? 0 : positions[floor];
    }

    /** Not behind the first batch with a time of {@code millis} or later; -1 if there is none. */
    synchronized int positionOfTime(long millis) {
        for (int i = 0; i < count; i++) {
            if (times[i] >= millis) {
                return positions[i];
            }
        }
        return -1;
    }

    synchronized ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(FRAME + count * ENTRY);
        out.putInt(MAGIC).putInt(0).putLong(size).putLong(last).putInt(count);
        for (int i = 0; i < count; i++) {
            out.putLong(offsets[i]).putInt(positions[i]).putLong(times[i]);
        }
        out.flip();
        out.putInt(4, crc(out));
        return out;
    }

    /** Null if it is none: it can be made from the segment again. */
    static @Nullable SparseIndex decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < FRAME || in.getInt() != MAGIC || in.getInt() != crc(in)) {
            return null;
        }
        SparseIndex index = new SparseIndex(0);
        index.size = in.getLong();
        index.last = in.getLong();
        index.count = in.getInt();
        if (in.remaining() != index.count * ENTRY) {
            return null;
        }
        index.offsets = new long[Math.max(1, index.count)];
        index.positions = new int[index.offsets.length];
        index.times = new long[index.offsets.length];
        for (int i = 0; i < index.count; i++) {
            index.offsets[i] = in.getLong();
            index.positions[i] = in.getInt();
            index.times[i] = in.getLong();
        }
        return index;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(8));
        return (int) crc.getValue();
    }
}
