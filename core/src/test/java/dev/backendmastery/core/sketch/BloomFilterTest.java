package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BloomFilterTest extends MembershipContract {

    @Override
    protected MembershipFilter create(long expected, long... items) {
        BloomFilter filter = BloomFilter.of(expected, 0.01);
        for (long item : items) {
            filter.add(item);
        }
        return filter;
    }

    @Override
    protected MembershipFilter ofTexts(String... items) {
        BloomFilter filter = BloomFilter.of(items.length, 0.01);
        for (String item : items) {
            filter.add(item);
        }
        return filter;
    }

    @Override
    protected MembershipFilter read(byte[] bytes) {
        return BloomFilter.fromBytes(bytes);
    }

    @Override
    protected double falsePositives() {
        return 0.01;
    }

    @Override
    protected double bitsPerItem() {
        return 10.6;
    }

    @Override
    protected long golden() {
        return 3_348_359_781L;
    }

    @Override
    protected void add(MembershipFilter filter, long item) {
        ((BloomFilter) filter).add(item);
    }

    @Override
    protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
        return ((BloomFilter) one).merge((BloomFilter) other);
    }

    @Test
    void keepsAnyRateThatItIsAskedFor() {
        for (double wanted : new double[] {0.3, 0.05, 0.001, 0.0001}) {
            BloomFilter filter = BloomFilter.of(50_000, wanted);
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 50_000; i++) {
                filter.add(random.nextLong());
            }
            int found = 0;
            int questions = 2_000_000;
            for (int i = 0; i < questions; i++) {
                found += filter.mightContain(random.nextLong()) ? 1 : 0;
            }
            double rate = (double) found / questions;
            double noise = 4 * Math.sqrt(wanted / questions);
            assertTrue(rate <= wanted * 1.02 + noise, () -> rate + " where " + wanted + " is wanted");
            assertTrue(rate >= wanted * 0.9 - noise, () -> rate + " is more memory than " + wanted + " needs");
            assertEquals(wanted, filter.falsePositiveRate(50_000), wanted * 0.01);
        }
    }

    @Test
    void tellsTheRateOfAFilterThatIsOverfull() {
        BloomFilter filter = BloomFilter.of(10_000, 0.01);
        SplittableRandom random = new SplittableRandom(2);
        assertEquals(0, filter.falsePositiveRate(0));
        for (int i = 0; i < 30_000; i++) {
            filter.add(random.nextLong());
        }
        int found = 0;
        for (int i = 0; i < 100_000; i++) {
            found += filter.mightContain(random.nextLong()) ? 1 : 0;
        }
        assertEquals(filter.falsePositiveRate(30_000), found / 100_000.0, 0.01);
    }

    @Test
    void saysWhetherAnItemWasNew() {
        BloomFilter filter = BloomFilter.of(100, 0.001);
        assertTrue(filter.add("a"));
        assertFalse(filter.add("a"));
        assertTrue(filter.add(new byte[] {1}));
        assertTrue(filter.mightContain(new byte[] {1}));
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> BloomFilter.of(0, 0.01));
        assertThrows(IllegalArgumentException.class, () -> BloomFilter.of(10, 0));
        assertThrows(IllegalArgumentException.class, () -> BloomFilter.of(10, 0.6));
        assertThrows(IllegalArgumentException.class, () -> BloomFilter.of(10, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> BloomFilter.of(Long.MAX_VALUE, 0.01));
    }
}
