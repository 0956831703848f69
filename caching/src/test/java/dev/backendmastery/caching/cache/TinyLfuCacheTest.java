package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TinyLfuCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.tinyLfu();
    }

    @Test
    @DisplayName("TL-1 admits only what was seen more often than the victim: a scan passes, a new favourite gets in")
    void admitsByFrequency() {
        BoundedCache<Integer, Integer> cache = ofSize(100);
        for (int round = 0; round < 4; round++) {
            replay(cache, IntStream.range(0, 90));
        }
        replay(cache, IntStream.range(1_000, 1_500));
        int left = kept(cache, IntStream.range(0, 90).toArray()).size();
        assertTrue(left >= 88, () -> left + " of 90: a sketch may err, but seldom");
        for (int round = 0; round < 12; round++) {
            replay(
                    cache,
                    IntStream.concat(
                            IntStream.range(5_000, 5_005), IntStream.range(6_000 + 10 * round, 6_010 + 10 * round)));
        }
        assertEquals(List.of(5_000, 5_001, 5_002, 5_003, 5_004), kept(cache, 5_000, 5_001, 5_002, 5_003, 5_004));
    }

    @Test
    @DisplayName("TL-2 the window grows where recent use predicts the next, and so holds what a fixed one turns away")
    void theWindowClimbs() {
        BoundedCache<Integer, Integer> fixed = BoundedCache.<Integer, Integer>builder()
                .maximumSize(100)
                .random(new SplittableRandom(1))
                .tinyLfu(0.01);
        // Each key is asked for twice, 13 requests apart, and never again.
        IntStream requests = IntStream.range(0, 200_000).map(i -> i % 2 == 0 ? i : i - 13);
        IntStream same = IntStream.range(0, 200_000).map(i -> i % 2 == 0 ? i : i - 13);
        int climbed = replay(ofSize(100), requests);
        int stayed = replay(fixed, same);
        assertTrue(climbed > 80_000, () -> climbed + " of 100,000 returns are hits");
        assertTrue(stayed < climbed / 2, () -> stayed + " with a fixed window, " + climbed + " with one that climbs");
    }

    @Test
    @DisplayName("TL-2 a window must be a share")
    void refusesWindows() {
        for (double window : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(
                    IllegalArgumentException.class, () -> BoundedCache.builder().tinyLfu(window));
        }
    }
}
