package dev.backendmastery.search.index;

import java.util.Arrays;

/** Bytes that grow at their end. */
final class Sink {

    private static final int MOST = Integer.MAX_VALUE - 64;

    byte[] data;
    int size;

    Sink(int capacity) {
        data = new byte[capacity];
    }

    /** Makes room for so many more, all zero. */
    void room(int more) {
        if (data.length - size < more) {
            long wanted = Math.max((long) size + more, (long) data.length + (data.length >> 1) + 64);
            if ((long) size + more > MOST) {
                throw new IllegalStateException("a segment grows beyond 2 GiB");
            }
            data = Arrays.copyOf(data, (int) Math.min(wanted, MOST));
        }
    }

    void put(int value) {
        room(1);
        data[size++] = (byte) value;
    }

    void put(byte[] bytes, int from, int length) {
        room(length);
        System.arraycopy(bytes, from, data, size, length);
        size += length;
    }

    void putInt(int value) {
        room(4);
        Packed.INT.set(data, size, value);
        size += 4;
    }

    void putLong(long value) {
        room(8);
        Packed.LONG.set(data, size, value);
        size += 8;
    }

    /** Seven bits a byte, the lowest first. */
    void putVar(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            data[size++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        data[size++] = (byte) rest;
    }

    /** With its length before it. */
    void putBytes(byte[] bytes, int length) {
        putVar(length);
        put(bytes, 0, length);
    }

    void putText(String text) {
        byte[] bytes = Utf8.encode(text);
        putBytes(bytes, bytes.length);
    }

    /** So many numbers of as few bits as the greatest needs. */
    void putPacked(int[] values, int count) {
        int all = 0;
        for (int i = 0; i < count; i++) {
            all |= values[i];
        }
        int width = Packed.width(all);
        put(width);
        int bytes = Packed.bytes(count, width);
        room(bytes);
        for (int i = 0; i < count && width > 0; i++) {
            Packed.put(data, size, width, i, values[i]);
        }
        size += bytes;
    }

    void putLongs(long[] values, int count) {
        for (int i = 0; i < count; i++) {
            putLong(values[i]);
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(data, size);
    }
}
