package dev.backendmastery.benchmarks.sketch;

import com.dynatrace.hash4j.hashing.Hashing;
import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.core.sketch.CountMinSketch;
import dev.backendmastery.core.sketch.CuckooFilter;
import dev.backendmastery.core.sketch.FuseFilter;
import dev.backendmastery.core.sketch.QuantileSketch;
import dev.backendmastery.core.sketch.UltraLogLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.datasketches.filters.bloomfilter.BloomFilterBuilder;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.fastfilter.xor.XorFuse8;

/**
 * How wrong sketches are, and in how many bits: false positives of filters of a million numbers, the root-mean-square error of
 * counters of distinct numbers with 4,096 registers over 200 sets, the greatest error of rank of quantile sketches with k = 200
 * over 99 ranks, and how far count-min is above the truth, as a part of the total. Five seeds each.
 */
public final class SketchErrorRace {

    private static final int SEEDS = 5;
    private static final int ITEMS = 1_000_000;
    private static final int QUESTIONS = 2_000_000;
    private static final int SETS = 200;
    private static final int DISTINCT = 50_000;
    private static final int STREAM = 200_000;

    private SketchErrorRace() {}

    private record Filter(LongPredicate contains, double bits) {}

    /** Runs all; about two minutes. */
    public static List<Measurement> run() {
        List<Measurement> measurements = new ArrayList<>();
        filter(measurements, "ours-bloom", items -> {
            var filter = dev.backendmastery.core.sketch.BloomFilter.of(ITEMS, 0.01);
            Arrays.stream(items).forEach(filter::add);
            return new Filter(filter::mightContain, filter.bits());
        });
        filter(measurements, "ours-cuckoo", items -> {
            CuckooFilter filter = CuckooFilter.of(ITEMS);
            Arrays.stream(items).forEach(filter::add);
            return new Filter(filter::mightContain, filter.bits());
        });
        filter(measurements, "ours-fuse", items -> {
            FuseFilter filter = FuseFilter.of(items);
            return new Filter(filter::mightContain, filter.bits());
        });
        filter(measurements, "guava-bloom", items -> {
            BloomFilter<Long> filter = BloomFilter.create(Funnels.longFunnel(), ITEMS, 0.01);
            Arrays.stream(items).forEach(filter::put);
            return new Filter(filter::mightContain, ITEMS * 9.585); // it does not tell; by its formula
        });
        filter(measurements, "datasketches-bloom", items -> {
            var filter = BloomFilterBuilder.createByAccuracy(ITEMS, 0.01, 1);
            Arrays.stream(items).forEach(filter::update);
            return new Filter(filter::query, filter.getCapacity());
        });
        filter(measurements, "fastfilter-xor-fuse", items -> {
            XorFuse8 filter = XorFuse8.construct(items);
            return new Filter(filter::mayContain, filter.getBitCount());
        });
        distinct(measurements, "ours-ultraloglog", items -> {
            UltraLogLog sketch = UltraLogLog.of(12);
            Arrays.stream(items).forEach(sketch::add);
            return sketch.estimate();
        });
        distinct(measurements, "hash4j-ultraloglog", items -> {
            var sketch = com.dynatrace.hash4j.distinctcount.UltraLogLog.create(12);
            Arrays.stream(items).map(Hashing.xxh3_64()::hashLongToLong).forEach(sketch::add);
            return sketch.getDistinctCountEstimate();
        });
        distinct(measurements, "datasketches-hll8", items -> {
            HllSketch sketch = new HllSketch(12, TgtHllType.HLL_8);
            Arrays.stream(items).forEach(sketch::update);
            return sketch.getEstimate();
        });
        measurements.add(new Measurement(
                "distinct error",
                1,
                "floor-ultraloglog-theory",
                "%",
                false,
                List.of(100 * UltraLogLog.of(12).relativeError())));
        quantiles(measurements);
        measurements.add(new Measurement(
                "count-min too high",
                1,
                "ours-count-min",
                "% of total",
                false,
                IntStream.range(0, SEEDS)
                        .mapToObj(SketchErrorRace::countMinExcess)
                        .toList()));
        return measurements;
    }

    private interface Maker {
        Filter of(long[] items);
    }

    private static void filter(List<Measurement> measurements, String name, Maker maker) {
        List<Double> rates = new ArrayList<>();
        List<Double> bits = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Filter filter = maker.of(random.longs(ITEMS).toArray());
            rates.add(100.0 * random.longs(QUESTIONS).filter(filter.contains).count() / QUESTIONS);
            bits.add(filter.bits / ITEMS);
        }
        measurements.add(new Measurement("false positives", 1, name, "%", false, rates));
        measurements.add(new Measurement("bits per item", 1, name, "bits", false, bits));
    }

    private static void distinct(List<Measurement> measurements, String name, ToDoubleFunction<long[]> estimate) {
        List<Double> errors = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            double squares = 0;
            SplittableRandom random = new SplittableRandom(seed);
            for (int set = 0; set < SETS; set++) {
                double error = estimate.applyAsDouble(random.longs(DISTINCT).toArray()) / DISTINCT - 1;
                squares += error * error;
            }
            errors.add(100 * Math.sqrt(squares / SETS));
        }
        measurements.add(new Measurement("distinct error", 1, name, "%", false, errors));
    }

    private static void quantiles(List<Measurement> measurements) {
        List<Double> ours = new ArrayList<>();
        List<Double> peers = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            QuantileSketch sketch = QuantileSketch.of(200, new SplittableRandom(seed));
            KllDoublesSketch peer = KllDoublesSketch.newHeapInstance(200);
            double[] values = new SplittableRandom(seed).doubles(STREAM).toArray();
            for (double value : values) {
                sketch.add(value);
                peer.update(value);
            }
            Arrays.sort(values);
            ours.add(worst(values, sketch::quantile));
            peers.add(worst(values, peer::getQuantile));
        }
        measurements.add(new Measurement("worst rank error", 1, "ours-kll", "%", false, ours));
        measurements.add(new Measurement("worst rank error", 1, "datasketches-kll", "%", false, peers));
    }

    private static double worst(double[] sorted, ToDoubleFunction<Double> quantile) {
        double worst = 0;
        for (int percent = 1; percent < 100; percent++) {
            int place = Arrays.binarySearch(sorted, quantile.applyAsDouble(percent / 100.0));
            worst = Math.max(worst, Math.abs((place + 0.5) / sorted.length - percent / 100.0));
        }
        return 100 * worst;
    }

    private static double countMinExcess(int seed) {
        CountMinSketch sketch = CountMinSketch.of(0.001, 0.99);
        Map<Long, Long> counts = new HashMap<>();
        new SplittableRandom(seed)
                .doubles(STREAM)
                .mapToLong(u -> (long) Math.exp(u * Math.log(100_000)))
                .forEach(item -> {
                    sketch.add(item, 1);
                    counts.merge(item, 1L, Long::sum);
                });
        long worst = counts.entrySet().stream()
                .mapToLong(each -> sketch.estimate((long) each.getKey()) - each.getValue())
                .max()
                .orElse(0);
        return 100.0 * worst / STREAM;
    }
}
