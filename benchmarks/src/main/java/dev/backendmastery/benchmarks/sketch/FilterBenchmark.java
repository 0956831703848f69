package dev.backendmastery.benchmarks.sketch;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import dev.backendmastery.core.sketch.CuckooFilter;
import dev.backendmastery.core.sketch.FuseFilter;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.apache.datasketches.filters.bloomfilter.BloomFilterBuilder;
import org.fastfilter.xor.XorFuse8;
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
 * Asking filters of a million random numbers, with 1 % of false positives where that is a choice. Each hashes the numbers in its
 * own way.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class FilterBenchmark {

    private static final int ITEMS = 1_000_000;
    private static final int ASKED = 1 << 18;

    @Param({"ours-bloom", "ours-cuckoo", "ours-fuse", "guava-bloom", "datasketches-bloom", "fastfilter-xor-fuse"})
    public String impl;

    private final long[] items = new SplittableRandom(1).longs(ITEMS).toArray();
    private final long[] others = new SplittableRandom(2).longs(ASKED).toArray();
    private LongPredicate contains;
    private int next;

    @Setup
    public void create() {
        contains = switch (impl) {
            case "ours-bloom" -> {
                var filter = dev.backendmastery.core.sketch.BloomFilter.of(ITEMS, 0.01);
                for (long item : items) {
                    filter.add(item);
                }
                yield filter::mightContain;
            }
            case "ours-cuckoo" -> {
                CuckooFilter filter = CuckooFilter.of(ITEMS);
                for (long item : items) {
                    filter.add(item);
                }
                yield filter::mightContain;
            }
            case "ours-fuse" -> FuseFilter.of(items)::mightContain;
            case "guava-bloom" -> {
                BloomFilter<Long> filter = BloomFilter.create(Funnels.longFunnel(), ITEMS, 0.01);
                for (long item : items) {
                    filter.put(item);
                }
                yield filter::mightContain;
            }
            case "datasketches-bloom" -> {
                var filter = BloomFilterBuilder.createByAccuracy(ITEMS, 0.01, 1);
                for (long item : items) {
                    filter.update(item);
                }
                yield filter::query;
            }
            case "fastfilter-xor-fuse" -> XorFuse8.construct(items)::mayContain;
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One that is in. */
    @Benchmark
    public boolean hit() {
        return contains.test(items[next++ & (ASKED - 1)]);
    }

    /** One that is not. */
    @Benchmark
    public boolean miss() {
        return contains.test(others[next++ & (ASKED - 1)]);
    }
}
