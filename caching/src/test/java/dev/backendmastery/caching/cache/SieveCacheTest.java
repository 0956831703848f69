package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SieveCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.sieve();
    }

    @Test
    @DisplayName(
            "SV-1 the hand spares and unmarks what was hit, stays where it took one, and starts again at the oldest")
    void theHandStays() {
        BoundedCache<Integer, Integer> cache = ofSize(4);
        replay(cache, IntStream.of(1, 2, 3, 4, 1, 3));
        replay(cache, IntStream.of(5)); // spares 1, takes 2, and looks at 3 next
        replay(cache, IntStream.of(6)); // spares 3, takes 4, and looks at 5 next
        replay(cache, IntStream.of(7)); // takes 5, though 1 is older and unmarked
        assertEquals(List.of(1, 3, 6, 7), kept(cache, 1, 2, 3, 4, 5, 6, 7));
    }

    @Test
    @DisplayName("SV-1 a removal under the hand moves it on")
    void removalUnderTheHand() {
        BoundedCache<Integer, Integer> cache = ofSize(3);
        replay(cache, IntStream.of(1, 2, 3, 1, 4)); // the hand has taken 2 and is at 3
        cache.remove(3);
        cache.validate();
        replay(cache, IntStream.of(5, 6)); // 5 has room; for 6 the hand takes 4
        assertEquals(List.of(1, 5, 6), kept(cache, 1, 2, 3, 4, 5, 6));
    }
}
