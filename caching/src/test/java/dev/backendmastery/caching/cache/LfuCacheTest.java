package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LfuCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.lfu();
    }

    @Test
    @DisplayName("LFU-1 evicts what was used least often, and of those the one that has been so for longest")
    void evictsTheLeastFrequent() {
        BoundedCache<Integer, Integer> cache = ofSize(3);
        replay(cache, IntStream.of(1, 1, 1, 2, 2, 3)); // uses: three, two, one
        replay(cache, IntStream.of(4)); // 3 goes, and 4 has one
        replay(cache, IntStream.of(5)); // 4 goes
        assertEquals(List.of(1, 2, 5), kept(cache, 1, 2, 3, 4, 5));
    }

    @Test
    @DisplayName("LFU-1 counts a write as a use")
    void countsWrites() {
        BoundedCache.Builder<Integer, Integer> timed =
                BoundedCache.<Integer, Integer>builder().maximumSize(2).expireAfterWrite(Duration.ofHours(1));
        for (BoundedCache<Integer, Integer> cache : List.of(ofSize(2), build(timed))) {
            cache.put(1, 1);
            cache.put(1, 2);
            cache.put(2, 1);
            cache.put(3, 1);
            assertEquals(List.of(1, 3), kept(cache, 1, 2, 3));
        }
    }
}
