package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every policy of a {@link BoundedCache} must hold besides {@link CacheContract}: extend it and say which policy. */
abstract class BoundedCacheContract extends LocalCacheContract {

    private final ManualTicker ticker = new ManualTicker();

    /** A cache of this policy. */
    abstract <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder);

    final BoundedCache<Integer, Integer> ofSize(int maximumSize) {
        return build(BoundedCache.<Integer, Integer>builder()
                .maximumSize(maximumSize)
                .random(new SplittableRandom(1)));
    }

    @Override
    protected LocalCache<String, String> create(Spec spec) {
        BoundedCache.Builder<String, String> builder = BoundedCache.<String, String>builder()
                .maximumSize(spec.maximum())
                .ticker(ticker)
                .random(new SplittableRandom(1));
        if (spec.weigher() != null) {
            builder.maximumWeight(spec.maximum(), spec.weigher());
        }
        if (spec.life() != null) {
            builder.expireAfterWrite(spec.life());
        }
        if (spec.lifeOf() != null) {
            builder.expireAfterWrite(spec.lifeOf());
        }
        if (spec.idle() != null) {
            builder.expireAfterAccess(spec.idle());
        }
        if (spec.listener() != null) {
            builder.removalListener(spec.listener());
        }
        return build(builder);
    }

    @Override
    protected void elapse(Duration time) {
        ticker.advance(time);
    }

    @Override
    protected void validate(Cache<String, String> cache) {
        ((BoundedCache<String, String>) cache).validate();
    }

    @Test
    @DisplayName("P-1 is a map that forgets: full, never over its maximum, and never wrong, in a long run of all calls")
    void isAMapThatForgets() {
        Random random = new Random(7);
        for (int maximum : new int[] {1, 2, 3, 10, 64, 300}) {
            BoundedCache<Integer, Integer> cache = ofSize(maximum);
            Map<Integer, Integer> model = new HashMap<>();
            for (int i = 0; i < 30_000; i++) {
                int key = (int) Math.abs(random.nextGaussian() * maximum);
                if (i % 5_000 > 4_000) {
                    key = 100_000 + i % (2 * maximum); // a loop
                }
                switch (random.nextInt(12)) {
                    case 0 -> {
                        cache.put(key, i);
                        model.put(key, i);
                    }
                    case 1 -> {
                        cache.remove(key);
                        model.remove(key);
                    }
                    default -> {
                        Integer value = cache.getIfPresent(key);
                        if (value != null) {
                            assertEquals(model.get(key), value);
                        } else {
                            cache.put(key, i);
                            model.put(key, i);
                        }
                    }
                }
                if (i % 997 == 0) {
                    cache.validate();
                }
                assertTrue(cache.size() <= maximum);
            }
            cache.validate();
            // Full again once there was no removal for a while: a policy that evicts more than it must wastes memory.
            IntStream.range(0, 3 * maximum).forEach(key -> cache.put(-1 - key, key));
            assertEquals(maximum, cache.size());
            long evicted = cache.stats().evictions();
            cache.put(Integer.MAX_VALUE, 0);
            assertEquals(evicted + 1, cache.stats().evictions(), "one goes for one that comes");
        }
    }

    @Test
    @DisplayName("P-2 evicts nothing while there is room, or when a value is written anew")
    void evictsNothingWhileThereIsRoom() {
        BoundedCache<Integer, Integer> cache = ofSize(200);
        for (int round = 0; round < 3; round++) {
            for (int key = 0; key < 200; key++) {
                cache.put(key, round);
            }
        }
        assertEquals(200, cache.size());
        assertEquals(0, cache.stats().evictions());
        cache.validate();
    }

    @Test
    @DisplayName("P-3 reckons in weights: no more goes than must, and lists, table and wheel agree after every step")
    void reckonsInWeights() {
        Random random = new Random(11);
        for (int maximum : new int[] {20, 100, 3_000}) {
            BoundedCache<Integer, Integer> cache = build(BoundedCache.<Integer, Integer>builder()
                    .maximumWeight(maximum, (key, weight) -> weight)
                    .expireAfterWrite((key, weight) -> Duration.ofMillis(1 + weight * 7L))
                    .expireAfterAccess(Duration.ofMillis(50))
                    .ticker(ticker)
                    .random(new SplittableRandom(1)));
            for (int i = 0; i < 10_000; i++) {
                int key = (int) Math.abs(random.nextGaussian() * maximum / 5);
                switch (random.nextInt(10)) {
                    case 0 -> cache.remove(key);
                    case 1 -> ticker.advance(Duration.ofMillis(random.nextInt(3)));
                    case 2, 3, 4 -> {
                        long evicted = cache.stats().evictions();
                        cache.put(key, random.nextInt(20));
                        if (cache.stats().evictions() > evicted) {
                            assertTrue(cache.weight() > maximum - 40, () -> cache.weight() + " left of " + maximum);
                        }
                    }
                    default -> cache.getIfPresent(key);
                }
                if (i % 101 == 0) {
                    cache.validate();
                }
            }
            ticker.advance(Duration.ofSeconds(1));
            cache.cleanUp();
            assertEquals(0, cache.size());
            assertEquals(0, cache.weight());
            cache.validate();
        }
    }

    /** A key whose hash code says nothing. */
    private record Hostile(int number) {
        @Override
        public int hashCode() {
            return 42;
        }
    }

    @Test
    @DisplayName("C-21 keeps so many keys of one hash code that look-ups stay quick, the latest among them")
    void bearsHostileKeys() {
        BoundedCache<Object, Integer> cache = build(
                BoundedCache.<Object, Integer>builder().maximumSize(10_000).random(new SplittableRandom(1)));
        for (int i = 0; i < 5_000; i++) {
            cache.put(new Hostile(i), i);
            cache.put(-1 - i, i);
            assertEquals(i, cache.getIfPresent(new Hostile(i)));
        }
        assertEquals(5_000 + Table.CROWD, cache.size());
        assertEquals(4_999, cache.getIfPresent(-5_000));
        cache.validate();
    }

    /** Asks for {@code keys} and writes what was missing; the number of hits. */
    static int replay(BoundedCache<Integer, Integer> cache, IntStream keys) {
        int[] hits = {0};
        keys.forEach(key -> {
            if (cache.getIfPresent(key) != null) {
                hits[0]++;
            } else {
                cache.put(key, key);
            }
        });
        cache.validate();
        return hits[0];
    }

    /** Which of {@code keys} are in {@code cache}, after all else was said: a look is a hit. */
    static List<Integer> kept(BoundedCache<Integer, Integer> cache, int... keys) {
        return IntStream.of(keys)
                .filter(key -> cache.getIfPresent(key) != null)
                .boxed()
                .toList();
    }
}
