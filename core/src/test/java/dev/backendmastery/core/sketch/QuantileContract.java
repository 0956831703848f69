package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a sketch of quantiles must hold. Extend it, wrap yours as a {@link Quantiles}, run it. */
@DisplayName("A sketch of quantiles")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class QuantileContract {

    /** What is tested. */
    protected interface Quantiles {
        void add(double value);

        double quantile(double rank);

        double rank(double value);

        long count();

        /** By how much the rank of an answer is off at most, for 99 of 100 questions. */
        double rankError();

        Quantiles merge(Quantiles other);

        byte[] toBytes();
    }

    /** An empty sketch whose coins follow {@code seed}. */
    protected abstract Quantiles create(long seed);

    /** The sketch of the bytes. */
    protected abstract Quantiles read(byte[] bytes);

    /** {@link Bytes#checkSum} of a sketch of seed 1 of the numbers from 0 to 9,999 when this class was written. */
    protected abstract long golden();

    private static Quantiles filled(Quantiles sketch, double[] values) {
        for (double value : values) {
            sketch.add(value);
        }
        return sketch;
    }

    /** Counts the questions, and the answers that are off by more than the stated error of rank. */
    private static final class Tally {
        private int questions;
        private int far;

        void ask(Quantiles sketch, double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            for (double rank = 0.01; rank < 1; rank += 0.01) {
                double answer = sketch.quantile(rank);
                int from = lower(sorted, answer);
                int to = from;
                while (to < sorted.length && sorted[to] == answer) {
                    to++;
                }
                assertTrue(to > from, "an answer that was never added");
                // A value that is there often has all the ranks from its first to its last.
                double least = (double) from / sorted.length;
                double most = (double) to / sorted.length;
                questions += 2;
                far += rank < least - sketch.rankError() || rank > most + sketch.rankError() ? 1 : 0;
                far += Math.abs(sketch.rank(answer) - most) > sketch.rankError() ? 1 : 0;
            }
        }

        private static int lower(double[] sorted, double value) {
            int index = Arrays.binarySearch(sorted, value);
            while (index > 0 && sorted[index - 1] == value) {
                index--;
            }
            return index < 0 ? -index - 1 : index;
        }

        void assertSeldomFar() {
            assertTrue(far <= questions / 100, () -> far + " of " + questions + " answers are off by more than stated");
        }
    }

    private static double[] random(long seed, int count) {
        return new SplittableRandom(seed).doubles(count).toArray();
    }

    @Test
    @DisplayName("QS-1 is off in rank by more than stated for one question in a hundred at most")
    void rankError() {
        Tally tally = new Tally();
        for (int seed = 0; seed < 60; seed++) {
            double[] values = random(seed, 5_000 + 500 * seed);
            tally.ask(filled(create(seed), values), values);
        }
        tally.assertSeldomFar();
    }

    @Test
    @DisplayName("QS-2 keeps the error for values in any order and of any kind")
    void anyOrder() {
        Tally tally = new Tally();
        for (int seed = 0; seed < 8; seed++) {
            double[] up = DoubleStream.iterate(0, v -> v + 1).limit(20_000).toArray();
            double[] down = DoubleStream.iterate(0, v -> v - 1).limit(20_000).toArray();
            double[] saw = DoubleStream.iterate(0, v -> v + 1)
                    .limit(20_000)
                    .map(v -> v % 100 * 1_000 + v)
                    .toArray();
            double[] few = Arrays.stream(random(seed, 20_000))
                    .map(v -> Math.floor(v * 10))
                    .toArray();
            double[] wide = Arrays.stream(random(seed, 20_000))
                    .map(v -> Math.pow(10, 600 * v - 300))
                    .toArray();
            double[] signs = Arrays.stream(random(seed, 20_000))
                    .map(v -> v < 0.5 ? -1 / v : 1 / (v - 0.5))
                    .toArray();
            for (double[] values : List.of(up, down, saw, few, wide, signs)) {
                tally.ask(filled(create(seed), values), values);
            }
        }
        tally.assertSeldomFar();
    }

    @Test
    @DisplayName("QS-3 is exact up to a hundred values, and at both ends always")
    void fewValues() {
        Quantiles sketch = create(3);
        double[] values = random(3, 100);
        filled(sketch, values);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int i = 1; i <= 100; i++) {
            assertEquals(sorted[i - 1], sketch.quantile(i / 100.0 - 0.001));
            assertEquals(i / 100.0, sketch.rank(sorted[i - 1]), 1e-9);
        }
        filled(sketch, random(4, 50_000));
        sketch.add(-5);
        sketch.add(7);
        filled(sketch, random(5, 50_000));
        assertEquals(-5, sketch.quantile(0));
        assertEquals(7, sketch.quantile(1));
        assertEquals(0, sketch.rank(-5.1));
        assertEquals(1, sketch.rank(7));
        assertEquals(100_102, sketch.count());
    }

    @Test
    @DisplayName("QS-4 answers higher ranks with higher values, and higher values with higher ranks")
    void monotone() {
        Quantiles sketch = filled(create(4), random(4, 30_000));
        double before = sketch.quantile(0);
        double rankBefore = sketch.rank(-1);
        for (double x = 0; x <= 1; x += 0.001) {
            double value = sketch.quantile(x);
            assertTrue(value >= before, "quantiles cross");
            before = value;
            double rank = sketch.rank(x);
            assertTrue(rank >= rankBefore && rank <= 1, "ranks fall");
            rankBefore = rank;
        }
    }

    @Test
    @DisplayName("QS-5 keeps the error when merged, also of many and of unequal ones")
    void merged() {
        Tally tally = new Tally();
        for (int seed = 0; seed < 10; seed++) {
            double[] values = random(seed, 30_000);
            Arrays.sort(values); // so that each part knows another range
            Quantiles all = create(1_000 + seed);
            int from = 0;
            for (int part = 1; from < values.length; part++) {
                int to = Math.min(values.length, from + part * part * 37);
                Quantiles one = filled(create(seed * 100L + part), Arrays.copyOfRange(values, from, to));
                byte[] before = one.toBytes();
                all = all.merge(one);
                assertTrue(Arrays.equals(before, one.toBytes()), "the merged ones stay as they are");
                from = to;
            }
            assertEquals(values.length, all.count());
            assertEquals(values[0], all.quantile(0));
            tally.ask(all, values);
        }
        tally.assertSeldomFar();
    }

    @Test
    @DisplayName("QS-6 reads its bytes back, which are the same everywhere, and refuses any others")
    void bytes() {
        Quantiles sketch = filled(
                create(1), DoubleStream.iterate(0, v -> v + 1).limit(10_000).toArray());
        byte[] bytes = sketch.toBytes();
        Bytes.check(bytes, golden(), this::read);
        Quantiles again = read(bytes);
        assertTrue(Arrays.equals(bytes, again.toBytes()));
        for (double rank = 0; rank <= 1; rank += 0.01) {
            assertEquals(sketch.quantile(rank), again.quantile(rank));
        }
        again.add(20_000);
        assertEquals(10_001, again.count());
        assertEquals(20_000, again.quantile(1));
        assertEquals(0, read(create(1).toBytes()).count());
    }

    @Test
    @DisplayName("QS-7 refuses what is no number, ranks out of range and questions about nothing")
    void badInput() {
        Quantiles sketch = create(7);
        assertThrows(IllegalStateException.class, () -> sketch.quantile(0.5));
        assertThrows(IllegalStateException.class, () -> sketch.rank(0.5));
        assertThrows(IllegalArgumentException.class, () -> sketch.add(Double.NaN));
        assertEquals(0, sketch.count());
        sketch.add(1);
        for (double rank : new double[] {-0.01, 1.01, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> sketch.quantile(rank));
        }
        assertThrows(IllegalArgumentException.class, () -> sketch.rank(Double.NaN));
        assertEquals(1, sketch.quantile(0.5));
    }
}
