package dev.backendmastery.benchmarks.relevance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.backendmastery.benchmarks.report.Options;
import dev.backendmastery.search.analysis.Analyzers;
import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SegmentIndex;
import dev.backendmastery.search.relevance.Comparison;
import dev.backendmastery.search.relevance.Evaluation;
import dev.backendmastery.search.relevance.Judgments;
import dev.backendmastery.search.relevance.Measure;
import dev.backendmastery.search.relevance.RelevanceFormatException;
import dev.backendmastery.search.relevance.Run;
import dev.backendmastery.search.relevance.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * How well the index and Lucene rank one collection by BM25, the 1,000 best of each query: Lucene with its English analyzer, which has the first
 * of Porter's stemmers, and Lucene with the terms of ours, where what is left is lengths and ties.
 */
public final class RelevanceComparison {

    private static final String USAGE =
            "usage: relevance --docs FILE --queries FILE --qrels FILE [--json FILE]: a document's id, a tab and"
                    + " its text a line; TREC topics, or an id and a text a line; TREC qrels. Files that end in .gz are unpacked";

    private static final int DEPTH = 1_000;
    private static final int SAMPLES = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final List<Measure> MEASURES = List.of(
            Measure.ndcg(10, Measure.Gain.LINEAR),
            Measure.ndcg(10, Measure.Gain.EXPONENTIAL),
            Measure.averagePrecision(DEPTH),
            Measure.reciprocalRank(DEPTH),
            Measure.precision(10),
            Measure.recall(100),
            Measure.judged(10));

    /**
     * A line of the table.
     *
     * @param measure what was measured
     * @param peer against whom: Lucene with its English analyzer, or with the terms of ours
     * @param ours the mean
     * @param other the peer's mean
     * @param compared whether the difference is more than luck
     */
    public record Row(String measure, String peer, double ours, double other, Comparison compared) {}

    private RelevanceComparison() {}

    /**
     * Prints the table and writes it to a file.
     *
     * @return 0, or 2 if it was called wrongly or a file cannot be read
     */
    @SuppressWarnings("SystemOut") // a command line talks to people
    public static int main(List<String> arguments) throws IOException {
        Map<String, String> options = Options.of(arguments, Set.of("--docs", "--queries", "--qrels", "--json"))
                .orElse(Map.of());
        String docs = options.get("--docs");
        String queries = options.get("--queries");
        String qrels = options.get("--qrels");
        if (docs == null || queries == null || qrels == null) {
            System.err.println(USAGE);
            return 2;
        }
        List<Row> rows;
        try {
            rows = compare(documents(Path.of(docs)), Topics.read(Path.of(queries)), Judgments.read(Path.of(qrels)));
        } catch (RelevanceFormatException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        System.out.printf(
                Locale.ROOT,
                "%-20s %-18s %8s %8s %11s %20s %7s%n",
                "measure",
                "peer",
                "ours",
                "its",
                "difference",
                "95 % of it",
                "p");
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %-18s %8.4f %8.4f %+11.4f %+9.4f to %+7.4f %7.3f%n",
                    row.measure(),
                    row.peer(),
                    row.ours(),
                    row.other(),
                    row.compared().difference(),
                    row.compared().low(),
                    row.compared().high(),
                    row.compared().p());
        }
        Path file = Path.of(options.getOrDefault("--json", "relevance.json"));
        Files.writeString(file, JSON.writeValueAsString(rows) + "\n");
        System.out.println(file);
        return 0;
    }

    /** Ranks and measures. */
    static List<Row> compare(Map<String, String> documents, Topics topics, Judgments judgments) throws IOException {
        Run ours = ours(documents, topics);
        Map<String, Run> peers = new LinkedHashMap<>();
        try (EnglishAnalyzer english = new EnglishAnalyzer();
                WhitespaceAnalyzer split = new WhitespaceAnalyzer()) {
            peers.put("lucene", lucene(documents, topics.texts(), english));
            peers.put("lucene, our terms", lucene(terms(documents), terms(topics.texts()), split));
        }
        List<Row> rows = new ArrayList<>();
        peers.forEach((peer, run) -> {
            for (Measure measure : MEASURES) {
                Evaluation one = Evaluation.of(ours, judgments, measure);
                Evaluation other = Evaluation.of(run, judgments, measure);
                if (one.scores().isEmpty()) {
                    throw new IllegalArgumentException("qrels must name a relevant document");
                }
                rows.add(
                        new Row(measure.name(), peer, one.mean(), other.mean(), Comparison.of(one, other, SAMPLES, 1)));
            }
        });
        return rows;
    }

    /** The texts as the index analyses them, for an engine that only splits at spaces. */
    private static Map<String, String> terms(Map<String, String> texts) {
        Map<String, String> all = new LinkedHashMap<>();
        texts.forEach((id, text) -> {
            StringBuilder terms = new StringBuilder();
            Analyzers.english()
                    .analyze(text, (term, length, start, end, increment, span) -> terms.append(term, 0, length)
                            .append(' '));
            all.put(id, terms.toString());
        });
        return all;
    }

    private static Map<String, String> documents(Path file) throws IOException {
        Map<String, String> documents = new LinkedHashMap<>();
        try (InputStream bytes = Files.newInputStream(file);
                InputStream unpacked = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
                BufferedReader lines = new BufferedReader(new InputStreamReader(unpacked, StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                int tab = line.indexOf('\t');
                if (tab < 1) {
                    throw new IllegalArgumentException(
                            file + ":" + number + ": must be an id, a tab and a text, was " + line);
                }
                if (documents.putIfAbsent(line.substring(0, tab), line.substring(tab + 1)) != null) {
                    throw new IllegalArgumentException(
                            file + ":" + number + ": has " + line.substring(0, tab) + " a second time");
                }
            }
        }
        return documents;
    }

    private static Run ours(Map<String, String> documents, Topics topics) {
        Schema schema =
                Schema.builder().unstoredText("text", Analyzers.english()).build();
        Map<String, List<String>> rankings = new LinkedHashMap<>();
        try (SegmentIndex index = SegmentIndex.inMemory(schema).open()) {
            List<Document> batch = new ArrayList<>();
            documents.forEach(
                    (id, text) -> batch.add(Document.of(id).text("text", text).build()));
            index.apply(Batch.of(batch));
            index.refresh();
            try (IndexSnapshot snapshot = index.snapshot()) {
                topics.texts()
                        .forEach((query, text) -> rankings.put(
                                query,
                                snapshot.search(Search.of(Query.match("text", text))
                                                .top(DEPTH))
                                        .ids()));
            }
        }
        return new Run(rankings);
    }

    private static Run lucene(Map<String, String> documents, Map<String, String> queries, Analyzer analyzer)
            throws IOException {
        Map<String, List<String>> rankings = new LinkedHashMap<>();
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
                for (Map.Entry<String, String> entry : documents.entrySet()) {
                    org.apache.lucene.document.Document document = new org.apache.lucene.document.Document();
                    document.add(new StringField("id", entry.getKey(), Field.Store.YES));
                    document.add(new TextField("text", entry.getValue(), Field.Store.NO));
                    writer.addDocument(document);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                QueryBuilder builder = new QueryBuilder(analyzer);
                for (Map.Entry<String, String> topic : queries.entrySet()) {
                    org.apache.lucene.search.Query query = builder.createBooleanQuery("text", topic.getValue());
                    List<String> ids = new ArrayList<>();
                    if (query != null) {
                        for (ScoreDoc hit : searcher.search(query, DEPTH).scoreDocs) {
                            ids.add(searcher.storedFields().document(hit.doc).get("id"));
                        }
                    }
                    rankings.put(topic.getKey(), ids);
                }
            }
        }
        return new Run(rankings);
    }
}
