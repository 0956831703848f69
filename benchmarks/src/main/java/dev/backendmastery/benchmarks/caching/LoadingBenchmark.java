package dev.backendmastery.benchmarks.caching;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.loading.LoadingCache;
import dev.backendmastery.caching.loading.ReadThrough;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a look-up that hits costs in a cache that loads and refreshes by itself; none is due while this runs. The floor is the
 * store alone, the naive one is a map that computes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class LoadingBenchmark {

    private static final int KEYS = 1 << 14;

    @Param({"ours-read-through", "ours-read-through-early", "caffeine", "floor-bounded-cache", "naive-compute-if-absent"
    })
    public String impl = "";

    private final Integer[] drawn = new Integer[KEYS];
    private Function<Integer, @Nullable Object> get = key -> key;
    private AutoCloseable closer = () -> {};

    /** Each thread walks through the drawn keys from a place of its own. */
    @State(Scope.Thread)
    public static class Walk {
        private int at = new Random().nextInt(KEYS);
    }

    /** Loads all keys. */
    @Setup
    public void create() {
        Random random = new Random(1);
        for (int i = 0; i < KEYS; i++) {
            drawn[i] = (int) (KEYS * (2 / 3.0) * Math.pow(random.nextDouble(), 4));
        }
        get = switch (impl) {
            case "ours-read-through" -> ours(0)::get;
            case "ours-read-through-early" -> ours(1)::get;
            case "caffeine" ->
                Caffeine.newBuilder()
                        .maximumSize(KEYS)
                        .expireAfterWrite(Duration.ofHours(2))
                        .refreshAfterWrite(Duration.ofHours(1))
                        .<Integer, Object>build(key -> key)::get;
            case "floor-bounded-cache" -> {
                BoundedCache<Integer, Object> cache = BoundedCache.<Integer, Object>builder()
                        .maximumSize(KEYS)
                        .expireAfterWrite(Duration.ofHours(2))
                        .duel();
                yield key -> cache.get(key, k -> k);
            }
            case "naive-compute-if-absent" -> {
                ConcurrentHashMap<Integer, Object> map = new ConcurrentHashMap<>();
                yield key -> map.computeIfAbsent(key, k -> k);
            }
            default -> throw new IllegalArgumentException(impl);
        };
        for (Integer key : drawn) {
            if (!key.equals(get.apply(key))) {
                throw new IllegalStateException(impl + " did not load " + key);
            }
        }
    }

    private LoadingCache<Integer, Object> ours(double beta) {
        ReadThrough<Integer, Object> cache = ReadThrough.<Integer, Object>of(key -> key, Runnable::run)
                .maximumSize(KEYS)
                .expireAfter(Duration.ofHours(2))
                .refreshAfter(Duration.ofHours(1))
                .refreshEarly(beta)
                .build();
        closer = cache;
        return cache;
    }

    /** Ends its timers. */
    @TearDown
    public void close() throws Exception {
        closer.close();
    }

    /** A hit. */
    @Benchmark
    public @Nullable Object hit(Walk walk) {
        walk.at = (walk.at + 1) & (KEYS - 1);
        return get.apply(drawn[walk.at]);
    }
}
