package dev.backendmastery.observability.metrics;

import java.util.Arrays;

/** A histogram that grows: buckets around what came, as fine as their number allows. For one thread at a time. */
class Accumulator {

    private long[] counts;
    private int base;
    private int scale;
    private boolean used;
    private long zeros;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    Accumulator(int maxBuckets) {
        counts = new long[maxBuckets];
        scale = Scale.MAX;
    }

    /** Adds {@code value}, finite and not negative. */
    final void add(double value) {
        sum += value;
        if (value < min) {
            min = value;
        }
        if (value > max) {
            max = value;
        }
        if (value == 0) {
            zeros++;
            return;
        }
        int index = Scale.index(value, scale);
        int slot = index - base;
        long[] buckets = counts;
        if (used && slot >= 0 && slot < buckets.length) {
            buckets[slot]++;
        } else {
            place(index, 1);
        }
    }

    /** Adds all of {@code other}. */
    final void addAll(ExponentialHistogram other) {
        if (other.count() == 0) {
            return;
        }
        sum += other.sum();
        min = Math.min(min, other.min());
        max = Math.max(max, other.max());
        zeros += other.zeroCount();
        if (other.buckets() > 0) {
            coarsenTo(other.scale());
        }
        for (int i = 0; i < other.buckets(); i++) {
            long count = other.bucket(i);
            if (count > 0) {
                place((other.offset() + i) >> (other.scale() - scale), count);
            }
        }
    }

    private void coarsenTo(int wanted) {
        if (wanted >= scale) {
            return;
        }
        if (used) {
            int first = first();
            rebuild(base + first, base + last(), scale - wanted);
        } else {
            scale = wanted;
        }
    }

    private void place(int index, long count) {
        if (!used) {
            used = true;
            base = index - counts.length / 2;
        }
        int slot = index - base;
        int at = index;
        if (slot < 0 || slot >= counts.length) {
            int low = Math.min(index, base + first());
            int high = Math.max(index, base + last());
            int shift = 0;
            while ((high >> shift) - (low >> shift) >= counts.length) {
                shift++;
            }
            rebuild(low, high, shift);
            at = index >> shift;
        }
        counts[at - base] += count;
    }

    /** Makes room for what lies from {@code low} to {@code high}, at a scale that is coarser by {@code shift}. */
    private void rebuild(int low, int high, int shift) {
        long[] next = new long[counts.length];
        int width = (high >> shift) - (low >> shift) + 1;
        int start = (low >> shift) - (next.length - width) / 2;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                next[((base + i) >> shift) - start] += counts[i];
            }
        }
        counts = next;
        base = start;
        scale -= shift;
    }

    private int first() {
        int i = 0;
        while (i < counts.length - 1 && counts[i] == 0) {
            i++;
        }
        return i;
    }

    private int last() {
        int i = counts.length - 1;
        while (i > 0 && counts[i] == 0) {
            i--;
        }
        return i;
    }

    final ExponentialHistogram snapshot() {
        int first = first();
        int last = last();
        boolean any = used && counts[first] != 0;
        return new ExponentialHistogram(
                scale,
                zeros,
                any ? base + first : 0,
                any ? Arrays.copyOfRange(counts, first, last + 1) : new long[0],
                sum,
                min,
                max,
                counts.length);
    }
}
