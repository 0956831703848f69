package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Schema;
import io.opentelemetry.api.OpenTelemetry;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The traces of an ElasticsearchIndex")
final class ElasticsearchTracesTest extends ElasticsearchTracesContract {

    @Override
    protected ElasticsearchIndex open(RestClient client, String name, Schema schema, OpenTelemetry telemetry) {
        return ElasticsearchIndex.at(client, name, schema).telemetry(telemetry).open();
    }
}
