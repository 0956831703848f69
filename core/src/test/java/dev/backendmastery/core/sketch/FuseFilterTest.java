package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FuseFilterTest extends MembershipContract {

    @Override
    protected MembershipFilter create(long expected, long... items) {
        return FuseFilter.of(items);
    }

    @Override
    protected MembershipFilter ofTexts(String... items) {
        return FuseFilter.of(List.of(items));
    }

    @Override
    protected MembershipFilter read(byte[] bytes) {
        return FuseFilter.fromBytes(bytes);
    }

    @Override
    protected double falsePositives() {
        return 1.0 / 256;
    }

    @Override
    protected double bitsPerItem() {
        return 9.5;
    }

    @Override
    protected long golden() {
        return 1_516_325_239L;
    }

    @Override
    protected boolean grows() {
        return false;
    }

    @Override
    protected boolean merges() {
        return false;
    }

    @Test
    void countsTheSameItemOnce() {
        long[] twice = new SplittableRandom(1).longs(10_000).toArray();
        System.arraycopy(twice, 0, twice, 5_000, 5_000);
        long[] before = twice.clone();
        FuseFilter filter = FuseFilter.of(twice);
        assertTrue(Arrays.equals(before, twice), "what was handed in stays as it is");
        assertEquals(FuseFilter.of(Arrays.copyOf(twice, 5_000)).bits(), filter.bits());
    }

    @Test
    void takesAboutNineBitsAnItemWhereThereAreMany() {
        FuseFilter filter =
                FuseFilter.of(new SplittableRandom(2).longs(1_000_000).toArray());
        double bits = filter.bits() / 1_000_000.0;
        assertTrue(bits <= 9.1, () -> bits + " bits an item");
    }

    @Test
    void succeedsAtEverySmallSize() {
        for (int count = 0; count < 600; count++) {
            long[] items = new SplittableRandom(count).longs(count).toArray();
            FuseFilter filter = FuseFilter.of(items);
            for (long item : items) {
                assertTrue(filter.mightContain(item));
            }
        }
    }
}
