package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClockCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.clock();
    }

    @Test
    @DisplayName("CLK-1 evicts in the order of arrival, but gives what was hit one round more, however often it was")
    void givesASecondChance() {
        BoundedCache<Integer, Integer> once = ofSize(3);
        replay(once, IntStream.of(1, 2, 3, 1, 4));
        assertEquals(List.of(1, 3, 4), kept(once, 1, 2, 3, 4));

        BoundedCache<Integer, Integer> cache = ofSize(3);
        replay(cache, IntStream.of(1, 2, 3, 1, 1, 1));
        replay(cache, IntStream.of(4)); // passes 1, takes 2
        replay(cache, IntStream.of(5)); // takes 3
        replay(cache, IntStream.of(6)); // takes 1: its hits were one chance
        assertEquals(List.of(4, 5, 6), kept(cache, 1, 2, 3, 4, 5, 6));
    }
}
