package dev.backendmastery.benchmarks.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkIngester;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import co.elastic.clients.util.BinaryData;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.engines.Elasticsearch;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.search.analysis.Analyzers;
import dev.backendmastery.search.elasticsearch.BulkIndexer;
import dev.backendmastery.search.elasticsearch.BulkSink;
import dev.backendmastery.search.elasticsearch.BulkWriter;
import dev.backendmastery.search.elasticsearch.ElasticsearchIndex;
import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/**
 * Documents of twenty words a second, into one real node on this machine, until each is acked: rounds in turn, each into an index of its own,
 * and what is there afterwards is counted.
 */
public final class BulkBenchmark {

    private static final int ROUNDS = 5;
    private static final int DOCUMENTS = 20_000;
    private static final int SINGLES = 1_000;
    private static final int BATCH = 1_000;
    private static final Schema SCHEMA =
            Schema.builder().text("text", Analyzers.english()).build();

    private BulkBenchmark() {}

    /** Brings documents to an index; returns when all are acked. */
    @FunctionalInterface
    private interface Contestant {
        void write(ElasticsearchIndex index, String name, List<Document> documents);
    }

    /** The race; about two minutes. */
    public static List<Measurement> run() throws IOException {
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        contestants.put("ours", (index, name, documents) -> bulk(index, documents));
        contestants.put("ours-apply", (index, name, documents) -> apply(index, documents));
        contestants.put(
                "naive-one-by-one", (index, name, documents) -> documents.forEach(each -> index.apply(Batch.of(each))));
        Elasticsearch engine = Engines.elasticsearch();
        Map<String, List<Double>> scores = new LinkedHashMap<>();
        try (RestClient client =
                RestClient.builder(HttpHost.create(engine.url())).build()) {
            ElasticsearchClient peer =
                    new ElasticsearchClient(new RestClientTransport(client, new JacksonJsonpMapper()));
            contestants.put("elasticsearch-java", (index, name, documents) -> ingest(peer, index, name, documents));
            for (int round = -1; round < ROUNDS; round++) {
                for (Map.Entry<String, Contestant> entry : contestants.entrySet()) {
                    boolean naive = entry.getKey().startsWith("naive");
                    double score = race(
                            client,
                            entry.getKey() + "-" + (round + 1),
                            entry.getValue(),
                            documents(naive ? SINGLES : DOCUMENTS));
                    if (round >= 0) {
                        scores.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                                .add(score);
                    }
                }
            }
        }
        List<Measurement> measurements = new ArrayList<>();
        scores.forEach((who, of) -> measurements.add(new Measurement("bulk", 1, who, "documents/s", true, of)));
        return measurements;
    }

    private static double race(RestClient client, String name, Contestant contestant, List<Document> documents) {
        ElasticsearchIndex index = ElasticsearchIndex.at(client, "race-" + name, SCHEMA)
                .timeout(Duration.ofMinutes(1))
                .open();
        try {
            long start = System.nanoTime();
            contestant.write(index, "race-" + name, documents);
            double seconds = (System.nanoTime() - start) / 1e9;
            index.refresh();
            long there = index.search(Search.of(Query.all()).countAll()).total();
            if (there != documents.size()) {
                throw new IllegalStateException(name + " has " + there + " of " + documents.size());
            }
            return documents.size() / seconds;
        } finally {
            index.delete();
        }
    }

    private static void bulk(ElasticsearchIndex index, List<Document> documents) {
        List<CompletableFuture<BulkWriter.Outcome>> acks = new ArrayList<>();
        try (BulkIndexer indexer = BulkIndexer.to(index.sink(), dead -> {
                    throw new IllegalStateException(dead.toString());
                })
                .batch(BATCH, 5 << 20)
                .start()) {
            documents.forEach(document -> acks.add(indexer.upsert(document, 1)));
        }
        acks.forEach(CompletableFuture::join);
    }

    /** The official helper, with the same documents, bounds and versions. */
    private static void ingest(
            ElasticsearchClient client, ElasticsearchIndex index, String name, List<Document> documents) {
        BulkSink sink = index.sink();
        try (BulkIngester<Void> ingester = BulkIngester.of(settings -> settings.client(client)
                .maxOperations(BATCH)
                .maxSize(5 << 20)
                .maxConcurrentRequests(2)
                .flushInterval(200, TimeUnit.MILLISECONDS))) {
            for (Document document : documents) {
                BinaryData source =
                        BinaryData.of(sink.encode(document).getBytes(StandardCharsets.UTF_8), "application/json");
                ingester.add(change -> change.index(upsert -> upsert.index(name)
                        .id(document.id())
                        .version(1L)
                        .versionType(VersionType.ExternalGte)
                        .document(source)));
            }
        }
    }

    private static void apply(ElasticsearchIndex index, List<Document> documents) {
        for (int from = 0; from < documents.size(); from += BATCH) {
            index.apply(Batch.of(documents.subList(from, Math.min(documents.size(), from + BATCH))));
        }
    }

    private static List<Document> documents(int count) {
        SplittableRandom random = new SplittableRandom(3);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < 20; word++) {
                text.append("word")
                        .append((int) (20_000 * random.nextDouble() * random.nextDouble()))
                        .append(' ');
            }
            documents.add(Document.of("d" + i).text("text", text.toString()).build());
        }
        return documents;
    }
}
