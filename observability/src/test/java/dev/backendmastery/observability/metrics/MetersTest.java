package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MetersTest extends MetersContract {

    private static final Attributes CACHE = Attributes.of(AttributeKey.stringKey("cache.name"), "links");

    @Override
    protected Subject create(InstantSource clock, int limit) {
        return new Ours(clock, limit);
    }

    @Test
    void theSdkReadsIt() {
        Meters meters = Meters.of("shortener", InstantSource.system());
        meters.counter("links.created", "{link}", "Links")
                .bind(Attributes.empty())
                .increment();
        meters.histogram("http.server.request.duration", "s", "").bind(CACHE).recordNanos(2_000_000);
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        try (SdkMeterProvider provider = SdkMeterProvider.builder()
                .registerMetricReader(reader)
                .registerMetricProducer(meters)
                .build()) {
            provider.get("other").counterBuilder("other").build().add(2);
            Collection<MetricData> all = reader.collectAllMetrics();
            assertEquals(3, all.size());
            OpenMetricsParser.parse(OpenMetrics.text(all));
        }
    }

    @Test
    void theJvmIsObserved() {
        Meters meters = Meters.of("jvm", InstantSource.system());
        JvmMetrics metrics = JvmMetrics.observe(meters);
        String text = OpenMetrics.text(meters.produce(Resource.empty()));
        OpenMetricsParser.parse(text);
        for (String name : List.of(
                "jvm_memory_used_bytes",
                "jvm_memory_committed_bytes",
                "jvm_thread_count",
                "jvm_gc_collections_total")) {
            assertTrue(text.contains("\n" + name), name);
        }
        assertThrows(IllegalArgumentException.class, () -> JvmMetrics.observe(meters));
        metrics.close();
        assertEquals(0, meters.produce(Resource.empty()).size());
    }

    @Test
    void statsOfACacheAreObserved() {
        Meters meters = Meters.of("cache", InstantSource.system());
        AtomicLong hits = new AtomicLong(40);
        Meters.Observation hit = meters.observedCounter("cache.hits", "{hit}", "", CACHE, hits::get);
        meters.observedUpDownCounter("cache.entries", "{entry}", "", CACHE, () -> 9);
        assertThrows(
                IllegalArgumentException.class,
                () -> meters.observedCounter("cache.hits", "{hit}", "", CACHE, hits::get));
        assertTrue(OpenMetrics.text(meters.produce(Resource.empty()))
                .contains("cache_hits_total{cache_name=\"links\"} 40\n"));
        hit.close();
        assertEquals(1, meters.produce(Resource.empty()).size());
    }
}
