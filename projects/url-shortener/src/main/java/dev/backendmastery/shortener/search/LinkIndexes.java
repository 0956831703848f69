package dev.backendmastery.shortener.search;

import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.search.elasticsearch.BulkIndexer;
import dev.backendmastery.search.elasticsearch.BulkWriter;
import dev.backendmastery.search.elasticsearch.DocumentRefusedException;
import dev.backendmastery.search.elasticsearch.ElasticsearchIndex;
import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.search.index.SegmentIndex;
import dev.backendmastery.search.index.Similarity;
import dev.backendmastery.shortener.messages.Resources;
import dev.backendmastery.shortener.postgres.LinkFeed;
import dev.backendmastery.shortener.postgres.LinkFeed.Change;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The indexes that links are searched in. */
public final class LinkIndexes {

    private static final Logger LOG = LoggerFactory.getLogger(LinkIndexes.class);
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(30);

    private LinkIndexes() {}

    /** One in this process: it is made anew with each start, and ranks as Elasticsearch does. */
    public static IndexedLinkSearch own(Transactions transactions) {
        Resources open = new Resources();
        SearchIndex index = open.add(SegmentIndex.inMemory(LinkDocuments.SCHEMA)
                .similarity(new Similarity.LuceneCompatible(1.2f, 0.75f))
                .open());
        return follow(transactions, new Own(index), open);
    }

    /**
     * One in Elasticsearch that all nodes share. Each writes all links into it: a version decides who was later, so that they
     * need not agree on one of them.
     *
     * @param hostAndPort where it is; it need not answer yet
     */
    public static IndexedLinkSearch elasticsearch(
            String hostAndPort, Transactions transactions, OpenTelemetry telemetry) {
        HttpHost host = HttpHost.create("http://" + hostAndPort);
        Resources open = new Resources();
        RestClient client = open.add(RestClient.builder(host).build());
        return follow(transactions, open.add(new Shared(client, telemetry)), open);
    }

    private static IndexedLinkSearch follow(Transactions transactions, LinkIndexer.Target target, Resources open) {
        LinkIndexer indexer = open.add(new LinkIndexer(new LinkFeed(transactions), target));
        indexer.start();
        return new IndexedLinkSearch(indexer, open);
    }

    /** The indexer's thread alone writes, and reads each link after its last change: the newest form is the last. */
    private record Own(SearchIndex index) implements LinkIndexer.Target {

        @Override
        public SearchIndex open() {
            return index;
        }

        @Override
        public void take(List<Change> changes) {
            index.apply(Batch.of(changes.stream()
                    .map(change -> LinkDocuments.of(change.link()))
                    .toList()));
        }

        @Override
        public void show() {
            index.refresh();
        }
    }

    private static final class Shared implements LinkIndexer.Target, AutoCloseable {

        private final RestClient client;
        private final OpenTelemetry telemetry;
        private final Resources opened = new Resources();
        private @Nullable ElasticsearchIndex index;
        private @Nullable BulkWriter writer;

        Shared(RestClient client, OpenTelemetry telemetry) {
            this.client = client;
            this.telemetry = telemetry;
        }

        @Override
        public SearchIndex open() {
            ElasticsearchIndex there = index;
            if (there == null) {
                // Another schema is another index: the old one stays until somebody deletes it.
                String name = "shortener-links-"
                        + Integer.toHexString(LinkDocuments.SCHEMA.fingerprint().hashCode());
                there = opened.add(ElasticsearchIndex.at(client, name, LinkDocuments.SCHEMA)
                        .telemetry(telemetry)
                        .open());
                writer = opened.add(
                        BulkIndexer.to(there.sink(), dead -> LOG.error("a link cannot be found by words: {}", dead))
                                .start());
                index = there;
            }
            return there;
        }

        @Override
        public void take(List<Change> changes) {
            BulkWriter to = Objects.requireNonNull(writer);
            List<CompletableFuture<?>> acks = new ArrayList<>();
            for (Change change : changes) {
                acks.add(to.upsert(LinkDocuments.of(change.link()), change.version() + 1));
            }
            to.flush(WRITTEN_WITHIN);
            acks.forEach(Shared::check);
        }

        /** What was refused for good is in the log, and would be again: the others go on without it. */
        private static void check(CompletableFuture<?> ack) {
            try {
                ack.join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof DocumentRefusedException)) {
                    throw e;
                }
            }
        }

        @Override
        public void show() {
            Objects.requireNonNull(index).refresh();
        }

        @Override
        public void close() {
            opened.close();
        }
    }
}
