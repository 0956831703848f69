package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a counter of distinct items must hold. Extend it, wrap yours as a {@link Counter}, run it. */
@DisplayName("A counter of distinct items")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class CardinalityContract {

    /** What is tested. */
    protected interface Counter {
        /** Adds an item, and tells whether anything has changed. */
        boolean add(long item);

        double estimate();

        Counter merge(Counter other);

        byte[] toBytes();
    }

    /** An empty counter of about 2^{@code precision} bytes. */
    protected abstract Counter create(int precision);

    /** The counter of the bytes. */
    protected abstract Counter read(byte[] bytes);

    /** The error in theory, relative to the count. */
    protected abstract double theory(int precision);

    /** {@link Bytes#checkSum} of a counter of precision 8 of the numbers from 0 to 9,999 when this class was written. */
    protected abstract long golden();

    private Counter filled(int precision, long from, long to) {
        Counter counter = create(precision);
        for (long item = from; item < to; item++) {
            counter.add(item);
        }
        return counter;
    }

    @Test
    @DisplayName("UL-1 is off by 1.05 times the stated error at most, as a root-mean-square over many sets")
    void error() {
        for (int precision : new int[] {8, 10}) {
            int seeds = 1_000;
            double squares = 0;
            for (int seed = 0; seed < seeds; seed++) {
                double estimate = filled(precision, seed * 1_000_000L, seed * 1_000_000L + 8_000)
                        .estimate();
                squares += (estimate / 8_000 - 1) * (estimate / 8_000 - 1);
            }
            double error = Math.sqrt(squares / seeds);
            double most = 1.05 * theory(precision);
            assertTrue(error <= most, () -> "error of " + error + " with precision " + precision + ", at most " + most);
        }
    }

    @Test
    @DisplayName("UL-2 is neither too high nor too low on average, at any count")
    void bias() {
        int[] counts = {50, 200, 500, 1_000, 2_000, 5_000};
        int seeds = 300;
        double[] sums = new double[counts.length];
        for (int seed = 0; seed < seeds; seed++) {
            Counter counter = create(8);
            SplittableRandom random = new SplittableRandom(seed);
            int added = 0;
            for (int i = 0; i < counts.length; i++) {
                for (; added < counts[i]; added++) {
                    counter.add(random.nextLong());
                }
                sums[i] += counter.estimate() / counts[i] - 1;
            }
        }
        for (int i = 0; i < counts.length; i++) {
            double bias = sums[i] / seeds;
            int count = counts[i];
            assertTrue(
                    Math.abs(bias) <= 4 * theory(8) / Math.sqrt(seeds),
                    () -> "of " + count + " items the mean estimate is off by " + bias);
        }
    }

    @Test
    @DisplayName("UL-3 counts some dozens of items nearly exactly")
    void small() {
        assertEquals(0, create(12).estimate());
        int far = 0;
        for (int seed = 0; seed < 50; seed++) {
            Counter counter = create(12);
            SplittableRandom random = new SplittableRandom(seed);
            for (int count = 1; count <= 40; count++) {
                counter.add(random.nextLong());
                far += Math.abs(counter.estimate() - count) > 1 ? 1 : 0;
            }
        }
        int misses = far;
        assertTrue(misses <= 100, () -> misses + " of 2,000 estimates are off by more than 1");
    }

    @Test
    @DisplayName("UL-4 counts the same item once, however often it comes")
    void duplicates() {
        Counter counter = filled(10, 0, 5_000);
        byte[] before = counter.toBytes();
        for (int i = 0; i < 3; i++) {
            for (long item = 0; item < 5_000; item++) {
                assertTrue(!counter.add(item), "it says that something has changed");
            }
        }
        assertTrue(Arrays.equals(before, counter.toBytes()));
    }

    @Test
    @DisplayName("UL-5 merges to the counter of the union, byte for byte, in any order")
    void merge() {
        Counter a = filled(8, 0, 3_000);
        Counter b = filled(8, 2_000, 6_000);
        Counter c = filled(8, 100_000, 100_003);
        byte[] before = a.toBytes();
        Counter union = create(8);
        for (long item = 0; item < 6_000; item++) {
            union.add(item);
        }
        assertTrue(Arrays.equals(union.toBytes(), a.merge(b).toBytes()), "the union");
        assertTrue(Arrays.equals(a.merge(b).toBytes(), b.merge(a).toBytes()), "either way round");
        assertTrue(
                Arrays.equals(a.merge(b).merge(c).toBytes(), a.merge(b.merge(c)).toBytes()), "in any grouping");
        assertTrue(Arrays.equals(a.toBytes(), a.merge(a).merge(create(8)).toBytes()), "with itself, and with nothing");
        assertTrue(Arrays.equals(before, a.toBytes()), "the merged ones stay as they are");
        Counter larger = create(9);
        assertThrows(IllegalArgumentException.class, () -> a.merge(larger));
    }

    @Test
    @DisplayName("UL-6 reads its bytes back, which are the same everywhere, and refuses any others")
    void bytes() {
        Counter counter = filled(8, 0, 10_000);
        byte[] bytes = counter.toBytes();
        Bytes.check(bytes, golden(), this::read);
        Counter again = read(bytes);
        assertEquals(counter.estimate(), again.estimate());
        assertTrue(Arrays.equals(bytes, again.toBytes()));
        assertEquals(0, read(create(6).toBytes()).estimate());
    }

    @Test
    @DisplayName("UL-7 loses nothing that simultaneous callers add")
    void simultaneousAdds() throws Exception {
        byte[] expected = filled(7, 0, 40_000).toBytes();
        for (int round = 0; round < 5; round++) {
            Counter counter = create(7);
            Threads.run(thread -> {
                for (long item = thread; item < 40_000; item += Threads.COUNT) {
                    counter.add(item);
                }
            });
            assertTrue(Arrays.equals(expected, counter.toBytes()), "the same as of one thread");
        }
    }
}
