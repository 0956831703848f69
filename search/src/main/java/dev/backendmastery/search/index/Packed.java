package dev.backendmastery.search.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

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

    /** Reads {@code count} numbers, a multiple of eight. Eight of them begin and end with a byte, so few loads serve all. */
    static void all(byte[] data, int start, int width, int count, int[] into) {
        int mask = (int) ((1L << width) - 1);
        if (width == 0) {
            Arrays.fill(into, 0, count, 0);
        } else if (width <= 8) {
            for (int i = 0, at = start; i < count; i += 8, at += width) {
                long bits = (long) LONG.get(data, at);
                into[i] = (int) bits & mask;
                into[i + 1] = (int) (bits >>> width) & mask;
                into[i + 2] = (int) (bits >>> (2 * width)) & mask;
                into[i + 3] = (int) (bits >>> (3 * width)) & mask;
                into[i + 4] = (int) (bits >>> (4 * width)) & mask;
                into[i + 5] = (int) (bits >>> (5 * width)) & mask;
                into[i + 6] = (int) (bits >>> (6 * width)) & mask;
                into[i + 7] = (int) (bits >>> (7 * width)) & mask;
            }
        } else if (width <= 16) {
            int half = (4 * width) >>> 3;
            int rest = 4 * width & 7;
            for (int i = 0, at = start; i < count; i += 8, at += width) {
                long bits = (long) LONG.get(data, at);
                into[i] = (int) bits & mask;
                into[i + 1] = (int) (bits >>> width) & mask;
                into[i + 2] = (int) (bits >>> (2 * width)) & mask;
                into[i + 3] = (int) (bits >>> (3 * width)) & mask;
                bits = (long) LONG.get(data, at + half) >>> rest;
                into[i + 4] = (int) bits & mask;
                into[i + 5] = (int) (bits >>> width) & mask;
                into[i + 6] = (int) (bits >>> (2 * width)) & mask;
                into[i + 7] = (int) (bits >>> (3 * width)) & mask;
            }
        } else {
            for (int i = 0, bit = 0; i < count; i++, bit += width) {
                into[i] = (int) ((long) LONG.get(data, start + (bit >>> 3)) >>> (bit & 7)) & mask;
            }
        }
    }

    /** The same, each one more than the gap to the one before, as what they add up to. */
    static void sums(byte[] data, int start, int width, int count, int before, int[] into) {
        all(data, start, width, count, into);
        int sum = before;
        for (int i = 0; i < count; i++) {
            sum += 1 + into[i];
            into[i] = sum;
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
