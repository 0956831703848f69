package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link MembershipFilter} must hold. Extend it, say how to create yours and what it promises, run it.
 *
 * <p>Filters differ in what they can do besides: {@link #grows}, {@link #merges} and {@link #forgets} say what yours can.
 */
@DisplayName("A MembershipFilter")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class MembershipContract {

    /** A filter made for {@code expected} numbers, with these in it. */
    protected abstract MembershipFilter create(long expected, long... items);

    /** A filter with these texts in it. */
    protected abstract MembershipFilter ofTexts(String... items);

    /** The filter of the bytes. */
    protected abstract MembershipFilter read(byte[] bytes);

    /** The rate of false positives that a filter of {@link #create} is made for. */
    protected abstract double falsePositives();

    /** The bits that it takes for each of 300,000 items. */
    protected abstract double bitsPerItem();

    /** {@link Bytes#checkSum} of the filter of the numbers from 0 to 99 when this class was written. */
    protected abstract long golden();

    /** Whether items can be added. */
    protected boolean grows() {
        return true;
    }

    /** Adds an item, where {@link #grows}. */
    protected void add(MembershipFilter filter, long item) {
        throw new IllegalStateException("say how to add " + item + " to " + filter);
    }

    /** Whether filters can be merged. */
    protected boolean merges() {
        return true;
    }

    /** What either contains, where {@link #merges}. */
    protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
        throw new IllegalStateException("say how to merge " + one + " and " + other);
    }

    /** Whether items can be removed, and the room for them ends. */
    protected boolean forgets() {
        return false;
    }

    /** Takes one add back, where {@link #forgets}. */
    protected boolean remove(MembershipFilter filter, long item) {
        throw new IllegalStateException("say how to remove " + item + " from " + filter);
    }

    private static long[] random(long seed, int count) {
        return new SplittableRandom(seed).longs(count).toArray();
    }

    private static void assertContains(MembershipFilter filter, long[] items) {
        for (long item : items) {
            assertTrue(filter.mightContain(item), () -> item + " was added");
        }
    }

    private static double rate(MembershipFilter filter, int questions, LongUnaryOperator other) {
        return (double) LongStream.range(0, questions)
                        .map(other)
                        .filter(filter::mightContain)
                        .count()
                / questions;
    }

    /** The stated rate, 5 % more, and four standard deviations of so many questions. */
    private double most(int questions) {
        return falsePositives() * 1.05 + 4 * Math.sqrt(falsePositives() / questions);
    }

    @Test
    @DisplayName("MF-1 contains what was added")
    void noFalseNegatives() {
        for (int count : new int[] {1, 2, 3, 10, 1_000, 20_000}) {
            long[] random = random(count, count);
            assertContains(create(count, random), random);
            long[] consecutive = LongStream.range(0, count).toArray();
            assertContains(create(count, consecutive), consecutive);
            long[] multiples = LongStream.range(0, count).map(i -> i << 40).toArray();
            assertContains(create(count, multiples), multiples);
        }
        long[] edges = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE};
        assertContains(create(5, edges), edges);
    }

    @Test
    @DisplayName("MF-2 contains at most the stated part of what was not added")
    void falsePositivesAreRare() {
        double sum = 0;
        int seeds = 10;
        for (int seed = 0; seed < seeds; seed++) {
            SplittableRandom others = new SplittableRandom(1_000 + seed);
            sum += rate(create(10_000, random(seed, 10_000)), 100_000, i -> others.nextLong());
        }
        double rate = sum / seeds;
        assertTrue(rate <= most(seeds * 100_000), () -> "rate of false positives was " + rate);
        assertFalse(create(10).mightContain(1), "an empty filter contains nothing, or one in some hundred");
    }

    @Test
    @DisplayName("MF-3 takes at most the stated memory")
    void memory() {
        double bits = create(300_000, random(3, 300_000)).bits() / 300_000.0;
        assertTrue(bits <= bitsPerItem(), () -> bits + " bits an item");
    }

    @Test
    @DisplayName("MF-4 tells apart items that differ in little")
    void similarItems() {
        MembershipFilter even =
                create(30_000, LongStream.range(0, 30_000).map(i -> 2 * i).toArray());
        double odd = rate(even, 300_000, i -> 2 * i + 1);
        assertTrue(odd <= most(300_000), () -> "even numbers in, odd numbers found: " + odd);
        MembershipFilter low = create(30_000, LongStream.range(0, 30_000).toArray());
        double high = rate(low, 300_000, i -> i % 30_000 + ((1 + i / 30_000) << 32));
        assertTrue(high <= most(300_000), () -> "small numbers in, found with other upper halves: " + high);
    }

    @Test
    @DisplayName("MF-5 places texts and bytes by their contents")
    void contents() {
        String[] texts = LongStream.range(0, 1_000).mapToObj(i -> "user " + i).toArray(String[]::new);
        MembershipFilter filter = ofTexts(texts);
        for (String text : texts) {
            assertTrue(filter.mightContain(text), text);
            assertTrue(filter.mightContain(CharBuffer.wrap(text)), text);
            assertTrue(filter.mightContainHash(ItemSketch.HASHER.hashCharsToLong(text)), text);
        }
        long found = LongStream.range(1_000, 11_000)
                .filter(i -> filter.mightContain("user " + i))
                .count();
        assertTrue(found <= 10_000 * most(10_000), () -> found + " other texts of 10,000 found");
        long bytes = LongStream.range(0, 10_000)
                .filter(i -> filter.mightContain(("user " + i).getBytes(StandardCharsets.UTF_8)))
                .count();
        assertTrue(bytes <= 10_000 * most(10_000), () -> bytes + " of 10,000 found, of another kind");
    }

    @Test
    @DisplayName("MF-6 contains, merged, what either contained, and no more than that many items make")
    void merged() {
        if (!merges()) {
            return;
        }
        long[] left = random(61, 10_000);
        long[] right = random(62, 10_000);
        MembershipFilter one = create(20_000, left);
        MembershipFilter other = create(20_000, right);
        byte[] before = one.toBytes();
        MembershipFilter both = merge(one, other);
        assertContains(both, left);
        assertContains(both, right);
        assertTrue(Arrays.equals(before, one.toBytes()), "the merged ones stay as they are");
        SplittableRandom others = new SplittableRandom(63);
        double rate = rate(both, 200_000, i -> others.nextLong());
        assertTrue(rate <= most(200_000), () -> "rate of false positives was " + rate);
        MembershipFilter small = create(10, 1);
        assertThrows(IllegalArgumentException.class, () -> merge(one, small));
    }

    @Test
    @DisplayName("MF-7 reads its bytes back, which are the same everywhere, and refuses any others")
    void bytes() {
        long[] items = LongStream.range(0, 100).toArray();
        byte[] bytes = create(100, items).toBytes();
        Bytes.check(bytes, golden(), this::read);
        MembershipFilter again = read(bytes);
        assertContains(again, items);
        assertTrue(Arrays.equals(bytes, again.toBytes()), "and back again");
        MembershipFilter filter = create(5_000, random(7, 5_000));
        MembershipFilter copy = read(filter.toBytes());
        assertEquals(filter.bits(), copy.bits());
        for (long item : random(70, 50_000)) {
            assertEquals(filter.mightContain(item), copy.mightContain(item));
        }
    }

    @Test
    @DisplayName("MF-8 loses nothing that simultaneous writers add")
    void simultaneousWriters() throws Exception {
        if (!grows()) {
            return;
        }
        for (int round = 0; round < 5; round++) {
            MembershipFilter filter = create(4_000);
            long[] items = random(80 + round, 4_000);
            Threads.run(thread -> {
                for (int i = thread; i < items.length; i += Threads.COUNT) {
                    add(filter, items[i]);
                    if (!filter.mightContain(items[i])) {
                        throw new IllegalStateException("a writer does not find what it has added");
                    }
                }
            });
            assertContains(filter, items);
        }
    }

    @Test
    @DisplayName("MF-9 takes back one add and no other")
    void removes() {
        if (!forgets()) {
            return;
        }
        long[] stays = random(91, 10_000);
        long[] leaves = random(92, 10_000);
        MembershipFilter filter = create(20_010, stays);
        for (long item : leaves) {
            add(filter, item);
        }
        for (long item : leaves) {
            assertTrue(remove(filter, item), () -> item + " was there");
        }
        assertContains(filter, stays);
        long left = Arrays.stream(leaves).filter(filter::mightContain).count();
        assertTrue(left <= 10_000 * most(10_000), () -> left + " of 10,000 are still there");
        add(filter, 42);
        add(filter, 42);
        assertTrue(remove(filter, 42));
        assertTrue(filter.mightContain(42), "added twice, removed once");
        assertTrue(remove(filter, 42));
        assertFalse(filter.mightContain(42));
        assertFalse(remove(filter, 42), "it is not there");
    }

    @Test
    @DisplayName("MF-10 holds what it is made for, and when it is full says so and keeps all it has")
    void full() {
        if (!forgets()) {
            return;
        }
        for (int expected : new int[] {1, 10, 1_000, 5_000}) {
            MembershipFilter filter = create(expected);
            long[] items = random(expected, expected * 2 + 200);
            int added = 0;
            boolean full = false;
            while (added < items.length && !full) {
                byte[] before = added >= expected ? filter.toBytes() : new byte[0];
                try {
                    add(filter, items[added]);
                    added++;
                } catch (IllegalStateException e) {
                    full = true;
                    assertTrue(Arrays.equals(before, filter.toBytes()), "nothing has changed");
                }
            }
            assertTrue(full, "no end to what it takes");
            assertTrue(added >= expected, "full with " + added + " of " + expected);
            assertContains(filter, Arrays.copyOf(items, added));
            assertTrue(remove(filter, items[0]));
            add(filter, items[0]);
        }
    }
}
