package dev.backendmastery.benchmarks.caching;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.writing.WriteBehind;
import dev.backendmastery.caching.writing.WriteThrough;
import dev.backendmastery.caching.writing.Writer;
import dev.backendmastery.caching.writing.WritingCache;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * Changes of a thousand keys in front of a store that takes as long for a hundred changes as for one, as databases nearly do.
 * The naive one writes the store and the cache under one lock.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class WritingBenchmark {

    private static final int KEYS = 1_000;

    /** Some tens of microseconds: a store on the same machine. */
    private static final long TOKENS = 20_000;

    @Param({"ours-write-behind", "ours-write-through", "naive-synchronized"})
    public String impl = "";

    private final Map<Integer, Integer> table = new ConcurrentHashMap<>();
    private BiConsumer<Integer, Integer> put = (key, value) -> {};
    private AutoCloseable closer = () -> {};

    /** Each thread draws keys of its own. */
    @State(Scope.Thread)
    public static class Draw {
        private final Random random = new Random();
        private int value;
    }

    /** Nothing written yet. */
    @Setup
    public void create() {
        BoundedCache<Integer, Integer> cache =
                BoundedCache.<Integer, Integer>builder().maximumSize(KEYS).lru();
        Writer<Integer, Integer> writer = changes -> {
            Blackhole.consumeCPU(TOKENS);
            changes.forEach(change -> {
                Integer value = change.value();
                if (value != null) {
                    table.put(change.key(), value);
                }
            });
        };
        switch (impl) {
            case "ours-write-behind" ->
                use(WriteBehind.builder(cache, writer, (change, reason) -> {
                            throw new AssertionError(reason);
                        })
                        .putDeadline(Duration.ofMinutes(1))
                        .linger(Duration.ZERO)
                        .build());
            case "ours-write-through" -> use(new WriteThrough<>(cache, writer));
            default -> {
                Object lock = new Object();
                put = (key, value) -> {
                    synchronized (lock) {
                        Blackhole.consumeCPU(TOKENS);
                        table.put(key, value);
                        cache.put(key, value);
                    }
                };
            }
        }
    }

    private void use(WritingCache<Integer, Integer> cache) {
        put = cache::put;
        closer = cache;
    }

    /** Ends its worker. */
    @TearDown
    public void close() throws Exception {
        closer.close();
    }

    /** A change. */
    @Benchmark
    public int put(Draw draw) {
        int value = ++draw.value;
        put.accept(draw.random.nextInt(KEYS), value);
        return value;
    }
}
