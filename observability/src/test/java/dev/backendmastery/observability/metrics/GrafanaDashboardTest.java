package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.Collection;
import org.junit.jupiter.api.Test;

final class GrafanaDashboardTest extends GrafanaDashboardContract {

    @Override
    protected String json(String title, Collection<MetricData> metrics) {
        return GrafanaDashboard.json(title, metrics);
    }

    @Test
    void ofAProducerIsOfWhatItProduces() {
        Meters some = Meters.of("test", () -> Instant.EPOCH);
        some.counter("sent", "By", "").bind(Attributes.empty()).add(1);
        assertEquals(
                GrafanaDashboard.json("a", some.produce(Resource.empty())),
                GrafanaDashboard.json("a", (MetricProducer) some));
    }
}
