package dev.backendmastery.benchmarks.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.benchmarks.report.Options;
import dev.backendmastery.search.index.SegmentIndex;
import dev.backendmastery.search.index.Similarity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@link SegmentIndex} against Lucene in one process and one thread, query by query in turn: half of the passes ours first. Both index the same
 * terms with positions into one segment, ids with lookup, and give the ten best; what is reported is of {@value #PASSES} passes over all queries after
 * two to warm up. Before that, with Lucene's similarity, ours must give Lucene's scores to each query, bit for bit.
 */
public final class SearchBenchmark {

    private static final int PASSES = 5;
    private static final int WARM_UP = 2;
    private static final int DOCUMENTS = 500_000;
    private static final int INDEXED = 100_000;
    private static final int QUERIES = 500;
    private static final int SCANNED = 10;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String USAGE =
            "usage: search --corpus FILE --queries FILE [--json FILE]: one document a line, one query a line, in UTF-8";

    /** What is measured, by discipline and contestant. */
    private final Map<String, Map<String, List<Double>>> scores = new LinkedHashMap<>();

    private SearchBenchmark() {}

    /** The race on generated texts; about six minutes. */
    public static List<Measurement> run() throws IOException {
        ZipfCorpus corpus = new ZipfCorpus(42);
        List<String> texts = corpus.texts(DOCUMENTS);
        List<String> queries = corpus.queries(texts, QUERIES);
        SearchBenchmark benchmark = new SearchBenchmark();
        benchmark.indexing(texts.subList(0, Math.min(INDEXED, texts.size())));
        benchmark.searching(texts, queries);
        benchmark.steps(texts, queries);
        return benchmark.measurements();
    }

    /**
     * The race on given texts, as a table and as a result file.
     *
     * @return 0, or 2 if it was called wrongly
     */
    @SuppressWarnings("SystemOut") // a command line talks to people
    public static int main(List<String> arguments) throws IOException {
        Map<String, String> options =
                Options.of(arguments, Set.of("--corpus", "--queries", "--json")).orElse(Map.of());
        String corpusFile = options.get("--corpus");
        String queriesFile = options.get("--queries");
        if (corpusFile == null || queriesFile == null) {
            System.err.println(USAGE);
            return 2;
        }
        List<String> texts = lines(Path.of(corpusFile));
        List<String> queries = lines(Path.of(queriesFile));
        if (texts.isEmpty() || queries.isEmpty()) {
            System.err.println("there must be a document and a query");
            return 2;
        }
        SearchBenchmark benchmark = new SearchBenchmark();
        benchmark.indexing(texts.subList(0, Math.min(INDEXED, texts.size())));
        benchmark.searching(texts, queries);
        System.out.printf(Locale.ROOT, "%-14s %-8s %14s %14s %14s%n", "race", "who", "median", "lowest", "highest");
        for (Measurement each : benchmark.measurements()) {
            double[] sorted = each.scores().stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %-8s %14.1f %14.1f %14.1f %s%n",
                    each.benchmark(),
                    each.impl(),
                    sorted[sorted.length / 2],
                    sorted[0],
                    sorted[sorted.length - 1],
                    each.unit());
        }
        Path file = Path.of(options.getOrDefault("--json", "search.json"));
        Files.writeString(file, JSON.writeValueAsString(benchmark.measurements()) + "\n");
        System.out.println(file);
        return 0;
    }

    /** Lower case words of letters and digits, with single blanks between them. */
    private static List<String> lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.map(line -> line.toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{Nd}]+", " ")
                            .strip())
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.toList());
        }
    }

    private void note(String discipline, String who, double score) {
        scores.computeIfAbsent(discipline, key -> new LinkedHashMap<>())
                .computeIfAbsent(who, key -> new ArrayList<>())
                .add(score);
    }

    private List<Measurement> measurements() {
        List<Measurement> all = new ArrayList<>();
        scores.forEach((discipline, each) -> each.forEach((who, values) -> {
            String unit = discipline.equals("index") ? "documents/s" : discipline.equals("size") ? "MB" : "us";
            all.add(new Measurement(discipline, 1, who, unit, discipline.equals("index"), values));
        }));
        return all;
    }

    /** How fast each takes documents, until the disk has them. */
    private void indexing(List<String> texts) throws IOException {
        for (int pass = -1; pass < PASSES; pass++) {
            for (String who : pass % 2 == 0 ? List.of("ours", "lucene") : List.of("lucene", "ours")) {
                Path folder = Files.createTempDirectory("search-benchmark");
                try (Engine engine = engine(who, folder)) {
                    long start = System.nanoTime();
                    engine.index(texts);
                    double seconds = (System.nanoTime() - start) / 1e9;
                    if (pass >= 0) {
                        note("index", who, texts.size() / seconds);
                    }
                } finally {
                    delete(folder);
                }
            }
        }
    }

    private static Engine engine(String who, Path folder) throws IOException {
        return who.equals("ours") ? new Engine.Ours(folder, Similarity.bm25()) : new Engine.Lucene(folder);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void searching(List<String> texts, List<String> queries) throws IOException {
        Path oursFolder = Files.createTempDirectory("search-benchmark");
        Path luceneFolder = Files.createTempDirectory("search-benchmark");
        try (Engine lucene = engine("lucene", luceneFolder)) {
            try (Engine ours = engine("ours", oursFolder)) {
                ours.index(texts);
            }
            lucene.index(texts);
            lucene.open();
            note("size", "ours", Engine.size(oursFolder) / 1e6);
            note("size", "lucene", Engine.size(luceneFolder) / 1e6);
            try (Engine alike = new Engine.Ours(oursFolder, new Similarity.LuceneCompatible(1.2f, 0.75f))) {
                for (String query : queries) {
                    agree(query, alike, lucene);
                }
            }
            try (Engine ours = engine("ours", oursFolder)) {
                for (int pass = -WARM_UP; pass < PASSES; pass++) {
                    for (Engine.Kind kind : Engine.Kind.values()) {
                        pass(kind, queries, ours, lucene, pass);
                    }
                }
            }
        } finally {
            delete(oursFolder);
            delete(luceneFolder);
        }
    }

    /** With Lucene's similarity the ten best have Lucene's scores, bit for bit; only what is near is weighed in another way. */
    private static void agree(String query, Engine ours, Engine lucene) throws IOException {
        for (Engine.Kind kind : Engine.Kind.values()) {
            double[] a = ours.search(kind, query);
            double[] b = lucene.search(kind, query);
            if (kind != Engine.Kind.FUZZY && !Arrays.equals(a, b)) {
                throw new IllegalStateException("not the same for " + kind + " " + query + ": " + Arrays.toString(a)
                        + " and " + Arrays.toString(b));
            }
        }
    }

    private void pass(Engine.Kind kind, List<String> queries, Engine ours, Engine lucene, int pass) throws IOException {
        double[][] times = new double[2][queries.size()];
        for (int i = 0; i < queries.size(); i++) {
            boolean first = ((i + pass) & 1) == 0;
            times[first ? 0 : 1][i] = time(first ? ours : lucene, kind, queries.get(i));
            times[first ? 1 : 0][i] = time(first ? lucene : ours, kind, queries.get(i));
        }
        if (pass >= 0) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            for (int who = 0; who < 2; who++) {
                Arrays.sort(times[who]);
                String impl = who == 0 ? "ours" : "lucene";
                note(name + " p50", impl, times[who][queries.size() / 2]);
                note(name + " p99", impl, times[who][queries.size() * 99 / 100]);
            }
        }
    }

    private static double time(Engine engine, Engine.Kind kind, String query) throws IOException {
        long start = System.nanoTime();
        engine.search(kind, query);
        return (System.nanoTime() - start) / 1e3;
    }

    /** A way to find the best. */
    private interface Step {
        double[] best(String query, int most);
    }

    /** The steps that the chapter takes before blocks, on the same queries. */
    private void steps(List<String> texts, List<String> queries) {
        Naive naive = new Naive(texts);
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("naive-scan", naive::scan);
        steps.put("naive-term-at-a-time", naive::termAtATime);
        steps.put("naive-max-score", naive::maxScore);
        steps.forEach((name, step) -> {
            List<String> some =
                    name.equals("naive-scan") ? queries.subList(0, Math.min(SCANNED, queries.size())) : queries;
            for (int pass = -1; pass < PASSES; pass++) {
                double[] times = new double[some.size()];
                for (int i = 0; i < times.length; i++) {
                    long start = System.nanoTime();
                    step.best(some.get(i), 10);
                    times[i] = (System.nanoTime() - start) / 1e3;
                }
                if (pass >= 0) {
                    Arrays.sort(times);
                    note("or p50", name, times[times.length / 2]);
                    if (times.length > SCANNED) {
                        note("or p99", name, times[times.length * 99 / 100]);
                    }
                }
            }
        });
    }
}
