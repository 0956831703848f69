package dev.backendmastery.benchmarks.caching;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.caching.cache.BoundedCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.openjdk.jol.info.GraphLayout;

/**
 * What an entry costs in memory, without its key and value: all that can be reached from a full cache that has evicted as many
 * entries as it holds, less what could be from a new one. 150,000 entries, and 100,000, for which tables of a power of two
 * are at their emptiest. 75 bytes are the goal, not a contestant.
 */
public final class CacheMemoryRace {

    private static final List<Integer> SIZES = List.of(100_000, 150_000);

    /** What JOL finds of an Integer, which is key and value. */
    private static final int KEY = 16;

    /** A cache and how to write to it. */
    private record Contestant(Object cache, BiConsumer<Integer, Integer> put, Runnable cleanUp) {}

    private CacheMemoryRace() {}

    /** Runs all; about half a minute. */
    public static List<Measurement> run() {
        // Without it JOL cannot see into lambdas and records.
        System.setProperty("jol.magicFieldOffset", "true");
        List<Measurement> measurements = new ArrayList<>();
        plain().forEach((name, make) -> measure(measurements, "plain", name, make));
        expiring().forEach((name, make) -> measure(measurements, "expiring", name, make));
        SIZES.forEach(size -> measurements.add(
                new Measurement("plain " + size, 1, "floor-75-bytes", "bytes an entry", false, List.of(75.0))));
        return measurements;
    }

    private static Map<String, IntFunction<Contestant>> plain() {
        Map<String, IntFunction<Contestant>> all = new LinkedHashMap<>();
        all.put("ours-duel", size -> of(ours(size).duel()));
        all.put("ours-tiny-lfu", size -> of(ours(size).tinyLfu()));
        all.put("ours-s3-fifo", size -> of(ours(size).s3Fifo()));
        all.put("ours-sieve", size -> of(ours(size).sieve()));
        all.put("ours-lru", size -> of(ours(size).lru()));
        all.put("caffeine", size -> of(caffeine(size).build()));
        all.put("floor-concurrent-hash-map", CacheMemoryRace::map);
        return all;
    }

    private static Map<String, IntFunction<Contestant>> expiring() {
        Duration life = Duration.ofHours(1);
        Map<String, IntFunction<Contestant>> all = new LinkedHashMap<>();
        all.put("ours-duel", size -> of(ours(size).expireAfterWrite(life).duel()));
        all.put("ours-sieve", size -> of(ours(size).expireAfterWrite(life).sieve()));
        all.put("caffeine", size -> of(caffeine(size).expireAfterWrite(life).build()));
        return all;
    }

    private static BoundedCache.Builder<Integer, Integer> ours(int size) {
        return BoundedCache.<Integer, Integer>builder().maximumSize(size);
    }

    private static Caffeine<Object, Object> caffeine(int size) {
        return Caffeine.newBuilder().maximumSize(size).executor(Runnable::run);
    }

    private static Contestant of(BoundedCache<Integer, Integer> cache) {
        return new Contestant(cache, cache::put, cache::cleanUp);
    }

    private static Contestant of(com.github.benmanes.caffeine.cache.Cache<Integer, Integer> cache) {
        return new Contestant(cache, cache::put, cache::cleanUp);
    }

    private static Contestant map(int size) {
        Map<Integer, Integer> map = new ConcurrentHashMap<>();
        return new Contestant(
                map,
                (key, value) -> {
                    if (map.size() < size) {
                        map.put(key, value);
                    }
                },
                () -> {});
    }

    private static void measure(
            List<Measurement> measurements, String discipline, String name, IntFunction<Contestant> make) {
        for (int size : SIZES) {
            long empty = bytes(make.apply(size).cache);
            Contestant full = make.apply(size);
            for (int i = 0; i < 2 * size; i++) {
                Integer key = 1_000 + i;
                full.put.accept(key, key);
            }
            full.cleanUp.run();
            double each = (double) (bytes(full.cache) - empty) / size - KEY;
            measurements.add(new Measurement(discipline + " " + size, 1, name, "bytes an entry", false, List.of(each)));
        }
    }

    private static long bytes(Object root) {
        return GraphLayout.parseInstance(root).totalSize();
    }
}
