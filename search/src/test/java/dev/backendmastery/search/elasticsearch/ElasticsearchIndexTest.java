package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.search.index.SearchIndexContract;
import java.io.IOException;
import java.util.UUID;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("ElasticsearchIndex")
@SuppressWarnings("NullAway.Init") // set before the first test
final class ElasticsearchIndexTest extends SearchIndexContract {

    private static RestClient client;

    private final String prefix = "t" + UUID.randomUUID();
    private int names;

    @BeforeAll
    static void connect() {
        client = RestClient.builder(HttpHost.create(Engines.elasticsearch().url()))
                .build();
    }

    @AfterAll
    static void disconnect() throws IOException {
        client.close();
    }

    @Override
    protected SearchIndex open(Schema schema) {
        // The clause of other fields opens another index in the middle; that of other analyzers asks for the same one.
        boolean other = schema.fields().containsKey("color");
        names = other ? 1 : names;
        return ElasticsearchIndex.at(client, prefix + "-" + names, schema).open();
    }

    @AfterEach
    void remove() throws IOException {
        client.performRequest(new Request("DELETE", "/" + prefix + "-*"));
    }
}
