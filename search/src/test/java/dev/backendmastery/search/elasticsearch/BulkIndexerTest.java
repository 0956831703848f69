package dev.backendmastery.search.elasticsearch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.engines.Elasticsearch;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.search.analysis.Analyzers;
import dev.backendmastery.search.elasticsearch.BulkWriter.Outcome;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.IndexUnavailableException;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("BulkIndexer on an engine")
@Timeout(120)
@SuppressWarnings("NullAway.Init") // set before each test
final class BulkIndexerTest {

    private static final Schema SCHEMA =
            Schema.builder().text("text", Analyzers.english()).number("n").build();

    private final Elasticsearch engine = Engines.elasticsearch();
    private final List<DeadDocument> dead = Collections.synchronizedList(new ArrayList<>());
    private RestClient client;
    private ElasticsearchIndex index;

    @BeforeEach
    void open() {
        client = RestClient.builder(HttpHost.create(engine.url())).build();
        index = ElasticsearchIndex.at(client, "bulk-" + UUID.randomUUID(), SCHEMA)
                .timeout(Duration.ofSeconds(2))
                .open();
    }

    @AfterEach
    void remove() throws IOException {
        index.delete();
        client.close();
    }

    private BulkIndexer.Builder indexer() {
        return BulkIndexer.to(index.sink(), dead::add)
                .batch(100, 1 << 20)
                .retry(200, Backoff.fullJitter(Duration.ofMillis(10), Duration.ofMillis(200)));
    }

    private static Document document(int id, String text) {
        return Document.of("d" + id).text("text", text).number("n", id).build();
    }

    private long found(String text) {
        index.refresh();
        return index.search(Search.of(Query.match("text", text)).countAll()).total();
    }

    private static Outcome outcome(CompletableFuture<Outcome> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("writes, supersedes, deletes and does not let old versions rise again")
    void writes() throws Exception {
        try (BulkIndexer indexer = indexer().start()) {
            List<CompletableFuture<Outcome>> futures = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                futures.add(indexer.upsert(document(i, "running foxes"), 1));
                futures.add(indexer.upsert(document(i, "sleeping foxes"), 2));
            }
            for (CompletableFuture<Outcome> future : futures) {
                outcome(future);
            }
            assertEquals(1_000, found("sleep"));
            assertEquals(0, found("run"));
            assertEquals(Outcome.WRITTEN, outcome(indexer.delete("d1", 3)));
            assertEquals(Outcome.SUPERSEDED, outcome(indexer.upsert(document(1, "running"), 2)));
            assertEquals(Outcome.WRITTEN, outcome(indexer.upsert(document(2, "sleeping foxes"), 2)), "the same again");
            assertEquals(Outcome.WRITTEN, outcome(indexer.delete("never there", 1)));
        }
        assertEquals(999, found("fox"));
    }

    @Test
    @DisplayName("gives the dead letters what the mapping refuses, and writes the rest of the batch")
    void poison() throws Exception {
        BulkSink real = index.sink();
        BulkSink withPoison = new BulkSink() {
            @Override
            public String encode(Document document) {
                return document.id().equals("d3") ? "{\"nosuch\":1}" : real.encode(document);
            }

            @Override
            public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                return real.send(batch);
            }
        };
        try (BulkIndexer indexer = BulkIndexer.to(withPoison, dead::add).start()) {
            List<CompletableFuture<Outcome>> futures = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                futures.add(indexer.upsert(document(i, "fox"), 1));
            }
            indexer.flush(Duration.ofSeconds(20));
            Throwable refused = assertThrows(ExecutionException.class, () -> outcome(futures.get(3)))
                    .getCause();
            assertInstanceOf(DocumentRefusedException.class, refused);
        }
        assertEquals(9, found("fox"));
        assertEquals(1, dead.size());
        assertTrue(dead.get(0).reason().contains("nosuch"), dead.get(0)::reason);
        assertThrows(
                IllegalArgumentException.class,
                () -> real.encode(Document.of("x").number("text", 1).build()));
    }

    @Test
    @DisplayName("a paused engine costs bounded memory and bounded waits, and nothing that was acked")
    void paused() throws Exception {
        assumeFalse(engine.isExternal(), "an external engine cannot be paused");
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        try (BulkIndexer indexer =
                indexer().buffer(300, 1 << 20).maxWait(Duration.ofMillis(100)).start()) {
            engine.pause();
            try {
                assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> assertThrows(BulkFullException.class, () -> {
                            for (int i = 0; i < 1_000; i++) {
                                futures.add(indexer.upsert(document(i, "fox"), 1));
                            }
                        }));
                assertEquals(300, futures.size());
                assertThrows(IndexUnavailableException.class, () -> indexer.flush(Duration.ofMillis(100)));
                assertThrows(IndexUnavailableException.class, index::refresh);
            } finally {
                engine.resume();
            }
            for (CompletableFuture<Outcome> future : futures) {
                assertEquals(Outcome.WRITTEN, outcome(future));
            }
        }
        assertEquals(300, found("fox"));
    }

    @Test
    @DisplayName("an engine that is killed and comes back has all that was acked, and gets the rest")
    void killed() throws Exception {
        assumeFalse(engine.isExternal(), "an external engine cannot be killed");
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        try (BulkIndexer indexer = indexer().start()) {
            for (int i = 0; i < 2_000; i++) {
                futures.add(indexer.upsert(document(i, "fox"), 1));
                if (i == 1_000) {
                    outcome(futures.get(500));
                    engine.kill();
                    engine.restart();
                }
            }
            for (CompletableFuture<Outcome> future : futures) {
                assertEquals(Outcome.WRITTEN, outcome(future));
            }
        }
        assertEquals(2_000, found("fox"));
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertTrue(snapshot.find("d0").isPresent());
        }
    }

    @Test
    @DisplayName("close gives up on an engine that is gone, in time, and says so")
    void gone() throws Exception {
        assumeFalse(engine.isExternal(), "an external engine cannot be paused");
        BulkIndexer indexer = indexer().closeWait(Duration.ofMillis(200)).start();
        CompletableFuture<Outcome> future;
        engine.pause();
        try {
            future = indexer.upsert(document(1, "fox"), 1);
            assertTimeoutPreemptively(Duration.ofSeconds(10), indexer::close);
        } finally {
            engine.resume();
        }
        Throwable cause =
                assertThrows(ExecutionException.class, () -> outcome(future)).getCause();
        assertInstanceOf(IndexUnavailableException.class, cause);
    }
}
