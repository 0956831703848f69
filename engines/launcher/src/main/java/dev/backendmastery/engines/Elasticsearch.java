package dev.backendmastery.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An Elasticsearch 8.19 node.
 *
 * <p>The server library with its network module and analysis components of our own, under the product's names: character
 * filters (html_strip, mapping, pattern_replace), tokenizers (keyword, whitespace, letter, ngram, edge_ngram, pattern,
 * path_hierarchy), token filters (stemmers, n-grams, synonym, synonym_graph, word_delimiter_graph and more) and the
 * analyzers english, german, french, spanish, simple and stop.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> what lives in modules that are not published: painless
 * scripts, {@code _reindex}, {@code _update_by_query}, {@code _delete_by_query}, ingest processors, {@code _rank_eval},
 * security. An index needs {@code number_of_replicas: 0} to become green. <b>Source.</b>
 * {@code org.elasticsearch:elasticsearch} in a JVM of its own.
 */
public final class Elasticsearch extends EngineServer {

    private static final ForkedJvm JVM =
            new ForkedJvm("elasticsearch", "dev.backendmastery.engines.elasticsearch.ElasticsearchServerMain", "512m");

    private final String url;

    private Elasticsearch(String host, int port, @Nullable ServerProcess process, String url) {
        super(Engine.ELASTICSEARCH, host, port, process);
        this.url = url;
    }

    /** A node for one test, with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its address, {@code http://HOST:PORT}; an external server's as the variable says it. */
    public String url() {
        return url;
    }

    /** @throws IllegalArgumentException if the text is no http or https URL */
    static Elasticsearch external(Engine engine, String url) {
        Endpoint endpoint = Endpoint.ofUri(engine, url, Set.of("http", "https"), 9200);
        return new Elasticsearch(endpoint.host(), endpoint.port(), null, url);
    }

    /** Settings of a private node. Not safe for several threads. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {}

        /** A node setting as in {@code elasticsearch.yml}; the last value holds. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Starts it; returns when it serves.
         *
         * @throws EngineStartException if it does not within 120 s
         */
        public Elasticsearch start() {
            return Ports.starting(2, 0, ports -> {
                Path folder = Session.current().newFolder("elasticsearch");
                List<String> arguments = new ArrayList<>(List.of(
                        folder.resolve("home").toString(),
                        Integer.toString(ports.get(0)),
                        Integer.toString(ports.get(1))));
                settings.forEach((name, value) -> arguments.add(name + "=" + value));
                ServerProcess process = JVM.process(Engine.ELASTICSEARCH, folder, arguments);
                process.start();
                return new Elasticsearch("127.0.0.1", ports.get(0), process, "http://127.0.0.1:" + ports.get(0));
            });
        }
    }
}
