package dev.backendmastery.core.sketch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Quantiles of a stream by KLL: a few hundred of its values, each standing for a power of two of them.
 *
 * <p>Values enter the lowest level. A level that is full is sorted, and every other value, the odd or the even ones by the toss
 * of a coin, goes one level up with twice the weight. Levels are the smaller the lower they are, so that most of the memory
 * is where an error would weigh most.
 *
 * <p><b>Guarantee.</b> The rank of an estimated quantile differs from the wanted one by at most {@link #rankError} for 99 of
 * 100 questions (QS-1), for any order of values (QS-2); the least and the greatest value are exact, and so is all up to some
 * values (QS-3). Quantiles never cross, and ranks grow with values (QS-4). A merge keeps the bound for what either has seen
 * (QS-5). Bytes read back to the same answers, are the same on every machine, and anything else is refused (QS-6). Not-a-number
 * and questions out of range are refused (QS-7). <b>Threads.</b> One at a time: give each its own and merge. <b>Cost.</b> An add is
 * some nanoseconds, now and then a sort of some dozens of values. About {@code 3 k} values of 8 bytes, {@code log n} levels. <b>Not
 * for</b> the last thousandth of a latency's tail, where an error of a rank is large in value: a histogram of the value's
 * logarithm. <b>Source.</b> Karnin, Lang and Liberty, <i>Optimal Quantile Approximation in Streams</i> (FOCS 2016).
 */
public final class QuantileSketch {

    /** The usual size, with a rank error of 1.65 %. */
    public static final int DEFAULT_K = 200;

    private static final int LEAST_K = 8;
    private static final int MOST_K = 1 << 15;
    private static final int LEAST_CAPACITY = 8;
    private static final int MOST_LEVELS = 60;
    private static final double SHRINK = 2.0 / 3;

    private final int k;
    private final RandomGenerator random;
    private final List<Level> levels = new ArrayList<>();
    private long count;
    private int held;
    private int capacity;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;

    private static final class Level {
        private double[] values = new double[LEAST_CAPACITY];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }
    }

    private QuantileSketch(int k, RandomGenerator random) {
        this.k = k;
        this.random = random;
        addLevel();
    }

    /**
     * An empty sketch.
     *
     * @param k from 8 to 32,768: the error falls nearly as 1 / k, the memory grows as k
     * @param random tosses the coins; different for each sketch that is to be merged
     * @throws IllegalArgumentException if {@code k} is out of range
     */
    public static QuantileSketch of(int k, RandomGenerator random) {
        if (k < LEAST_K || k > MOST_K) {
            throw new IllegalArgumentException("k must be from " + LEAST_K + " to " + MOST_K + ", was " + k);
        }
        return new QuantileSketch(k, random);
    }

    /** By how much the rank of an answer is off at most, for 99 of 100 questions, as a part of the count. */
    public double rankError() {
        return 2.446 / Math.pow(k, 0.9433);
    }

    /**
     * Adds a value.
     *
     * @throws IllegalArgumentException if it is not a number; nothing has changed
     */
    public void add(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("value must be a number, was NaN");
        }
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
        levels.get(0).add(value);
        count++;
        held++;
        if (held > capacity) {
            compress();
        }
    }

    private int capacity(int level) {
        return Math.max(LEAST_CAPACITY, (int) Math.ceil(k * Math.pow(SHRINK, levels.size() - 1 - level)));
    }

    private void addLevel() {
        levels.add(new Level());
        capacity = 0;
        for (int level = 0; level < levels.size(); level++) {
            capacity += capacity(level);
        }
    }

    /** Halves the lowest level that is full. */
    private void compress() {
        while (held > capacity) {
            for (int i = 0; i < levels.size(); i++) {
                if (levels.get(i).size >= capacity(i)) {
                    if (i + 1 == levels.size()) {
                        addLevel();
                    }
                    halve(levels.get(i), levels.get(i + 1));
                    break;
                }
            }
        }
    }

    private void halve(Level level, Level above) {
        Arrays.sort(level.values, 0, level.size);
        int odd = level.size & 1; // one stays behind, so that the weights add up
        for (int i = odd + (random.nextBoolean() ? 1 : 0); i < level.size; i += 2) {
            above.add(level.values[i]);
        }
        held -= level.size / 2;
        level.size = odd;
    }

    /** How many values were added. */
    public long count() {
        return count;
    }

    /** How many values are held. */
    public int held() {
        return held;
    }

    private record Weighted(double value, long weight) {}

    private List<Weighted> sorted() {
        List<Weighted> all = new ArrayList<>(held);
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            for (int j = 0; j < level.size; j++) {
                all.add(new Weighted(level.values[j], 1L << i));
            }
        }
        all.sort(Comparator.comparingDouble(Weighted::value));
        return all;
    }

    /**
     * The value that the part {@code rank} of all are not above.
     *
     * @param rank from 0, the least, to 1, the greatest
     * @throws IllegalArgumentException if {@code rank} is out of range
     * @throws IllegalStateException if nothing was added
     */
    public double quantile(double rank) {
        if (!(rank >= 0 && rank <= 1)) {
            throw new IllegalArgumentException("rank must be from 0 to 1, was " + rank);
        }
        if (count == 0) {
            throw new IllegalStateException("there is no quantile of nothing");
        }
        if (rank == 0) {
            return least;
        }
        if (rank == 1) {
            return greatest;
        }
        double wanted = Math.ceil(rank * count);
        long below = 0;
        for (Weighted next : sorted()) {
            below += next.weight;
            if (below >= wanted) {
                return next.value;
            }
        }
        return greatest;
    }

    /**
     * The part of all values that are not above {@code value}.
     *
     * @throws IllegalArgumentException if {@code value} is not a number
     * @throws IllegalStateException if nothing was added
     */
    public double rank(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("value must be a number, was NaN");
        }
        if (count == 0) {
            throw new IllegalStateException("there is no rank in nothing");
        }
        if (value < least) {
            return 0;
        }
        if (value >= greatest) {
            return 1;
        }
        long notAbove = 0;
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            for (int j = 0; j < level.size; j++) {
                notAbove += level.values[j] <= value ? 1L << i : 0;
            }
        }
        return (double) notAbove / count;
    }

    /**
     * The sketch of what both have seen; both stay as they are, but for the coins that this one tosses.
     *
     * @throws IllegalArgumentException if they have different {@code k}
     */
    public QuantileSketch merge(QuantileSketch other) {
        if (k != other.k) {
            throw new IllegalArgumentException("other must have k = " + k + " as well, had " + other.k);
        }
        QuantileSketch merged = new QuantileSketch(k, random);
        merged.count = Math.addExact(count, other.count);
        merged.least = Math.min(least, other.least);
        merged.greatest = Math.max(greatest, other.greatest);
        while (merged.levels.size() < Math.max(levels.size(), other.levels.size())) {
            merged.addLevel();
        }
        for (QuantileSketch sketch : List.of(this, other)) {
            for (int i = 0; i < sketch.levels.size(); i++) {
                for (int j = 0; j < sketch.levels.get(i).size; j++) {
                    merged.levels.get(i).add(sketch.levels.get(i).values[j]);
                }
            }
        }
        merged.held = held + other.held;
        merged.compress();
        return merged;
    }

    /** The sketch in a fixed little-endian form with version and check sum. */
    public byte[] toBytes() {
        ByteBuffer buffer = Format.write(
                Format.QUANTILES,
                2 * Integer.BYTES + 3 * Long.BYTES + (long) levels.size() * Integer.BYTES + (long) held * Double.BYTES);
        buffer.putInt(k).putInt(levels.size()).putLong(count).putDouble(least).putDouble(greatest);
        for (Level level : levels) {
            buffer.putInt(level.size);
            for (int i = 0; i < level.size; i++) {
                buffer.putDouble(level.values[i]);
            }
        }
        return Format.seal(buffer);
    }

    /**
     * The sketch whose bytes these are.
     *
     * @param random tosses the further coins
     * @throws SketchFormatException if they are those of no such sketch
     */
    public static QuantileSketch fromBytes(byte[] bytes, RandomGenerator random) {
        ByteBuffer buffer = Format.read(bytes, Format.QUANTILES);
        Format.requireRemaining(buffer, 2 * Integer.BYTES + 3 * Long.BYTES);
        int k = buffer.getInt();
        int size = buffer.getInt();
        long count = buffer.getLong();
        Format.require(
                k >= LEAST_K && k <= MOST_K && size >= 1 && size <= MOST_LEVELS && count >= 0,
                "a sketch cannot have k = " + k + ", " + size + " levels and a count of " + count);
        QuantileSketch sketch = new QuantileSketch(k, random);
        sketch.count = count;
        sketch.least = buffer.getDouble();
        sketch.greatest = buffer.getDouble();
        while (sketch.levels.size() < size) {
            sketch.addLevel();
        }
        long weight = 0;
        for (int i = 0; i < size; i++) {
            Format.requireRemaining(buffer, Integer.BYTES);
            int values = buffer.getInt();
            Format.require(values >= 0, "a level cannot have " + values + " values");
            Format.requireRemaining(buffer, (long) values * Double.BYTES);
            for (int j = 0; j < values; j++) {
                double value = buffer.getDouble();
                Format.require(
                        value >= sketch.least && value <= sketch.greatest,
                        "a value of " + value + " is not from " + sketch.least + " to " + sketch.greatest);
                sketch.levels.get(i).add(value);
            }
            sketch.held += values;
            weight += (long) values << i;
        }
        Format.requireExactly(buffer, 0);
        Format.require(weight == count, "the values stand for " + weight + ", the count is " + count);
        return sketch;
    }
}
