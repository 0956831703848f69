package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Cursor;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Explanation;
import dev.backendmastery.search.index.Facet;
import dev.backendmastery.search.index.Highlighter;
import dev.backendmastery.search.index.Hits;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SearchIndexException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A point in time of the engine's, kept from call to call; or the moment of one call, which costs no other calls. */
final class ElasticsearchSnapshot implements IndexSnapshot {

    /** After this long without a call the engine forgets it. */
    static final String KEPT = "5m";

    private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchSnapshot.class);

    private final Rest rest;
    private final String index;
    private final Optional<String> time;
    private final Schema schema;
    private final Mapping mapping;
    private final Dsl dsl;
    private final AtomicBoolean closed = new AtomicBoolean();

    ElasticsearchSnapshot(Rest rest, String index, Optional<String> time, Schema schema, Mapping mapping) {
        this.rest = rest;
        this.index = index;
        this.time = time;
        this.schema = schema;
        this.mapping = mapping;
        this.dsl = new Dsl(schema, mapping);
    }

    @Override
    public long size() {
        return call(Node.object("size", 0, "track_total_hits", true))
                .get("hits")
                .get("total")
                .get("value")
                .integer();
    }

    @Override
    public Optional<Document> find(String id) {
        return call(Node.object("query", ids(id))).get("hits").get("hits").items().stream()
                .map(hit -> mapping.document(id, hit.get("_source")))
                .findFirst();
    }

    @Override
    public Hits search(Search search) {
        Highlighter marks =
                search.highlight() == null ? null : new Highlighter(schema, search.query(), search.highlight());
        Node answer = call(dsl.search(search));
        List<Hits.Hit> hits = new ArrayList<>();
        for (Node hit : answer.get("hits").get("hits").items()) {
            String id = hit.get("_id").text();
            Document document = mapping.document(id, hit.get("_source"));
            List<@Nullable Object> cursor = new ArrayList<>();
            hit.get("sort").items().forEach(value -> cursor.add(value.value()));
            hits.add(new Hits.Hit(
                    id,
                    hit.get("_score").number(),
                    document,
                    new Cursor(cursor),
                    marks == null ? Map.of() : marks.fragments(document)));
        }
        Map<String, Hits.Counts> facets = new LinkedHashMap<>();
        for (Facet facet : search.facets()) {
            Node counted = answer.get("aggregations").get(facet.field());
            List<Hits.Count> values = counted.get("values").get("buckets").items().stream()
                    .map(bucket -> new Hits.Count(
                            bucket.get("key").text(), bucket.get("doc_count").integer()))
                    .toList();
            facets.put(
                    facet.field(),
                    new Hits.Counts(
                            values, counted.get("missing").get("doc_count").integer()));
        }
        Node total = answer.get("hits").get("total");
        boolean exact = total.get("relation").text().equals("eq");
        return new Hits(hits, Math.max(total.get("value").integer(), hits.size()), exact, facets, false);
    }

    @Override
    public Optional<Explanation> explain(Query query, String id) {
        Map<String, @Nullable Object> one =
                Node.object("bool", Node.object("must", List.of(dsl.query(query)), "filter", List.of(ids(id))));
        return call(Node.object("query", one, "explain", true)).get("hits").get("hits").items().stream()
                .map(hit -> explanation(hit.get("_explanation")))
                .findFirst();
    }

    private static Explanation explanation(Node node) {
        return new Explanation(
                node.get("value").number(),
                node.get("description").text(),
                node.get("details").items().stream()
                        .map(ElasticsearchSnapshot::explanation)
                        .toList());
    }

    private static Map<String, @Nullable Object> ids(String id) {
        return Node.object("ids", Node.object("values", List.of(id)));
    }

    private Node call(Map<String, @Nullable Object> body) {
        if (closed.get()) {
            throw new IllegalStateException("the snapshot is closed");
        }
        time.ifPresent(id -> body.put("pit", Node.object("id", id, "keep_alive", KEPT)));
        Node answer = rest.call("POST", time.isPresent() ? "/_search" : "/" + index + "/_search", body);
        if (answer.get("timed_out").text().equals("true")
                || answer.get("_shards").get("failed").integer() > 0) {
            throw new SearchIndexException("a part of the index did not answer");
        }
        return answer;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && time.isPresent()) {
            try {
                rest.call("DELETE", "/_pit", Node.object("id", time.get()), 404);
            } catch (SearchIndexException e) {
                LOG.warn("A point in time was not given back; the engine forgets it after {}", KEPT, e);
            }
        }
    }
}
