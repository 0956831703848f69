package dev.backendmastery.benchmarks.caching;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.caching.cache.BoundedCache;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.cache2k.Cache2kBuilder;
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

/**
 * Look-ups that always hit, alone and with a write to every three of them, keys drawn from a Zipf-like distribution. A plain map
 * is the floor; nobody counts look-ups, but for the contestant that is named so.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class CacheBenchmark {

    /** So many requests are drawn, from about two thirds as many keys. */
    @Param({"16384", "1048576"})
    public int keys;

    @Param({
        "floor-concurrent-hash-map",
        "ours-duel",
        "ours-duel-counting",
        "ours-sieve",
        "ours-lru",
        "caffeine",
        "cache2k"
    })
    public String impl = "";

    private Integer[] drawn = {};
    private Function<Integer, Object> get = key -> key;
    private BiConsumer<Integer, Object> put = (key, value) -> {};

    /** Each thread walks through the drawn keys from a place of its own. */
    @State(Scope.Thread)
    public static class Walk {
        private int at = new Random().nextInt(1 << 20);
    }

    /** Fills the cache with all keys. */
    @Setup
    public void create() {
        Random random = new Random(1);
        drawn = new Integer[keys];
        for (int i = 0; i < keys; i++) {
            drawn[i] = (int) (keys * (2 / 3.0) * Math.pow(random.nextDouble(), 4));
        }
        BoundedCache.Builder<Integer, Object> ours =
                BoundedCache.<Integer, Object>builder().maximumSize(keys).countLookups(impl.endsWith("-counting"));
        switch (impl) {
            case "floor-concurrent-hash-map" -> use(new ConcurrentHashMap<>());
            case "ours-duel", "ours-duel-counting" -> use(ours.duel());
            case "ours-sieve" -> use(ours.sieve());
            case "ours-lru" -> use(ours.lru());
            case "caffeine" -> use(Caffeine.newBuilder().maximumSize(keys).build());
            case "caffeine-counting" ->
                use(Caffeine.newBuilder().maximumSize(keys).recordStats().build());
            case "cache2k" -> {
                var cache2k = Cache2kBuilder.of(Integer.class, Object.class)
                        .entryCapacity(keys)
                        .eternal(true)
                        .disableStatistics(true)
                        .build();
                get = cache2k::get;
                put = cache2k::put;
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
        for (Integer key : drawn) {
            put.accept(key, key);
        }
    }

    private void use(Map<Integer, Object> map) {
        get = map::get;
        put = map::put;
    }

    private void use(BoundedCache<Integer, Object> cache) {
        get = cache::getIfPresent;
        put = cache::put;
    }

    private void use(com.github.benmanes.caffeine.cache.Cache<Integer, Object> cache) {
        get = cache::getIfPresent;
        put = cache::put;
    }

    /** A hit. */
    @Benchmark
    public Object hit(Walk walk) {
        return get.apply(drawn[walk.at++ & (drawn.length - 1)]);
    }

    /** Three hits to one write of a key that is there. */
    @Benchmark
    public Object mixed(Walk walk) {
        Integer key = drawn[walk.at++ & (drawn.length - 1)];
        if ((walk.at & 3) == 0) {
            put.accept(key, key);
            return key;
        }
        return get.apply(key);
    }
}
