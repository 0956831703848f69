package dev.backendmastery.core.sketch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Counts distinct items in a fixed number of bytes, whatever their number: a HyperLogLog whose registers also remember the two
 * values below their maximum.
 *
 * <p>A hash chooses a register by its first p bits and offers it the position of the first set bit of the rest. The six upper
 * bits of a register hold the greatest position seen, the two lower ones whether the one and the two below it were seen. The
 * estimate is the count under which what the registers hold is most likely, less that method's known bias: one formula from 0
 * up, without a switch between estimators where errors jump.
 *
 * <p><b>Guarantee.</b> The root-mean-square error is at most 1.05 times 0.761 / sqrt(2^p) of the count (UL-1), with no bias that
 * shows (UL-2), and some dozens of items are counted nearly exactly (UL-3). The same item again changes nothing (UL-4). A merge is
 * the sketch of the union, byte for byte, in any order (UL-5). Bytes read back to the same sketch, are the same on every machine,
 * and anything else is refused (UL-6). Simultaneous adds lose nothing (UL-7). <b>Threads.</b> Safe for any number, lock-free: an
 * add that has returned counts in every estimate that it happens before. <b>Cost.</b> An add is one read, and seldom a
 * compare-and-set; no allocation. 2^p bytes. An estimate reads all of them and solves an equation. <b>Not for</b> taking
 * items out, or counting how often: {@link CountMinSketch}. <b>Source.</b> Ertl, <i>UltraLogLog: A Practical and More Space-Efficient
 * Alternative to HyperLogLog for Approximate Distinct Counting</i> (VLDB 2024).
 */
public final class UltraLogLog implements ItemSketch {

    /** The smallest and the largest p. */
    public static final int MIN_PRECISION = 4;

    /** The largest p. */
    public static final int MAX_PRECISION = 20;

    private static final VarHandle REGISTERS = MethodHandles.arrayElementVarHandle(byte[].class);
    /** How much too high the most likely count is on average, times 2^p, to first order: of the paper. */
    private static final double BIAS = 0.48147376527720065;

    private final int precision;
    private final byte[] registers;

    private UltraLogLog(int precision) {
        this.precision = precision;
        registers = new byte[1 << precision];
    }

    /**
     * An empty sketch of 2^{@code precision} bytes: 12 gives an error of 1.2 %, each further one divides it by the root of 2.
     *
     * @param precision from {@link #MIN_PRECISION} to {@link #MAX_PRECISION}
     * @throws IllegalArgumentException if it is out of range
     */
    public static UltraLogLog of(int precision) {
        if (precision < MIN_PRECISION || precision > MAX_PRECISION) {
            throw new IllegalArgumentException(
                    "precision must be from " + MIN_PRECISION + " to " + MAX_PRECISION + ", was " + precision);
        }
        return new UltraLogLog(precision);
    }

    /** The standard error of {@link #estimate}, relative to the count. */
    public double relativeError() {
        return 0.761 / Math.sqrt(registers.length);
    }

    @Override
    public boolean addHash(long hash) {
        int index = (int) (hash >>> (Long.SIZE - precision));
        // The ones behind bound the position where all bits are clear.
        int position = 1 + Long.numberOfLeadingZeros((hash << precision) | (1L << (precision - 1)));
        byte register = (byte) REGISTERS.getOpaque(registers, index);
        if ((register & 0xFF) >>> 2 > position + 2) {
            return false; // too far below to be remembered
        }
        while (true) {
            byte next = pack(unpack(register) | (1L << (position + 1)));
            if (next == register) {
                return false;
            }
            byte seen = (byte) REGISTERS.compareAndExchange(registers, index, register, next);
            if (seen == register) {
                return true;
            }
            register = seen;
        }
    }

    /** Bit u + 1 is set if position u was seen, as far as the register knows. */
    private static long unpack(byte register) {
        int position = (register & 0xFF) >>> 2;
        return position == 0 ? 0 : (4L | (register & 3)) << (position - 1);
    }

    private static byte pack(long seen) {
        if (seen == 0) {
            return 0;
        }
        int position = Long.SIZE - 2 - Long.numberOfLeadingZeros(seen);
        return (byte) ((position << 2) | ((int) (seen >>> (position - 1)) & 3));
    }

    /** How many different items were added. */
    public double estimate() {
        // With n items, n / 2^p a register, position u turns up with rate n / 2^p / 2^u.
        double absent = 0; // the sum of the 1 / 2^u that did not turn up
        long[] present = new long[Long.SIZE + 1]; // for each u, in how many registers it did
        int deepest = Long.SIZE - precision;
        for (int i = 0; i < registers.length; i++) {
            byte register = (byte) REGISTERS.getOpaque(registers, i);
            int position = (register & 0xFF) >>> 2;
            if (position == 0) {
                absent += 1;
                continue;
            }
            // All above it together are as likely as it is; above the last there is nothing.
            absent += position > deepest ? 0 : power(position, deepest);
            present[position]++;
            for (int below = 1; below <= 2 && position > below; below++) {
                if ((register & (4 >> below)) != 0) {
                    present[position - below]++;
                } else {
                    absent += power(position - below, deepest);
                }
            }
        }
        if (absent == registers.length) {
            return 0;
        }
        double rate = solve(absent, present, deepest);
        return rate * registers.length / (1 + BIAS / registers.length);
    }

    /** The chance of a position: 1 / 2^u, where the last takes what is left. */
    private static double power(int position, int deepest) {
        return Math.scalb(1.0, -Math.min(position, deepest));
    }

    /** The rate at which the likelihood is greatest: where its derivative, which falls, crosses zero. */
    private static double solve(double absent, long[] present, int deepest) {
        double low = 0;
        double high = 1;
        while (high < 0x1p62 && derivative(high, absent, present, deepest) > 0) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < 100 && high - low > high * 1e-12; i++) {
            double middle = (low + high) / 2;
            if (derivative(middle, absent, present, deepest) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static double derivative(double rate, double absent, long[] present, int deepest) {
        double sum = -absent;
        for (int position = 1; position <= deepest + 1; position++) {
            if (present[position] > 0) {
                double chance = power(position, deepest);
                sum += present[position] * chance / StrictMath.expm1(rate * chance);
            }
        }
        return sum;
    }

    /**
     * The sketch of the items of both; both stay as they are.
     *
     * @throws IllegalArgumentException if they are of different precision
     */
    public UltraLogLog merge(UltraLogLog other) {
        if (precision != other.precision) {
            throw new IllegalArgumentException(
                    "other must have the precision " + precision + " as well, had " + other.precision);
        }
        UltraLogLog merged = new UltraLogLog(precision);
        for (int i = 0; i < registers.length; i++) {
            merged.registers[i] = pack(unpack((byte) REGISTERS.getOpaque(registers, i))
                    | unpack((byte) REGISTERS.getOpaque(other.registers, i)));
        }
        return merged;
    }

    /** The sketch in a fixed form with version and check sum. */
    public byte[] toBytes() {
        ByteBuffer buffer = Format.write(Format.ULTRA_LOG_LOG, Byte.BYTES + (long) registers.length);
        buffer.put((byte) precision);
        for (int i = 0; i < registers.length; i++) {
            buffer.put((byte) REGISTERS.getOpaque(registers, i));
        }
        return Format.seal(buffer);
    }

    /**
     * The sketch whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no such sketch
     */
    public static UltraLogLog fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.ULTRA_LOG_LOG);
        Format.requireRemaining(buffer, Byte.BYTES);
        int precision = buffer.get();
        Format.require(
                precision >= MIN_PRECISION && precision <= MAX_PRECISION,
                "precision must be from " + MIN_PRECISION + " to " + MAX_PRECISION + ", was " + precision);
        Format.requireExactly(buffer, 1L << precision);
        UltraLogLog sketch = new UltraLogLog(precision);
        buffer.get(sketch.registers);
        for (byte register : sketch.registers) {
            Format.require(
                    (register & 0xFF) >>> 2 <= Long.SIZE - precision + 1 && pack(unpack(register)) == register,
                    "a register cannot be " + (register & 0xFF));
        }
        return sketch;
    }
}
