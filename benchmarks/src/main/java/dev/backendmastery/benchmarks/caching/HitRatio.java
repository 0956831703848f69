package dev.backendmastery.benchmarks.caching;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.benchmarks.report.Options;
import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.cache2k.Cache2kBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Replays traces, in one thread, through the caches themselves: a look-up, and a write if it missed. Every policy of
 * {@link BoundedCache}, Caffeine, cache2k, and the optimum that knows the future. The same trace gives the same
 * ratios, but for Caffeine, which draws by chance.
 *
 * <p>As a command: {@value #USAGE}
 */
public final class HitRatio {

    static final String USAGE = """
            usage: hit-ratio (--trace FILE --format arc|lirs|text|int32|int64 | --generate zipf|scan|loop|mixed \
            [--keys N] [--requests N] [--seed N]) [--sizes A,B,C: entries, or with % of the trace's keys] [--json FILE]\
            """;

    /** Of a trace's keys. */
    private static final List<Double> SHARES = List.of(0.005, 0.01, 0.03, 0.1, 0.25);

    private static final String OURS = "ours-duel";
    private static final String PEER = "caffeine";
    private static final String BOUND = "floor-optimum";

    /** One row: the hit ratio of a trace in so many entries. */
    private static final Map<String, ToDoubleBiFunction<Trace, Integer>> CONTESTANTS = contestants();

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private HitRatio() {}

    /**
     * The hit ratios of one trace in caches of one size, in percent.
     *
     * @param trace its name
     * @param group what kind of trace it is
     * @param share of the trace's keys that the size is, in percent; in the race what was asked for, before rounding
     * @param size of the caches, in entries
     * @param hitRatios by contestant
     */
    record Cell(String trace, String group, double share, int size, Map<String, Double> hitRatios) {

        double ours(String name) {
            Double ratio = hitRatios.get(name);
            if (ratio == null) {
                throw new IllegalStateException("no " + name + " in " + this);
            }
            return ratio;
        }

        Cell asked(double percent) {
            return new Cell(trace, group, percent, size, hitRatios);
        }
    }

    /** Where the published traces lie in the jar of Caffeine's simulator. */
    private record Source(String group, TraceFormat format, String path) {}

    private static final String FOLDER = "com/github/benmanes/caffeine/cache/simulator/parser/";

    private static List<Source> published() {
        List<Source> sources = new ArrayList<>();
        for (String name : List.of(
                "2_pools", "backf", "cpp", "cs", "gli", "loop", "multi1", "multi2", "multi3", "ps", "scan", "zigzag")) {
            sources.add(new Source("studies", TraceFormat.LIRS, "lirs/" + name + ".trace.gz"));
        }
        sources.add(new Source("applications", TraceFormat.LIRS, "lirs/sprite.trace.gz"));
        for (String name : List.of("web07", "web12", "orm-busy", "orm-night")) {
            sources.add(new Source("applications", TraceFormat.INT32, "cache2k/" + name + ".trace.xz"));
        }
        sources.add(new Source("applications", TraceFormat.INT32, "cloud_physics/w106.trace.xz"));
        sources.add(new Source("applications", TraceFormat.INT64, "scarab/scarab-recs.trace.xz"));
        sources.add(new Source("applications", TraceFormat.INT64, "scarab/recs.trace.20160808T073231Z.xz"));
        sources.add(new Source("applications", TraceFormat.TEXT, "gradle/build-cache.xz"));
        sources.add(new Source("ledger", TraceFormat.INT64, "corda/trace_vaultservice.gz"));
        return sources;
    }

    private static Map<String, ToDoubleBiFunction<Trace, Integer>> contestants() {
        Map<String, ToDoubleBiFunction<Trace, Integer>> all = new LinkedHashMap<>();
        all.put(BOUND, Optimum::hitRatio);
        all.put(OURS, ours(BoundedCache.Builder::duel));
        all.put("ours-tiny-lfu", ours(BoundedCache.Builder::tinyLfu));
        all.put("ours-tiny-lfu-fixed", ours(builder -> builder.tinyLfu(0.01)));
        all.put("ours-s3-fifo", ours(BoundedCache.Builder::s3Fifo));
        all.put("ours-sieve", ours(BoundedCache.Builder::sieve));
        all.put("ours-clock", ours(BoundedCache.Builder::clock));
        all.put("ours-lfu", ours(BoundedCache.Builder::lfu));
        all.put("ours-lru", ours(BoundedCache.Builder::lru));
        all.put(PEER, HitRatio::caffeine);
        all.put("cache2k", HitRatio::cache2k);
        return all;
    }

    private static ToDoubleBiFunction<Trace, Integer> ours(
            Function<BoundedCache.Builder<Integer, Integer>, BoundedCache<Integer, Integer>> policy) {
        return (trace, size) -> {
            Cache<Integer, Integer> cache = policy.apply(
                    BoundedCache.<Integer, Integer>builder().maximumSize(size).random(new SplittableRandom(1)));
            return replay(trace, cache::getIfPresent, key -> cache.put(key, key));
        };
    }

    private static double caffeine(Trace trace, int size) {
        var cache =
                Caffeine.newBuilder().maximumSize(size).executor(Runnable::run).<Integer, Integer>build();
        return replay(trace, cache::getIfPresent, key -> cache.put(key, key));
    }

    private static double cache2k(Trace trace, int size) {
        try (var cache = Cache2kBuilder.of(Integer.class, Integer.class)
                .entryCapacity(size)
                .eternal(true)
                .strictEviction(true)
                .disableStatistics(true)
                .build()) {
            return replay(trace, cache::peek, key -> cache.put(key, key));
        }
    }

    private interface Lookup {
        @Nullable
        Integer find(Integer key);
    }

    private interface Write {
        void put(Integer key);
    }

    private static double replay(Trace trace, Lookup lookup, Write write) {
        Integer[] boxed = IntStream.range(0, trace.unique()).boxed().toArray(Integer[]::new);
        long hits = 0;
        for (int number : trace.keys()) {
            Integer key = boxed[number];
            if (lookup.find(key) != null) {
                hits++;
            } else {
                write.put(key);
            }
        }
        return (double) hits / trace.keys().length;
    }

    /** All contestants on {@code trace} in each of {@code sizes}. */
    static List<Cell> cells(Trace trace, String group, List<Integer> sizes) {
        record Run(int size, String name, double percent) {}
        List<Run> runs = sizes.stream()
                .flatMap(size -> CONTESTANTS.keySet().stream().map(name -> new Run(size, name, 0)))
                .toList()
                .parallelStream()
                .map(run -> new Run(run.size, run.name, percent(run.name, trace, run.size)))
                .toList();
        List<Cell> cells = new ArrayList<>();
        for (int size : sizes) {
            Map<String, Double> ratios = new LinkedHashMap<>();
            runs.stream().filter(run -> run.size == size).forEach(run -> ratios.put(run.name, run.percent));
            cells.add(new Cell(trace.name(), group, 100.0 * size / trace.unique(), size, ratios));
        }
        return cells;
    }

    private static double percent(String name, Trace trace, int size) {
        ToDoubleBiFunction<Trace, Integer> contestant = CONTESTANTS.get(name);
        if (contestant == null) {
            throw new IllegalArgumentException("contestant must be one of " + CONTESTANTS.keySet() + ", was " + name);
        }
        return Math.round(10_000 * contestant.applyAsDouble(trace, size)) / 100.0;
    }

    /**
     * The race: all published traces. Writes each cell to {@code benchmarks/results/hit-ratio/cells.json} and returns the means.
     *
     * @throws IllegalStateException if the jar of traces was not fetched
     */
    @SuppressWarnings("SystemOut") // a long run tells how far it is
    public static List<Measurement> run() throws IOException {
        Path jar = Path.of("benchmarks/target/traces/traces.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is not there; fetch it: mvn -pl benchmarks -am package -Ptraces");
        }
        List<Cell> cells = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Source source : published()) {
                ZipEntry entry = zip.getEntry(FOLDER + source.path);
                if (entry == null) {
                    throw new IllegalStateException(jar + " has no " + FOLDER + source.path);
                }
                Trace trace;
                try (InputStream in = zip.getInputStream(entry)) {
                    trace = source.format.read(entry.getName(), in);
                }
                List<Cell> more = cells(
                        trace, source.group, SHARES.stream().map(trace::share).toList());
                System.out.print(table(more));
                for (int i = 0; i < more.size(); i++) {
                    cells.add(more.get(i).asked(100 * SHARES.get(i)));
                }
            }
        }
        Path file =
                Files.createDirectories(Path.of("benchmarks/results/hit-ratio")).resolve("cells.json");
        Files.writeString(file, JSON.writeValueAsString(cells) + "\n");
        return means(cells);
    }

    /** The mean over all cells and over each group's, and the worst cell against Caffeine in percent points. */
    static List<Measurement> means(List<Cell> cells) {
        Map<String, List<Cell>> groups = new TreeMap<>();
        for (Cell cell : cells) {
            groups.computeIfAbsent("mean of " + cell.group, group -> new ArrayList<>())
                    .add(cell);
        }
        groups.put("mean of all", cells);
        List<Measurement> measurements = new ArrayList<>();
        groups.forEach((group, of) -> {
            for (String name : CONTESTANTS.keySet()) {
                double mean = of.stream()
                        .mapToDouble(cell -> cell.ours(name))
                        .average()
                        .orElse(0);
                measurements.add(new Measurement(group, 1, name, "%", true, List.of(mean)));
            }
        });
        measurements.addAll(mostLost("most lost to caffeine", cells));
        groups.forEach((group, of) -> {
            if (group.equals("mean of applications")) {
                measurements.addAll(mostLost("most lost to caffeine on applications", of));
            }
        });
        return measurements;
    }

    private static List<Measurement> mostLost(String discipline, List<Cell> cells) {
        return CONTESTANTS.keySet().stream()
                .map(name -> {
                    double worst = cells.stream()
                            .mapToDouble(cell -> cell.ours(name) - cell.ours(PEER))
                            .min()
                            .orElse(0);
                    return new Measurement(discipline, 1, name, "points", false, List.of(Math.max(0, -worst)));
                })
                .toList();
    }

    /** Runs the command line; returns the exit code. */
    @SuppressWarnings("SystemOut") // a command line talks to people
    public static int main(List<String> arguments) throws IOException {
        Map<String, String> options = Options.of(
                        arguments,
                        Set.of(
                                "--trace",
                                "--format",
                                "--generate",
                                "--keys",
                                "--requests",
                                "--seed",
                                "--sizes",
                                "--json"))
                .orElse(Map.of());
        boolean one = options.containsKey("--generate")
                != (options.containsKey("--trace") && options.containsKey("--format"));
        if (!one) {
            System.err.println(USAGE);
            return 2;
        }
        Trace trace;
        List<Integer> sizes;
        try {
            trace = trace(options);
            sizes = sizes(trace, options.get("--sizes"));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        List<Cell> cells = cells(trace, "given", sizes);
        System.out.print(table(cells));
        Path file = Path.of(options.getOrDefault("--json", "hit-ratio.json"));
        Files.writeString(file, JSON.writeValueAsString(cells) + "\n");
        System.out.println(file);
        return 0;
    }

    private static Trace trace(Map<String, String> options) throws IOException {
        String generator = options.get("--generate");
        if (generator != null) {
            return TraceGenerator.of(generator)
                    .trace(
                            Integer.parseInt(options.getOrDefault("--keys", "10000")),
                            Integer.parseInt(options.getOrDefault("--requests", "1000000")),
                            Long.parseLong(options.getOrDefault("--seed", "1")));
        }
        Path file = Path.of(options.getOrDefault("--trace", ""));
        try (InputStream in = Files.newInputStream(file)) {
            return TraceFormat.of(options.getOrDefault("--format", "")).read(file.toString(), in);
        }
    }

    /** Numbers of entries, or shares of the trace's keys where they end in a percent sign. */
    private static List<Integer> sizes(Trace trace, @Nullable String given) {
        if (given == null) {
            return SHARES.stream().map(trace::share).toList();
        }
        return Arrays.stream(given.split(",", -1))
                .map(String::strip)
                .map(size -> size(trace, size))
                .toList();
    }

    private static int size(Trace trace, String given) {
        try {
            int size = given.endsWith("%")
                    ? trace.share(Double.parseDouble(given.substring(0, given.length() - 1)) / 100)
                    : Integer.parseInt(given);
            if (size > 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a size must be a number of entries or a percentage, was " + given, e);
        }
        throw new IllegalArgumentException("a size must be at least 1, was " + given);
    }

    /** A row for each contestant, a column for each size. */
    static String table(List<Cell> cells) {
        StringBuilder text = new StringBuilder("| " + cells.get(0).trace() + ", hit ratio in % |");
        cells.forEach(cell -> text.append(' ').append(cell.size()).append(" |"));
        text.append("\n|---|").append("---:|".repeat(cells.size())).append('\n');
        for (String name : CONTESTANTS.keySet()) {
            text.append("| ").append(name).append(" |");
            cells.forEach(cell -> text.append(String.format(Locale.ROOT, " %.2f |", cell.ours(name))));
            text.append('\n');
        }
        return text.append('\n').toString();
    }
}
