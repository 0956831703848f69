package dev.backendmastery.benchmarks.caching;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.caching.cache.BoundedCache;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

/** Every key is new: a miss, a load that costs nothing, and an eviction. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class CacheLoadBenchmark {

    private static final int SIZE = 1 << 14;

    @Param({
        "ours-duel",
        "ours-s3-fifo",
        "ours-sieve",
        "ours-tiny-lfu",
        "ours-lru",
        "caffeine",
        "caffeine-caller-runs",
        "cache2k"
    })
    public String impl = "";

    private Function<Integer, Object> get = key -> key;

    /** Each thread has keys of its own, scattered. */
    @State(Scope.Thread)
    public static class Keys {
        private int next = new Random().nextInt();

        private Integer next() {
            return next += 0x9e3779b9;
        }
    }

    /** An empty cache; the warm-up fills it. */
    @Setup
    public void create() {
        BoundedCache.Builder<Integer, Object> ours =
                BoundedCache.<Integer, Object>builder().maximumSize(SIZE).countLookups(false);
        var caffeine = Caffeine.newBuilder().maximumSize(SIZE);
        switch (impl) {
            case "ours-duel" -> use(ours.duel());
            case "ours-s3-fifo" -> use(ours.s3Fifo());
            case "ours-sieve" -> use(ours.sieve());
            case "ours-tiny-lfu" -> use(ours.tinyLfu());
            case "ours-lru" -> use(ours.lru());
            case "caffeine" -> use(caffeine.build());
            case "caffeine-caller-runs" -> use(caffeine.executor(Runnable::run).build());
            case "cache2k" -> {
                var cache2k = Cache2kBuilder.of(Integer.class, Object.class)
                        .entryCapacity(SIZE)
                        .eternal(true)
                        .disableStatistics(true)
                        .build();
                get = key -> cache2k.computeIfAbsent(key, k -> k);
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    private void use(BoundedCache<Integer, Object> cache) {
        get = key -> cache.get(key, k -> k);
    }

    private void use(com.github.benmanes.caffeine.cache.Cache<Integer, Object> cache) {
        get = key -> cache.get(key, k -> k);
    }

    /** A miss. */
    @Benchmark
    public Object load(Keys keys) {
        return get.apply(keys.next());
    }
}
