package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each class below does one thing wrong, and the kit convicts it by the clauses named here. */
final class ExponentialHistogramContractBitesTest {

    abstract static class Planted extends ExponentialHistogramContract {
        @Override
        protected ExponentialHistogram of(double... values) {
            return ExponentialHistogram.of(values);
        }

        @Override
        protected ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other) {
            return one.merge(other);
        }

        @Override
        protected double quantile(ExponentialHistogram histogram, double q) {
            return histogram.quantile(q);
        }

        /** Each bucket moved by {@code by}. */
        static ExponentialHistogram moved(ExponentialHistogram all, int by) {
            return new ExponentialHistogram(
                    all.scale(),
                    all.zeroCount(),
                    all.offset() + by,
                    counts(all),
                    all.sum(),
                    all.min(),
                    all.max(),
                    ExponentialHistogram.MAX_BUCKETS);
        }

        static long[] counts(ExponentialHistogram all) {
            long[] counts = new long[all.buckets()];
            Arrays.setAll(counts, all::bucket);
            return counts;
        }
    }

    static final class PowersBeginTheirBucket extends Planted {
        @Override
        protected ExponentialHistogram of(double... values) {
            ExponentialHistogram all = super.of(values);
            boolean powers = values.length > 0
                    && Arrays.stream(values).allMatch(v -> v > 0 && Math.scalb(1.0, Math.getExponent(v)) == v);
            return powers ? moved(all, 1) : all;
        }
    }

    static final class SubnormalsAreZeros extends Planted {
        @Override
        protected ExponentialHistogram of(double... values) {
            return super.of(Arrays.stream(values)
                    .map(v -> v < Double.MIN_NORMAL ? 0 : v)
                    .toArray());
        }
    }

    static final class StartsCoarse extends Planted {
        @Override
        protected ExponentialHistogram of(double... values) {
            Accumulator all = new Accumulator(ExponentialHistogram.MAX_BUCKETS / 2);
            for (double value : values) {
                all.add(value);
            }
            return all.snapshot();
        }

        @Override
        protected ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other) {
            return one.merge(other);
        }
    }

    static final class SaysTheEndOfTheBucket extends Planted {
        @Override
        protected double quantile(ExponentialHistogram histogram, double q) {
            double middle = histogram.quantile(q);
            return q == 0 || q == 1 ? middle : middle * (1 + histogram.relativeError());
        }
    }

    static final class ReadsTheNextRank extends Planted {
        @Override
        protected double quantile(ExponentialHistogram histogram, double q) {
            return q == 0 || q == 1 ? histogram.quantile(q) : histogram.quantile(Math.min(1, q + 0.05));
        }
    }

    static final class MergesWithoutZeros extends Planted {
        @Override
        protected ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other) {
            ExponentialHistogram all = one.merge(other);
            return new ExponentialHistogram(
                    all.scale(),
                    0,
                    all.offset(),
                    counts(all),
                    all.sum(),
                    all.min(),
                    all.max(),
                    ExponentialHistogram.MAX_BUCKETS);
        }
    }

    static final class MergesIntoTheFirst extends Planted {
        @Override
        protected ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other) {
            return one.count() == 0 ? other : one;
        }
    }

    static final class ForgetsZeros extends Planted {
        @Override
        protected ExponentialHistogram of(double... values) {
            return super.of(Arrays.stream(values).filter(v -> v != 0).toArray());
        }
    }

    static final class KnowsNoExtremes extends Planted {
        @Override
        protected double quantile(ExponentialHistogram histogram, double q) {
            return new ExponentialHistogram(
                            histogram.scale(),
                            histogram.zeroCount(),
                            histogram.offset(),
                            counts(histogram),
                            histogram.sum(),
                            Double.POSITIVE_INFINITY,
                            Double.NEGATIVE_INFINITY,
                            ExponentialHistogram.MAX_BUCKETS)
                    .quantile(q);
        }
    }

    @Test
    void kitConvicts() {
        assertAll(
                () -> Kit.convicts(PowersBeginTheirBucket.class, "HI-1"),
                () -> Kit.convicts(SubnormalsAreZeros.class, "HI-2"),
                () -> Kit.convicts(StartsCoarse.class, "HI-3"),
                () -> Kit.convicts(SaysTheEndOfTheBucket.class, "HI-4"),
                () -> Kit.convicts(ReadsTheNextRank.class, "HI-4"),
                () -> Kit.convicts(MergesWithoutZeros.class, "HI-5"),
                () -> Kit.convicts(MergesIntoTheFirst.class, "HI-5"),
                () -> Kit.convicts(ForgetsZeros.class, "HI-6"),
                () -> Kit.convicts(KnowsNoExtremes.class, "HI-7"));
    }
}
