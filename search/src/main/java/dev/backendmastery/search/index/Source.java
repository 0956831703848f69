package dev.backendmastery.search.index;

import java.util.Arrays;

/** Reads what a {@link Sink} was given; what is not there is a {@link CorruptIndexException}. */
final class Source {

    private final byte[] data;
    private final int end;
    private int at;

    Source(byte[] data, int from, int end) {
        this.data = data;
        this.at = from;
        this.end = end;
    }

    private int step(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new CorruptIndexException("the file ends too early, or a length in it is wrong");
        }
        int before = at;
        at += (int) bytes;
        return before;
    }

    int get() {
        return data[step(1)] & 0xff;
    }

    int getInt() {
        return (int) Packed.INT.get(data, step(4));
    }

    long getLong() {
        return (long) Packed.LONG.get(data, step(8));
    }

    long getVar() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = get();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new CorruptIndexException("a number of more than 64 bits");
    }

    /** A length or count. */
    int getSize() {
        long size = getVar();
        // Whatever is counted has left at least a bit in the file.
        if (size < 0 || size > Math.min(8L * data.length + 64, Integer.MAX_VALUE - 64)) {
            throw new CorruptIndexException("a length of " + size);
        }
        return (int) size;
    }

    /** With slack behind it. */
    byte[] getBytes() {
        int length = getSize();
        int from = step(length);
        byte[] bytes = Arrays.copyOfRange(data, from, from + length + Packed.SLACK);
        Arrays.fill(bytes, length, bytes.length, (byte) 0);
        return bytes;
    }

    String getText() {
        int length = getSize();
        return Utf8.decode(data, step(length), length);
    }

    int[] getPacked(int count) {
        int width = get();
        if (width > 32) {
            throw new CorruptIndexException("a width of " + width);
        }
        int from = step(Packed.bytes(count, width));
        int[] values = new int[count];
        byte[] padded = data.length - at >= Packed.SLACK ? data : Arrays.copyOf(data, data.length + Packed.SLACK);
        for (int i = 0; i < count && width > 0; i++) {
            values[i] = Packed.get(padded, from, width, i);
        }
        return values;
    }

    long[] getLongs(int count) {
        if (count > (end - at) / 8) {
            throw new CorruptIndexException("a length of " + count);
        }
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = getLong();
        }
        return values;
    }

    boolean atEnd() {
        return at == end;
    }

    void expectEnd() {
        if (at != end) {
            throw new CorruptIndexException("the file goes on where it should end");
        }
    }
}
