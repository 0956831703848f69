package dev.backendmastery.benchmarks.caching;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.redis.TieredCache;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.redisson.api.RLocalCachedMap;

/** A look-up that the near cache answers, beside the same cache without Redis behind it, with the same lifetimes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class NearCacheBenchmark {

    private static final int KEYS = 1_000;
    private static final int SIZE = 10_000;

    @Param({"ours-tiered", "redisson-local-cached-map", "floor-in-process-cache"})
    public String impl;

    private final String[] keys = new String[KEYS];
    private RedisBenchmark.Clients clients;
    private TieredCache<String> tiered;
    private Function<String, @Nullable String> get;

    /** One thread's place among the keys. */
    @State(Scope.Thread)
    public static class Walk {
        private static final AtomicInteger THREADS = new AtomicInteger();
        private int at = THREADS.incrementAndGet() * 7;
    }

    /** Brings all keys near. */
    @Setup
    public void open() {
        clients = new RedisBenchmark.Clients();
        tiered = clients.tiered(SIZE);
        RLocalCachedMap<String, String> redisson = clients.localCachedMap(SIZE);
        BoundedCache<String, String> floor = BoundedCache.<String, String>builder()
                .maximumSize(SIZE)
                .expireAfterWrite(Duration.ofHours(1))
                .s3Fifo();
        get = switch (impl) {
            case "ours-tiered" -> tiered::getIfPresent;
            case "redisson-local-cached-map" -> redisson::get;
            case "floor-in-process-cache" -> floor::getIfPresent;
            default -> throw new IllegalArgumentException("impl " + impl);
        };
        for (int i = 0; i < KEYS; i++) {
            keys[i] = RedisBenchmark.key(i);
            floor.put(keys[i], "value " + i);
        }
        // Messages of the filling may still come and drop a copy, so several times.
        for (int i = 0; i < 5 * KEYS; i++) {
            Objects.requireNonNull(get.apply(keys[i % KEYS]), "it should be there");
        }
    }

    /** Ends the connections. */
    @TearDown
    public void close() {
        tiered.close();
        clients.close();
    }

    /** A hit. */
    @Benchmark
    public String hit(Walk walk) {
        walk.at = walk.at + 1 == KEYS ? 0 : walk.at + 1;
        return Objects.requireNonNull(get.apply(keys[walk.at]), "it should be there");
    }
}
