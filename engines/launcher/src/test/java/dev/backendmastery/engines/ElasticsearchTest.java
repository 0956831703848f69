package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ElasticsearchTest {

    /** Our components in one analyzer, and n-grams, a normalizer and a tokenizer beside it. */
    private static final String INDEX = """
            {"settings": {"number_of_replicas": 0, "number_of_shards": 1, "analysis": {
               "char_filter": {"and": {"type": "mapping", "mappings": ["& => and"]}},
               "filter": {
                 "same": {"type": "synonym_graph", "synonyms": ["car, automobile"]},
                 "stem": {"type": "stemmer", "language": "english"},
                 "front": {"type": "edge_ngram", "min_gram": 2, "max_gram": 4}},
               "tokenizer": {"path": {"type": "path_hierarchy"}},
               "normalizer": {"plain": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
               "analyzer": {
                 "full": {"tokenizer": "standard", "char_filter": ["html_strip", "and"],
                          "filter": ["lowercase", "asciifolding", "stem", "same"]},
                 "prefix": {"tokenizer": "whitespace", "filter": ["lowercase", "front"]},
                 "paths": {"tokenizer": "path"}}}},
             "mappings": {"properties": {"text": {"type": "text", "analyzer": "full"},
                                         "tag": {"type": "keyword", "normalizer": "plain"}}}}
            """;

    @Test
    @DisplayName("the shared node says its version, indexes, analyses with our components and finds")
    void roundTrip() throws IOException {
        Elasticsearch server = Engines.elasticsearch();
        String index = "t-" + UUID.randomUUID();
        try (RestClient client = client(server)) {
            if (!server.isExternal()) {
                assertTrue(
                        call(client, "GET", "/", "").contains("\"number\":\"" + Versions.of("elasticsearch") + "\""));
            }
            call(client, "PUT", "/" + index, INDEX);
            assertEquals("fast automobil car and bike", tokens(client, index, "full", "<b>Fast</b> cars & bikes"));
            assertEquals("so sol solr", tokens(client, index, "prefix", "Solr"));
            assertEquals("a a/b", tokens(client, index, "paths", "a/b"));
            call(
                    client,
                    "PUT",
                    "/" + index + "/_doc/1?refresh=true",
                    "{\"text\": \"An automobile\", \"tag\": \"Café\"}");
            assertTrue(
                    search(client, index, "{\"match\": {\"text\": \"cars\"}}").contains("\"_id\":\"1\""));
            assertTrue(search(client, index, "{\"term\": {\"tag\": \"CAFE\"}}").contains("\"_id\":\"1\""));
            call(client, "DELETE", "/" + index, "");
        }
    }

    @Test
    @DisplayName("a node keeps its documents over kill -9, on the same port")
    void survivesKill() throws IOException {
        try (Elasticsearch server =
                Elasticsearch.builder().setting("node.attr.rack", "r1").start()) {
            try (RestClient client = client(server)) {
                assertTrue(call(client, "GET", "/_cat/nodeattrs", "").contains("rack"));
                call(client, "PUT", "/kept", "{\"settings\": {\"number_of_replicas\": 0}}");
                call(client, "PUT", "/kept/_doc/1", "{\"word\": \"kept\"}");
                server.kill();
                server.restart();
                call(client, "GET", "/_cluster/health/kept?wait_for_status=green&timeout=60s", "");
                assertTrue(call(client, "GET", "/kept/_doc/1", "").contains("\"word\": \"kept\""));
            }
        }
    }

    private static String tokens(RestClient client, String index, String analyzer, String text) throws IOException {
        String answer = call(
                client,
                "POST",
                "/" + index + "/_analyze",
                "{\"analyzer\": \"" + analyzer + "\", \"text\": \"" + text + "\"}");
        Matcher token = Pattern.compile("\"token\":\"([^\"]*)\"").matcher(answer);
        return String.join(" ", token.results().map(found -> found.group(1)).toList());
    }

    private static String search(RestClient client, String index, String query) throws IOException {
        return call(client, "POST", "/" + index + "/_search", "{\"query\": " + query + "}");
    }

    private static String call(RestClient client, String method, String path, String body) throws IOException {
        Request request = new Request(method, path);
        if (!body.isEmpty()) {
            request.setJsonEntity(body);
        }
        return new String(
                client.performRequest(request).getEntity().getContent().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static RestClient client(Elasticsearch server) {
        return RestClient.builder(HttpHost.create(server.url())).build();
    }
}
