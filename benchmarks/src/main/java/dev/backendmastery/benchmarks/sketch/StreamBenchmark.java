package dev.backendmastery.benchmarks.sketch;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.backendmastery.core.sketch.CountMinSketch;
import dev.backendmastery.core.sketch.HeavyHitters;
import dev.backendmastery.core.sketch.QuantileSketch;
import dev.backendmastery.core.sketch.UltraLogLog;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.datasketches.frequencies.LongsSketch;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.kll.KllDoublesSketch;
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
 * One item added to a sketch that has seen many. Cardinality sketches have 4,096 registers and see new numbers; quantile sketches
 * have k = 200; the others see numbers of which the r-th comes about as often as 1/r.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class StreamBenchmark {

    private static final int ITEMS = 1 << 18;

    @Param({
        "ours-ultraloglog",
        "hash4j-ultraloglog",
        "hash4j-hyperloglog",
        "datasketches-hll8",
        "ours-count-min",
        "ours-heavy-hitters",
        "datasketches-frequent-longs",
        "ours-kll",
        "datasketches-kll"
    })
    public String impl;

    private final long[] skewed = new SplittableRandom(1)
            .doubles(ITEMS)
            .mapToLong(u -> (long) Math.exp(u * Math.log(100_000)))
            .toArray();
    private final String[] texts = new String[ITEMS];
    private final double[] values = new SplittableRandom(2).doubles(ITEMS).toArray();
    private LongConsumer add;
    private long next;

    @Setup
    public void create() {
        int mask = ITEMS - 1;
        for (int i = 0; i < ITEMS; i++) {
            texts[i] = "item " + skewed[i];
        }
        Hasher64 hasher = Hashing.xxh3_64();
        add = switch (impl) {
            case "ours-ultraloglog" -> UltraLogLog.of(12)::add;
            case "hash4j-ultraloglog" -> {
                var peer = com.dynatrace.hash4j.distinctcount.UltraLogLog.create(12);
                yield i -> peer.add(hasher.hashLongToLong(i));
            }
            case "hash4j-hyperloglog" -> {
                var peer = com.dynatrace.hash4j.distinctcount.HyperLogLog.create(12);
                yield i -> peer.add(hasher.hashLongToLong(i));
            }
            case "datasketches-hll8" -> new HllSketch(12, TgtHllType.HLL_8)::update;
            case "ours-count-min" -> {
                CountMinSketch sketch = CountMinSketch.of(0.001, 0.99);
                yield i -> sketch.add(skewed[(int) i & mask], 1);
            }
            case "ours-heavy-hitters" -> {
                HeavyHitters sketch = HeavyHitters.of(1_000);
                yield i -> sketch.add(texts[(int) i & mask]);
            }
            case "datasketches-frequent-longs" -> {
                LongsSketch peer = new LongsSketch(2_048);
                yield i -> peer.update(skewed[(int) i & mask]);
            }
            case "ours-kll" -> {
                QuantileSketch sketch = QuantileSketch.of(200, new SplittableRandom(3));
                yield i -> sketch.add(values[(int) i & mask]);
            }
            case "datasketches-kll" -> {
                KllDoublesSketch peer = KllDoublesSketch.newHeapInstance(200);
                yield i -> peer.update(values[(int) i & mask]);
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One item. */
    @Benchmark
    public void add() {
        add.accept(next++);
    }
}
