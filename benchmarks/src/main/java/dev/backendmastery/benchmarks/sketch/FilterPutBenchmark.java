package dev.backendmastery.benchmarks.sketch;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.apache.datasketches.filters.bloomfilter.BloomFilterBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Filling a Bloom filter with a million random numbers from empty; the time of one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class FilterPutBenchmark {

    private static final int ITEMS = 1_000_000;

    @Param({"ours-bloom", "guava-bloom", "datasketches-bloom"})
    public String impl;

    private final long[] items = new SplittableRandom(1).longs(ITEMS).toArray();

    private LongPredicate empty() {
        return switch (impl) {
            case "ours-bloom" -> dev.backendmastery.core.sketch.BloomFilter.of(ITEMS, 0.01)::add;
            case "guava-bloom" -> BloomFilter.create(Funnels.longFunnel(), ITEMS, 0.01)::put;
            case "datasketches-bloom" -> BloomFilterBuilder.createByAccuracy(ITEMS, 0.01, 1)::queryAndUpdate;
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** All of them, into a new filter. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public boolean put() {
        LongPredicate into = empty();
        boolean changed = false;
        for (long item : items) {
            changed ^= into.test(item);
        }
        return changed;
    }
}
