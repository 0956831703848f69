package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.Capability;
import dev.backendmastery.search.index.Hits;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.IndexUnavailableException;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.SchemaMismatchException;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.search.index.SearchIndexException;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.elasticsearch.client.RestClient;

/**
 * An index in Elasticsearch 8.
 *
 * <p><b>Guarantee</b> (SI-1 to SI-5, SI-7 to SI-29). A snapshot is a point in time of the engine. {@link Capability#DURABLE}: what was
 * applied survives the node; {@link Capability#LASTING_CURSORS}: ties are broken by id. Not {@code ATOMIC_BATCHES}: a refresh may fall
 * into a batch. Not {@code EXACT_STATISTICS}: deleted documents count until their segment is merged, and each shard counts
 * for itself. Not {@code REPORTS_CUT}. Terms at one position, as beginnings are, are found by terms and not by phrases.
 *
 * <p>With {@linkplain Builder#telemetry telemetry}, each request within a trace is a span of kind CLIENT, ended once, whose context
 * goes to the engine (ET-1 to ET-6); what is outside of any trace, as the threads of a {@link BulkIndexer}, has none. Neither ids nor what is
 * looked for are shown.
 *
 * <p><b>Threads</b>: any number. <b>Cost</b>: a call over the network each, a snapshot two more (not {@link #search}); an answer is waited for no longer than
 * the timeout, then {@link IndexUnavailableException}. Sorting by score breaks ties by id, which visits every match.
 *
 * <p><b>Not for</b> streams of single changes: {@link BulkIndexer}. <b>Source</b>: Elasticsearch's REST API.
 */
public final class ElasticsearchIndex implements SearchIndex {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,99}");
    private static final int BULK_CHARS = 5 << 20;

    private final Rest rest;
    private final String name;
    private final Schema schema;
    private final Mapping mapping;
    private volatile boolean closed;

    private ElasticsearchIndex(Rest rest, String name, Schema schema) {
        this.rest = rest;
        this.name = name;
        this.schema = schema;
        this.mapping = new Mapping(schema);
    }

    /**
     * An index of this name, which is made if it is not there.
     *
     * @param client the caller's, to be closed by him, after the index
     * @param name a small letter, then small letters, digits, {@code _} and {@code -}, up to 100
     */
    public static Builder at(RestClient client, String name, Schema schema) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name must match " + NAME + ", was " + name);
        }
        return new Builder(Objects.requireNonNull(client, "client"), name, Objects.requireNonNull(schema, "schema"));
    }

    /** How the index is made, and how long it waits. For one thread. */
    public static final class Builder {

        private final RestClient client;
        private final String name;
        private final Schema schema;
        private int shards = 1;
        private int replicas;
        private Duration timeout = Duration.ofSeconds(30);
        private OpenTelemetry telemetry = OpenTelemetry.noop();

        private Builder(RestClient client, String name, Schema schema) {
            this.client = client;
            this.name = name;
            this.schema = schema;
        }

        /** Parts of an index that is made now, 1 to 1,024; 1 unless told otherwise. */
        public Builder shards(int number) {
            if (number < 1 || number > 1_024) {
                throw new IllegalArgumentException("shards must be 1 to 1024, were " + number);
            }
            shards = number;
            return this;
        }

        /** Copies of each part of an index that is made now, 0 to 100; 0 unless told otherwise. */
        public Builder replicas(int number) {
            if (number < 0 || number > 100) {
                throw new IllegalArgumentException("replicas must be 0 to 100, were " + number);
            }
            replicas = number;
            return this;
        }

        /** The longest wait for a connection, and for an answer: 1 ms to an hour; 30 s unless told otherwise. */
        public Builder timeout(Duration longest) {
            if (longest.toMillis() < 1 || longest.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("timeout must be 1 ms to 1 h, was " + longest);
            }
            timeout = longest;
            return this;
        }

        /** Where its spans go; none unless told otherwise. */
        public Builder telemetry(OpenTelemetry telemetry) {
            this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
            return this;
        }

        /**
         * Opens it.
         *
         * @throws SchemaMismatchException if it is there with other fields or analyzers
         * @throws IndexUnavailableException if the engine does not answer
         */
        public ElasticsearchIndex open() {
            ElasticsearchIndex index =
                    new ElasticsearchIndex(new Rest(client, timeout, new RestTraces(telemetry)), name, schema);
            index.make(shards, replicas);
            return index;
        }
    }

    private void make(int shards, int replicas) {
        Node found = rest.call("GET", "/" + name + "/_mapping", null, 404);
        if (!found.isThere()) {
            create(shards, replicas);
            found = rest.call("GET", "/" + name + "/_mapping", null);
        }
        String fingerprint =
                found.first().get("mappings").get("_meta").get("fingerprint").text();
        if (!fingerprint.equals(schema.fingerprint())) {
            throw new SchemaMismatchException(
                    "index " + name + " was made with " + fingerprint + ", not with " + schema.fingerprint());
        }
    }

    private void create(int shards, int replicas) {
        try {
            rest.call("PUT", "/" + name, mapping.index(shards, replicas));
        } catch (IndexUnavailableException e) {
            throw e;
        } catch (SearchIndexException e) {
            if (!String.valueOf(e.getMessage()).contains("resource_already_exists_exception")) {
                throw e; // else another was faster, and what it made is looked at next
            }
        }
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE, Capability.LASTING_CURSORS);
    }

    @Override
    public void apply(Batch batch) {
        check();
        for (Batch.Operation operation : batch.operations()) {
            if (operation instanceof Batch.Upsert upsert) {
                schema.check(upsert.document());
            }
        }
        StringBuilder lines = new StringBuilder();
        for (Batch.Operation operation : batch.operations()) {
            if (operation instanceof Batch.Upsert upsert) {
                lines.append(Node.write(Node.object("index", Node.object("_id", operation.id()))))
                        .append('\n')
                        .append(mapping.source(upsert.document()))
                        .append('\n');
            } else {
                lines.append(Node.write(Node.object("delete", Node.object("_id", operation.id()))))
                        .append('\n');
            }
            if (lines.length() >= BULK_CHARS) {
                send(lines);
                lines.setLength(0);
            }
        }
        if (lines.length() > 0) {
            send(lines);
        }
    }

    private void send(CharSequence lines) {
        Rest.Answer answer;
        try {
            answer = rest.lines("/" + name + "/_bulk", lines.toString());
        } catch (IOException e) {
            throw new IndexUnavailableException("the batch got no answer: " + e.getMessage(), e);
        }
        if (answer.status() >= 300) {
            throw failure(answer.status(), answer.reason());
        }
        for (Node item : answer.body().get("items").items()) {
            int status = (int) item.first().get("status").integer();
            if (status >= 300 && !(status == 404 && item.get("delete").isThere())) {
                Node error = item.first().get("error");
                throw failure(
                        status,
                        item.first().get("_id").text() + ": "
                                + error.get("reason").text());
            }
        }
    }

    private static SearchIndexException failure(int status, String reason) {
        String message = "the batch was answered " + status + ", " + reason;
        return Rest.isPassing(status) ? new IndexUnavailableException(message) : new SearchIndexException(message);
    }

    @Override
    public void refresh() {
        check();
        rest.call("POST", "/" + name + "/_refresh", null);
    }

    @Override
    public void commit() {
        check();
        rest.call("POST", "/" + name + "/_flush", null);
    }

    @Override
    public IndexSnapshot snapshot() {
        check();
        String time = rest.call("POST", "/" + name + "/_pit?keep_alive=" + ElasticsearchSnapshot.KEPT, null)
                .get("id")
                .text();
        return new ElasticsearchSnapshot(rest, name, Optional.of(time), schema, mapping);
    }

    @Override
    public Hits search(Search search) {
        check();
        try (IndexSnapshot now = new ElasticsearchSnapshot(rest, name, Optional.empty(), schema, mapping)) {
            return now.search(search);
        }
    }

    /** Where a {@link BulkIndexer} sends its batches. */
    public BulkSink sink() {
        check();
        return new ElasticsearchSink(rest, name, schema, mapping);
    }

    /** Removes the index from the engine, documents and all, and closes this. */
    public void delete() {
        check();
        rest.call("DELETE", "/" + name, null, 404);
        close();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("index " + name + " is closed");
        }
    }

    @Override
    public String toString() {
        return name + List.copyOf(schema.fields().keySet());
    }
}
