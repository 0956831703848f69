package dev.backendmastery.core.sketch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Count-min with conservative update: a table of counters, one in each row for an item, of which the least is the estimate and
 * only those below the new estimate are raised.
 *
 * <p><b>Guarantee.</b> All of {@link FrequencySketch}: an estimate is too high by more than {@code error x total} with a chance of
 * {@code 1 - confidence} at most, and in practice far less, for the rare items' counters are not raised by the frequent ones.
 * <b>Threads.</b> Safe for any number. Adds of one item wait for each other, for two of them that read the same least counter
 * would be one; adds of others do not, as counters only grow. <b>Cost.</b> A counter, a mixing of bits and, for an add, a
 * compare-and-set for each row; no allocation. {@code e / error x ln(1 / (1 - confidence))} counters of 8 bytes. <b>Not
 * for</b> finding the frequent items: {@link HeavyHitters}. <b>Source.</b> Cormode and Muthukrishnan, <i>An Improved Data Stream
 * Summary: The Count-Min Sketch and its Applications</i> (2005); Estan and Varghese (2002) for the conservative update.
 */
public final class CountMinSketch implements FrequencySketch {

    private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 64;
    private static final int MOST_COUNTERS = 1 << 27;
    private static final int MOST_ROWS = 32;

    private final int width;
    private final int rows;
    private final long[] counters;
    private final LongAdder total = new LongAdder();
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    private CountMinSketch(int width, int rows) {
        this.width = width;
        this.rows = rows;
        counters = new long[width * rows];
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /**
     * An empty sketch.
     *
     * @param error the part of the total by which an estimate may be too high, above 0 and below 1
     * @param confidence the chance that it is not higher than that, above 0 and below 1
     * @throws IllegalArgumentException if one is out of range, or together they need more than 2^27 counters
     */
    public static CountMinSketch of(double error, double confidence) {
        if (!(error > 0 && error < 1)) {
            throw new IllegalArgumentException("error must be above 0 and below 1, was " + error);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must be above 0 and below 1, was " + confidence);
        }
        double width = Math.ceil(Math.E / error);
        double rows = Math.max(1, Math.ceil(-Math.log1p(-confidence)));
        if (width * rows > MOST_COUNTERS || rows > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "error and confidence must need at most 2^27 counters in 32 rows, needed " + width + " in each of "
                            + rows + " rows");
        }
        return new CountMinSketch((int) width, (int) rows);
    }

    /** The part of the total by which an estimate may be too high. */
    public double error() {
        return Math.E / width;
    }

    private int counter(long hash, int row) {
        return row * width + Mix.below(Mix.draw(hash, row), width);
    }

    @Override
    public void add(String item, long count) {
        addHash(ItemSketch.HASHER.hashCharsToLong(item), count);
    }

    /** Adds {@code count} to a number's count, as {@link #add(String, long)}. */
    public void add(long item, long count) {
        addHash(ItemSketch.HASHER.hashLongToLong(item), count);
    }

    @Override
    public long estimate(String item) {
        return estimateHash(ItemSketch.HASHER.hashCharsToLong(item));
    }

    /** The number's count or more. */
    public long estimate(long item) {
        return estimateHash(ItemSketch.HASHER.hashLongToLong(item));
    }

    private void addHash(long hash, long count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must be at least 0, was " + count);
        }
        ReentrantLock stripe = stripes[(int) hash & (STRIPES - 1)];
        stripe.lock();
        try {
            long raised = Math.addExact(estimateHash(hash), count);
            total.add(count);
            for (int row = 0; row < rows; row++) {
                raise(counter(hash, row), raised);
            }
        } finally {
            stripe.unlock();
        }
    }

    private void raise(int counter, long to) {
        long value = (long) COUNTERS.getOpaque(counters, counter);
        while (value < to) {
            long seen = (long) COUNTERS.compareAndExchange(counters, counter, value, to);
            if (seen == value) {
                return;
            }
            value = seen;
        }
    }

    private long estimateHash(long hash) {
        long least = Long.MAX_VALUE;
        for (int row = 0; row < rows; row++) {
            least = Math.min(least, (long) COUNTERS.getOpaque(counters, counter(hash, row)));
        }
        return least;
    }

    @Override
    public long total() {
        return total.sum();
    }

    /**
     * The sketch of what both have seen; both stay as they are. Its estimates keep the bounds, but may be higher than those of
     * one sketch that had seen it all.
     *
     * @throws IllegalArgumentException if they are of different size
     */
    public CountMinSketch merge(CountMinSketch other) {
        if (width != other.width || rows != other.rows) {
            throw new IllegalArgumentException("other must have " + rows + " rows of " + width + " as well, had "
                    + other.rows + " of " + other.width);
        }
        CountMinSketch merged = new CountMinSketch(width, rows);
        for (int i = 0; i < counters.length; i++) {
            merged.counters[i] =
                    Math.addExact((long) COUNTERS.getOpaque(counters, i), (long) COUNTERS.getOpaque(other.counters, i));
        }
        merged.total.add(Math.addExact(total(), other.total()));
        return merged;
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer buffer =
                Format.write(Format.COUNT_MIN, 2 * Integer.BYTES + Long.BYTES + (long) Long.BYTES * counters.length);
        buffer.putInt(width).putInt(rows).putLong(total());
        for (int i = 0; i < counters.length; i++) {
            buffer.putLong((long) COUNTERS.getOpaque(counters, i));
        }
        return Format.seal(buffer);
    }

    /**
     * The sketch whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no such sketch
     */
    public static CountMinSketch fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.COUNT_MIN);
        Format.requireRemaining(buffer, 2 * Integer.BYTES + Long.BYTES);
        int width = buffer.getInt();
        int rows = buffer.getInt();
        long total = buffer.getLong();
        Format.require(
                width >= 1 && rows >= 1 && rows <= MOST_ROWS && (long) width * rows <= MOST_COUNTERS && total >= 0,
                "a sketch cannot have " + rows + " rows of " + width + " and a total of " + total);
        Format.requireExactly(buffer, (long) width * rows * Long.BYTES);
        CountMinSketch sketch = new CountMinSketch(width, rows);
        for (int i = 0; i < sketch.counters.length; i++) {
            sketch.counters[i] = buffer.getLong();
            Format.require(
                    sketch.counters[i] >= 0 && sketch.counters[i] <= total,
                    "a counter cannot be " + sketch.counters[i] + " of " + total);
        }
        sketch.total.add(total);
        return sketch;
    }
}
