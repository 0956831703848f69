package dev.backendmastery.search.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers of the same few bits, one after the other, the lowest bit first. Any of them can be read by itself: one load that
 * need not be aligned, a shift and a mask. Whoever reads needs 8 bytes of slack behind the last.
 */
final class Packed {

    static final int SLACK = 8;
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Packed() {}

    static int width(int max) {
        return 32 - Integer.numberOfLeadingZeros(max);
    }

    static int bytes(int count, int width) {
        return (int) (((long) count * width + 7) >>> 3);
    }

    static int get(byte[] data, int start, int width, int index) {
        long bit = (long) index * width;
        return (int) ((long) LONG.get(data, start + (int) (bit >>> 3)) >>> (bit & 7) & (1L << width) - 1);
    }

    /** Reads {@code count} numbers, each one more than the gap to the one before, as what they add up to. */
    static void sums(byte[] data, int start, int width, int count, int before, int[] into) {
        long mask = (1L << width) - 1;
        int sum = before;
        int bit = 0;
        for (int i = 0; i < count; i++) {
            sum += 1 + (int) ((long) LONG.get(data, start + (bit >>> 3)) >>> (bit & 7) & mask);
            into[i] = sum;
            bit += width;
        }
    }

    /** Puts a number into bytes that are still zero. */
    static void put(byte[] data, int start, int width, int index, int value) {
        long bit = (long) index * width;
        int at = start + (int) (bit >>> 3);
        long moved = (value & 0xffffffffL) << (bit & 7);
        for (; moved != 0; moved >>>= 8) {
            data[at++] |= (byte) moved;
        }
    }
}
