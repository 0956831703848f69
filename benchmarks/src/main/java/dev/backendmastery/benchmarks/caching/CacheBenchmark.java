package dev.backendmastery.benchmarks.caching;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.caching.cache.BoundedCache;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A look-up that always hits, keys drawn from a Zipf-like distribution; a plain map is the floor, a locked one naive. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class CacheBenchmark {

    private static final int KEYS = 1 << 14;

    @Param({"floor-concurrent-hash-map", "ours-lru", "caffeine", "naive-synchronized-lru"})
    public String impl = "";

    private final Integer[] drawn = new Integer[KEYS];
    private Function<Integer, Object> get = key -> key;

    /** Each thread walks through the drawn keys from a place of its own. */
    @State(Scope.Thread)
    public static class Walk {
        private int at = new Random().nextInt(KEYS);
    }

    /** Fills the cache with all keys. */
    @Setup
    public void create() {
        Random random = new Random(1);
        for (int i = 0; i < KEYS; i++) {
            drawn[i] = (int) (KEYS * (2 / 3.0) * Math.pow(random.nextDouble(), 4));
        }
        Map<Integer, Object> map =
                switch (impl) {
                    case "floor-concurrent-hash-map" -> new ConcurrentHashMap<>();
                    case "naive-synchronized-lru" -> Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true));
                    default -> Map.of();
                };
        BoundedCache<Integer, Object> ours =
                BoundedCache.<Integer, Object>builder().maximumSize(KEYS).lru();
        var caffeine = Caffeine.newBuilder().maximumSize(KEYS).<Integer, Object>build();
        for (Integer key : drawn) {
            switch (impl) {
                case "ours-lru" -> ours.put(key, key);
                case "caffeine" -> caffeine.put(key, key);
                default -> map.put(key, key);
            }
        }
        get = switch (impl) {
            case "ours-lru" -> ours::getIfPresent;
            case "caffeine" -> caffeine::getIfPresent;
            default -> map::get;
        };
    }

    /** A hit. */
    @Benchmark
    public Object hit(Walk walk) {
        return get.apply(drawn[walk.at++ & (KEYS - 1)]);
    }
}
