package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LruCacheTest extends BoundedCacheContract {

    private final ManualTicker ticker = new ManualTicker();

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.lru();
    }

    @Test
    @DisplayName("LRU-1 evicts exactly what a LinkedHashMap in access order would")
    void evictsExactlyWhatALinkedHashMapInAccessOrderWould() {
        Random random = new Random(4);
        for (int maximum : new int[] {1, 2, 3, 50, 333}) {
            BoundedCache<Integer, Integer> cache = ofSize(maximum);
            Map<Integer, Integer> model = new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
                    return size() > maximum;
                }
            };
            for (int i = 0; i < 20_000; i++) {
                int key = (int) Math.abs(random.nextGaussian() * maximum);
                switch (random.nextInt(10)) {
                    case 0 -> {
                        cache.put(key, i);
                        model.put(key, i);
                    }
                    case 1 -> {
                        cache.remove(key);
                        model.remove(key);
                    }
                    default -> assertEquals(model.get(key), cache.getIfPresent(key));
                }
                if (!model.containsKey(key) && random.nextInt(3) == 0) {
                    int value = i;
                    assertEquals(value, cache.get(key, k -> value));
                    model.put(key, value);
                }
            }
            cache.validate();
            assertEquals(model.size(), cache.size());
        }
    }

    @Test
    void givesEachEntryItsOwnLife() {
        BoundedCache<String, Duration> cache = BoundedCache.<String, Duration>builder()
                .expireAfterWrite((key, life) -> life)
                .ticker(ticker)
                .lru();
        cache.put("short", Duration.ofSeconds(1));
        cache.put("long", Duration.ofSeconds(3));
        cache.put("none", Duration.ZERO);
        List<Integer> alive = new ArrayList<>();
        for (int second = 0; second < 4; second++) {
            int count = 0;
            for (String key : List.of("short", "long", "none")) {
                count += cache.getIfPresent(key) == null ? 0 : 1;
            }
            alive.add(count);
            ticker.advance(Duration.ofSeconds(1));
        }
        assertEquals(List.of(2, 1, 1, 0), alive);
        assertEquals(3, cache.stats().expirations());
        assertEquals(0, cache.size());
    }

    @Test
    void refusesBadSettings() {
        assertThrows(
                IllegalArgumentException.class, () -> BoundedCache.builder().maximumSize(-1));
        assertThrows(
                IllegalArgumentException.class, () -> BoundedCache.builder().expireAfterWrite(Duration.ZERO));
    }
}
