package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link FrequencySketch} must hold. Extend it, say how to create yours, run it. */
@DisplayName("A FrequencySketch")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class FrequencyContract {

    /** The part of the total by which estimates may be too high. */
    protected static final double ERROR = 0.01;

    /** A sketch that is off by at most {@link #ERROR} of the total, but for {@link #seldom}. */
    protected abstract FrequencySketch create();

    /** A sketch of another size. */
    protected abstract FrequencySketch createLarger();

    /** How seldom an estimate may be off by more. */
    protected abstract double seldom();

    protected abstract FrequencySketch merge(FrequencySketch one, FrequencySketch other);

    /** The sketch of the bytes. */
    protected abstract FrequencySketch read(byte[] bytes);

    /** {@link Bytes#checkSum} of a sketch of the first stream when this class was written. */
    protected abstract long golden();

    /** The most frequent items, where the sketch knows them; else none. */
    protected List<HeavyHitters.Hit> top(FrequencySketch sketch, int count) {
        return List.of();
    }

    /** Items of which the frequent ones come often: the r-th about as often as 1/r. */
    protected static String[] stream(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        String[] items = new String[length];
        for (int i = 0; i < length; i++) {
            items[i] = "item " + (int) Math.exp(random.nextDouble() * Math.log(20_000));
        }
        return items;
    }

    private static Map<String, Long> counts(String[] stream) {
        Map<String, Long> counts = new HashMap<>();
        for (String item : stream) {
            counts.merge(item, 1L, Long::sum);
        }
        return counts;
    }

    private FrequencySketch filled(String[] stream) {
        FrequencySketch sketch = create();
        for (String item : stream) {
            sketch.add(item);
        }
        return sketch;
    }

    private static void assertNeverBelow(FrequencySketch sketch, Map<String, Long> counts) {
        counts.forEach((item, count) -> assertTrue(
                sketch.estimate(item) >= count,
                () -> item + " came " + count + " times, the estimate is " + sketch.estimate(item)));
    }

    private void assertSeldomFarAbove(FrequencySketch sketch, Map<String, Long> counts) {
        long far = counts.entrySet().stream()
                .filter(each -> sketch.estimate(each.getKey()) > each.getValue() + ERROR * sketch.total())
                .count();
        assertTrue(far <= seldom() * counts.size(), () -> far + " estimates of " + counts.size() + " are too high");
    }

    @Test
    @DisplayName("FS-1 never estimates less than the true count")
    void neverBelow() {
        for (int seed = 0; seed < 5; seed++) {
            String[] stream = stream(seed, 20_000);
            assertNeverBelow(filled(stream), counts(stream));
        }
    }

    @Test
    @DisplayName("FS-2 estimates more than the stated part of the total too much only as seldom as stated")
    void seldomFarAbove() {
        for (int seed = 0; seed < 20; seed++) {
            String[] stream = stream(seed, 20_000);
            FrequencySketch sketch = filled(stream);
            Map<String, Long> asked = counts(stream);
            for (int i = 0; i < 2_000; i++) {
                asked.put("never came " + i, 0L);
            }
            assertSeldomFarAbove(sketch, asked);
        }
    }

    @Test
    @DisplayName("FS-3 adds up counts, in large steps as in small ones")
    void steps() {
        FrequencySketch sketch = create();
        assertEquals(0, sketch.estimate("a"));
        assertEquals(0, sketch.total());
        sketch.add("a", 1_000_000_000_000L);
        sketch.add("a");
        sketch.add("a", 0);
        sketch.add("b", 5);
        assertEquals(1_000_000_000_001L, sketch.estimate("a"));
        assertEquals(5, sketch.estimate("b"));
        assertEquals(1_000_000_000_006L, sketch.total());
    }

    @Test
    @DisplayName("FS-4 keeps both bounds when merged")
    void merged() {
        for (int seed = 0; seed < 5; seed++) {
            String[] left = stream(seed, 10_000);
            String[] right = stream(100 + seed, 30_000);
            for (int i = 0; i < right.length; i += 2) {
                right[i] = "right " + right[i];
            }
            FrequencySketch one = filled(left);
            byte[] before = one.toBytes();
            FrequencySketch both = merge(one, filled(right));
            Map<String, Long> counts = counts(left);
            counts(right).forEach((item, count) -> counts.merge(item, count, Long::sum));
            assertEquals(40_000, both.total());
            assertNeverBelow(both, counts);
            assertSeldomFarAbove(both, counts);
            assertTrue(Arrays.equals(before, one.toBytes()), "the merged ones stay as they are");
        }
        assertThrows(IllegalArgumentException.class, () -> merge(create(), createLarger()));
    }

    @Test
    @DisplayName("FS-5 reads its bytes back, which are the same everywhere, and refuses any others")
    void bytes() {
        String[] stream = stream(0, 20_000);
        FrequencySketch sketch = filled(stream);
        byte[] bytes = sketch.toBytes();
        Bytes.check(bytes, golden(), this::read);
        FrequencySketch again = read(bytes);
        assertEquals(sketch.total(), again.total());
        counts(stream).keySet().forEach(item -> assertEquals(sketch.estimate(item), again.estimate(item)));
        assertTrue(Arrays.equals(bytes, again.toBytes()));
        again.add("item 1");
        assertEquals(sketch.estimate("item 1") + 1, again.estimate("item 1"), "and goes on");
        assertEquals(0, read(create().toBytes()).total());
    }

    @Test
    @DisplayName("FS-6 loses nothing that simultaneous callers add")
    void simultaneousAdds() throws Exception {
        for (int round = 0; round < 5; round++) {
            FrequencySketch sketch = create();
            Threads.run(thread -> {
                for (int i = 0; i < 4_000; i++) {
                    sketch.add("shared " + i % 10);
                }
            });
            assertEquals(4_000 * Threads.COUNT, sketch.total());
            for (int i = 0; i < 10; i++) {
                long estimate = sketch.estimate("shared " + i);
                assertTrue(estimate >= 400 * Threads.COUNT, () -> estimate + " of " + 400 * Threads.COUNT);
            }
        }
    }

    @Test
    @DisplayName("FS-7 refuses counts below 0 and sums above what a number holds, and stays as it was")
    void badCounts() {
        FrequencySketch sketch = create();
        sketch.add("a", 3);
        assertThrows(IllegalArgumentException.class, () -> sketch.add("a", -1));
        assertThrows(ArithmeticException.class, () -> sketch.add("a", Long.MAX_VALUE));
        assertEquals(3, sketch.estimate("a"));
        assertEquals(3, sketch.total());
    }

    @Test
    @DisplayName("FS-8 finds every item that came often enough, each within its own error, where it finds any")
    void heavyHitters() {
        for (int seed = 0; seed < 10; seed++) {
            String[] stream = stream(seed, 20_000);
            FrequencySketch sketch = filled(stream);
            if (seed % 2 == 1) {
                sketch = merge(filled(Arrays.copyOf(stream, 5_000)), filled(Arrays.copyOfRange(stream, 5_000, 20_000)));
            }
            List<HeavyHitters.Hit> top = top(sketch, Integer.MAX_VALUE);
            if (top.isEmpty()) {
                return;
            }
            Map<String, Long> counts = counts(stream);
            for (HeavyHitters.Hit hit : top) {
                long count = counts.getOrDefault(hit.item(), 0L);
                assertTrue(
                        hit.estimate() >= count && hit.estimate() - hit.error() <= count, () -> hit + " of " + count);
            }
            List<String> found = top.stream().map(HeavyHitters.Hit::item).toList();
            counts.forEach((item, count) -> assertTrue(
                    count <= ERROR * stream.length || found.contains(item), () -> item + " came " + count + " times"));
            assertTrue(top(sketch, 3).equals(top.subList(0, 3)), "the first three");
        }
    }
}
