package dev.backendmastery.showcase.view;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many values were how large, in {@value #STEPS} buckets for each power of two: bucket {@code i} holds what is above 2^(i/8) up to 2^((i+1)/8). What is 0 or less has the bucket
 * {@link #ZERO}.
 */
final class Distribution {

    /** Of each power of two. */
    static final int STEPS = 8;

    /** The bucket of what is 0 or less. */
    static final int ZERO = Integer.MIN_VALUE;

    private static final int SCALE = Integer.numberOfTrailingZeros(STEPS);
    private static final int FARTHEST = 1_100 * STEPS; // beyond what a double can hold
    private static final double HALF = 0.5;

    static final Distribution NONE = new Distribution(new TreeMap<>());

    private final SortedMap<Integer, Long> counts;

    private Distribution(SortedMap<Integer, Long> counts) {
        this.counts = counts;
    }

    /** Of an exponential histogram of any scale; where it is coarser, the middle of a bucket stands for it. */
    static Distribution exponential(int scale, int offset, List<Long> buckets, long zeros) {
        TreeMap<Integer, Long> counts = new TreeMap<>();
        put(counts, ZERO, zeros);
        for (int i = 0; i < buckets.size(); i++) {
            long index = (long) offset + i;
            int up = Math.min(Integer.SIZE - 1, Math.max(0, SCALE - scale));
            long ours =
                    scale >= SCALE ? index >> Math.min(Long.SIZE - 1, scale - SCALE) : (index << up) + (1L << (up - 1));
            put(counts, (int) Math.max(-FARTHEST, Math.min(FARTHEST, ours)), buckets.get(i));
        }
        return new Distribution(counts);
    }

    /** Of a histogram with bounds: the middle of a bucket stands for it, the last bound for what is above. */
    static Distribution explicit(List<Double> bounds, List<Long> buckets) {
        TreeMap<Integer, Long> counts = new TreeMap<>();
        for (int i = 0; i < buckets.size(); i++) {
            double lower = i == 0 ? 0 : bounds.get(i - 1);
            double upper = i < bounds.size() ? bounds.get(i) : lower;
            put(counts, index(lower > 0 ? Math.sqrt(lower * upper) : upper * HALF), buckets.get(i));
        }
        return new Distribution(counts);
    }

    private static void put(SortedMap<Integer, Long> counts, int index, long count) {
        if (count > 0) {
            counts.merge(index, count, Long::sum);
        }
    }

    /** The bucket of a value. */
    static int index(double value) {
        return value > 0
                ? (int) Math.ceil(Math.log(Math.min(value, Double.MAX_VALUE)) / Math.log(2) * STEPS) - 1
                : ZERO;
    }

    /** What a bucket stands for: the middle of it. */
    static double value(int index) {
        return index == ZERO ? 0 : Math.pow(2, (index + HALF) / STEPS);
    }

    /** What came since {@code before}, which this goes on from. */
    Distribution since(Distribution before) {
        TreeMap<Integer, Long> since = new TreeMap<>();
        counts.forEach((index, count) -> put(since, index, count - before.counts.getOrDefault(index, 0L)));
        return new Distribution(since);
    }

    static Distribution merge(Collection<Distribution> all) {
        TreeMap<Integer, Long> merged = new TreeMap<>();
        for (Distribution one : all) {
            one.counts.forEach((index, count) -> put(merged, index, count));
        }
        return new Distribution(merged);
    }

    long count() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** By bucket, smallest first. */
    Map<Integer, Long> counts() {
        return counts;
    }

    /** The value below which that share is, to half a bucket; NaN if there are none. */
    double quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count()));
        long below = 0;
        for (Map.Entry<Integer, Long> bucket : counts.entrySet()) {
            below += bucket.getValue();
            if (below >= rank) {
                return value(bucket.getKey());
            }
        }
        return Double.NaN;
    }
}
