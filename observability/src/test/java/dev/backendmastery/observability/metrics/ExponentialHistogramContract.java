package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What exponential histograms must hold. Extend it and say how to make yours. */
@DisplayName("ExponentialHistogram")
public abstract class ExponentialHistogramContract {

    private static final long SEED = 42;
    private static final double ROUNDING = 1e-12;
    private static final double LATENCY = 0.02;

    /** Of these values. */
    protected abstract ExponentialHistogram of(double... values);

    /** Of both. */
    protected abstract ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other);

    /** The value at or below which a share of {@code q} is. */
    protected abstract double quantile(ExponentialHistogram histogram, double q);

    @Test
    @DisplayName("HI-1 a power of two ends its bucket, at every scale")
    final void powersOfTwo() {
        for (int exponent = -1_021; exponent <= 1_023; exponent++) {
            ExponentialHistogram one = of(Math.scalb(1.0, exponent));
            assertEquals(20, one.scale());
            assertEquals((exponent << 20) - 1, one.offset(), () -> "of " + one);
        }
        for (int width = 1; width < 2_000; width += 7) {
            ExponentialHistogram wide = of(Math.scalb(1.0, -width / 2), Math.scalb(1.0, width - width / 2));
            int scale = wide.scale();
            int low = -width / 2;
            assertEquals(scale >= 0 ? (low << scale) - 1 : below(low, -scale), wide.offset(), () -> "of " + wide);
        }
    }

    /** The bucket that 2^exponent ends or is in, {@code shift} times coarser than octaves. */
    private static int below(int exponent, int shift) {
        return (int) Math.ceil(exponent / Math.pow(2, shift)) - 1;
    }

    @Test
    @DisplayName("HI-2 each number is in a bucket around it, the least and the greatest double too")
    final void around() {
        Random random = new Random(SEED);
        double[] ends = {
            Double.MIN_VALUE, 3 * Double.MIN_VALUE, Double.MIN_NORMAL / 2, Double.MIN_NORMAL, Double.MAX_VALUE
        };
        for (int i = 0; i < 20_000; i++) {
            double value = i < ends.length ? ends[i] : Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (value > 0 && value <= Double.MAX_VALUE) {
                ExponentialHistogram one = of(value);
                assertEquals(1, one.buckets(), "buckets of " + value);
                double slack = Math.max(Double.MIN_VALUE, value * ROUNDING);
                assertTrue(one.lower(0) - slack <= value && value <= one.upper(0) + slack, () -> value + " in " + one);
            }
        }
        ExponentialHistogram all = of(Double.MIN_VALUE, 1, Double.MAX_VALUE);
        assertEquals(3, all.count() - all.zeroCount());
    }

    @Test
    @DisplayName("HI-3 there are at most 160 buckets, and no finer scale would have done")
    final void finest() {
        Random random = new Random(SEED);
        for (int i = 0; i < 300; i++) {
            double[] values = values(random, 1 + random.nextInt(40), random.nextDouble() * 40);
            ExponentialHistogram all = of(values);
            double least = Arrays.stream(values).min().orElseThrow();
            double most = Arrays.stream(values).max().orElseThrow();
            assertTrue(all.buckets() <= ExponentialHistogram.MAX_BUCKETS);
            int finer = all.scale() + 1;
            assertTrue(
                    all.scale() == 20
                            || Scale.index(most, finer) - Scale.index(least, finer) >= ExponentialHistogram.MAX_BUCKETS,
                    () -> "could be finer: " + all);
        }
    }

    @Test
    @DisplayName("HI-4 a quantile is off by at most half a bucket, in proportion")
    final void quantiles() {
        Random random = new Random(SEED);
        for (int i = 0; i < 60; i++) {
            double[] values = values(random, 1 + random.nextInt(3_000), random.nextDouble() * 8);
            ExponentialHistogram all = of(values);
            Arrays.sort(values);
            for (double q : new double[] {0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999}) {
                double truth = values[Math.max(1, (int) Math.ceil(q * values.length)) - 1];
                assertEquals(truth, quantile(all, q), truth * (bound(all.scale()) + ROUNDING), () -> q + " of " + all);
            }
        }
    }

    private static double bound(int scale) {
        double base = Math.pow(2, Math.pow(2, -scale));
        return (base - 1) / (base + 1);
    }

    @Test
    @DisplayName("HI-5 a merge is the histogram of all values, in any order")
    final void merges() {
        Random random = new Random(SEED);
        for (int i = 0; i < 400; i++) {
            double[] one = values(random, random.nextInt(60), random.nextDouble() * 20);
            double[] other = values(random, random.nextInt(60), random.nextDouble() * 20);
            if (i % 3 == 0 && other.length > 0) {
                other[0] = 0;
            }
            double[] both = DoubleStream.concat(Arrays.stream(one), Arrays.stream(other))
                    .toArray();
            ExponentialHistogram all = of(both);
            ExponentialHistogram merged = merge(of(one), of(other));
            assertTrue(all.sameBuckets(merged), () -> all + " is not " + merged);
            assertTrue(all.sameBuckets(merge(of(other), of(one))), "the other way");
            assertEquals(all.sum(), merged.sum(), Math.abs(all.sum()) * ROUNDING);
        }
    }

    @Test
    @DisplayName("HI-6 zeros are apart; count, sum, least and greatest are exact")
    final void exact() {
        ExponentialHistogram all = of(0, 3, 0, 5, -0.0);
        assertEquals(3, all.zeroCount());
        assertEquals(5, all.count());
        assertEquals(8, all.sum());
        assertEquals(0, all.min());
        assertEquals(5, all.max());
        assertEquals(0, of().count());
    }

    @Test
    @DisplayName("HI-7 the first and the last quantile are the least and the greatest")
    final void ends() {
        ExponentialHistogram all = of(0.013, 7.7, 1_234.5);
        assertEquals(0.013, quantile(all, 0));
        assertEquals(1_234.5, quantile(all, 1));
        assertEquals(Double.NaN, quantile(of(), 0.5));
    }

    private static double[] values(Random random, int count, double spread) {
        return random.doubles(count)
                .map(x -> LATENCY * Math.exp(spread * (x - 0.5)))
                .toArray();
    }
}
