package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CuckooFilterTest extends MembershipContract {

    @Override
    protected MembershipFilter create(long expected, long... items) {
        CuckooFilter filter = CuckooFilter.of(expected);
        for (long item : items) {
            filter.add(item);
        }
        return filter;
    }

    @Override
    protected MembershipFilter ofTexts(String... items) {
        CuckooFilter filter = CuckooFilter.of(items.length);
        for (String item : items) {
            filter.add(item);
        }
        return filter;
    }

    @Override
    protected MembershipFilter read(byte[] bytes) {
        return CuckooFilter.fromBytes(bytes);
    }

    @Override
    protected double falsePositives() {
        return 0.00012;
    }

    @Override
    protected double bitsPerItem() {
        return 17;
    }

    @Override
    protected long golden() {
        return 1_295_802_049L;
    }

    @Override
    protected void add(MembershipFilter filter, long item) {
        ((CuckooFilter) filter).add(item);
    }

    @Override
    protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
        return ((CuckooFilter) one).merge((CuckooFilter) other);
    }

    @Override
    protected boolean forgets() {
        return true;
    }

    @Override
    protected boolean remove(MembershipFilter filter, long item) {
        return ((CuckooFilter) filter).remove(item);
    }

    @Test
    void agreesWithABagThroughALongHistory() {
        SplittableRandom random = new SplittableRandom(1);
        CuckooFilter filter = CuckooFilter.of(2_000);
        Map<Long, Integer> bag = new HashMap<>();
        int size = 0;
        for (int step = 0; step < 100_000; step++) {
            long item = random.nextLong(1_500);
            int there = bag.getOrDefault(item, 0);
            if (there > 0 && random.nextBoolean()) {
                assertTrue(filter.remove(item));
                bag.put(item, there - 1);
                size--;
            } else if (there < 2 && size < 2_000) {
                filter.add(item);
                bag.put(item, there + 1);
                size++;
            }
            assertEquals(size, filter.size());
            long asked = random.nextLong(1_500);
            assertTrue(bag.getOrDefault(asked, 0) == 0 || filter.mightContain(asked));
        }
    }

    @Test
    void mergesOftenAsBothTogether() {
        CuckooFilter one = CuckooFilter.of(100);
        one.add("a");
        one.add("b");
        CuckooFilter merged = one.merge(one);
        assertEquals(4, merged.size());
        assertTrue(merged.remove("a"));
        assertTrue(merged.mightContain("a"));
        CuckooFilter full = CuckooFilter.of(100);
        for (int i = 0; i < 100; i++) {
            full.add(i);
        }
        assertThrows(IllegalStateException.class, () -> full.merge(full));
        assertEquals(100, full.size());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> CuckooFilter.of(0));
        assertThrows(IllegalArgumentException.class, () -> CuckooFilter.of(Long.MAX_VALUE));
    }
}
