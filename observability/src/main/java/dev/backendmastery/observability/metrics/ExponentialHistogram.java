package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import java.util.Arrays;
import java.util.List;

/**
 * What a histogram had at one moment: counts in buckets each of which ends 2^(2^-scale) times as high as it begins.
 *
 * <p><b>Guarantee.</b> A bucket has its upper bound and not its lower one, also for powers of two (HI-1) and subnormal numbers (HI-2). There are never more than the
 * greatest number of buckets, and the scale is the finest with which that holds (HI-3). A quantile is off by at most {@link #relativeError} (HI-4). A merge is
 * what one histogram of all values would be, in every bucket, in any order (HI-5); sums agree but for rounding. Count, least and greatest are exact, and zeros are apart (HI-6,
 * HI-7).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> 8 bytes a bucket; a merge and a quantile look at each once. <b>Not for</b> negative values.
 *
 * <p><b>Source.</b> OpenTelemetry, <i>Metrics Data Model</i>, exponential histogram; Masson, Rim, Lee, <i>DDSketch</i>, VLDB 2019.
 */
public final class ExponentialHistogram {

    /** As many buckets as there are unless said otherwise. */
    public static final int MAX_BUCKETS = 160;

    private final int scale;
    private final long zeroCount;
    private final int offset;
    private final long[] counts;
    private final double sum;
    private final double min;
    private final double max;
    private final int maxBuckets;
    private final long count;

    ExponentialHistogram(
            int scale, long zeroCount, int offset, long[] counts, double sum, double min, double max, int maxBuckets) {
        this.scale = scale;
        this.zeroCount = zeroCount;
        this.offset = offset;
        this.counts = counts;
        this.sum = sum;
        this.min = min;
        this.max = max;
        this.maxBuckets = maxBuckets;
        this.count = zeroCount + Arrays.stream(counts).sum();
    }

    /**
     * Of these values, in at most {@value #MAX_BUCKETS} buckets.
     *
     * @throws IllegalArgumentException if one is negative, infinite or not a number
     */
    public static ExponentialHistogram of(double... values) {
        Accumulator all = new Accumulator(MAX_BUCKETS);
        for (double value : values) {
            if (!(value >= 0 && value <= Double.MAX_VALUE)) {
                throw new IllegalArgumentException("values must be finite and not negative, one was " + value);
            }
            all.add(value);
        }
        return all.snapshot();
    }

    /** All of both, in at most as many buckets as the smaller allowance of the two. */
    public ExponentialHistogram merge(ExponentialHistogram other) {
        Accumulator both = new Accumulator(Math.min(maxBuckets, other.maxBuckets));
        both.addAll(this);
        both.addAll(other);
        return both.snapshot();
    }

    /**
     * The value at or below which a share of {@code q} is.
     *
     * @param q from 0 (the least) to 1 (the greatest)
     * @return off by at most {@link #relativeError}; not a number if there are no values
     */
    public double quantile(double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("q must be from 0 to 1, was " + q);
        }
        if (count == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(q * count));
        if (rank == 1 && hasExtremes()) {
            return min;
        }
        if (rank >= count && hasExtremes()) {
            return max;
        }
        long seen = zeroCount;
        if (rank <= seen) {
            return 0;
        }
        int i = -1;
        while (seen < rank) {
            seen += counts[++i];
        }
        double middle = middle(offset + i);
        return hasExtremes() ? Math.max(min, Math.min(max, middle)) : middle;
    }

    /** What is off by the same share of both ends of the bucket. */
    private double middle(int index) {
        double lower = Scale.lower(index, scale);
        double upper = Math.min(Double.MAX_VALUE, Scale.upper(index, scale));
        double share = upper > 0 ? lower / upper : 1;
        return lower == 0 ? upper : 2 * lower / (1 + share);
    }

    /** The most that a quantile is off, as a share of the true value. Holds for normal numbers; between subnormal ones there is less room than that. */
    public double relativeError() {
        return Scale.relativeError(scale);
    }

    /** How fine: from -10 to 20, one more is twice as many buckets. */
    public int scale() {
        return scale;
    }

    /** How many values. */
    public long count() {
        return count;
    }

    /** How many of them were zero. */
    public long zeroCount() {
        return zeroCount;
    }

    /** All of them together. */
    public double sum() {
        return sum;
    }

    /** The least; infinite if there are none or if it is not known, as between two moments. */
    public double min() {
        return min;
    }

    /** The greatest; minus infinity where {@link #min} is infinite. */
    public double max() {
        return max;
    }

    /** The index of the first bucket. */
    public int offset() {
        return offset;
    }

    /** How many buckets, the empty ones between others with them. */
    public int buckets() {
        return counts.length;
    }

    /** How many values are in bucket {@code i} of them, from 0: above {@link #lower} and up to {@link #upper}. */
    public long bucket(int i) {
        return counts[i];
    }

    /** Where bucket {@code i} begins. */
    public double lower(int i) {
        return Scale.lower(offset + i, scale);
    }

    /** Where bucket {@code i} ends. */
    public double upper(int i) {
        return Scale.upper(offset + i, scale);
    }

    private boolean hasExtremes() {
        return min <= max;
    }

    /** What came after {@code earlier}, which this one holds all of. */
    ExponentialHistogram since(ExponentialHistogram earlier) {
        long[] rest = counts.clone();
        for (int i = 0; i < earlier.counts.length; i++) {
            if (earlier.counts[i] != 0) {
                rest[((earlier.offset + i) >> (earlier.scale - scale)) - offset] -= earlier.counts[i];
            }
        }
        return new ExponentialHistogram(
                scale,
                zeroCount - earlier.zeroCount,
                offset,
                rest,
                sum - earlier.sum,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                maxBuckets);
    }

    /** As OpenTelemetry has it. */
    public ExponentialHistogramPointData toPoint(
            long startNanos, long nanos, Attributes attributes, List<DoubleExemplarData> exemplars) {
        return ExponentialHistogramPointData.create(
                scale,
                sum,
                zeroCount,
                hasExtremes(),
                hasExtremes() ? min : 0,
                hasExtremes(),
                hasExtremes() ? max : 0,
                ExponentialHistogramBuckets.create(
                        scale, offset, Arrays.stream(counts).boxed().toList()),
                ExponentialHistogramBuckets.create(scale, 0, List.of()),
                startNanos,
                nanos,
                attributes,
                exemplars);
    }

    /** The same buckets, counts, least and greatest; sums may differ by rounding. */
    public boolean sameBuckets(ExponentialHistogram other) {
        return scale == other.scale
                && zeroCount == other.zeroCount
                && offset == other.offset
                && Arrays.equals(counts, other.counts)
                && min == other.min
                && max == other.max;
    }

    @Override
    public String toString() {
        return count + " values, scale " + scale + ", zeros " + zeroCount + ", buckets from " + offset + " "
                + Arrays.toString(counts);
    }
}
