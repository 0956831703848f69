package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a text for a scrape must hold. Extend it and say how to write yours. */
@DisplayName("OpenMetrics")
public abstract class OpenMetricsContract {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");
    private static final SpanContext SPAN =
            SpanContext.create("a".repeat(32), "b".repeat(16), TraceFlags.getSampled(), TraceState.getDefault());

    private final Meters meters = Meters.of("test", () -> NOW);

    /** The text of these metrics. */
    protected abstract String text(Collection<MetricData> metrics);

    private String scrape() {
        return text(meters.produce(Resource.empty()));
    }

    @Test
    @DisplayName("OM-1 a strict parser takes it, and it says type, unit and help")
    final void parses() {
        meters.gauge("queue.depth", "{task}", "Tasks that wait", Attributes.empty(), () -> 4.5);
        meters.gauge("heap.share", "1", "", Attributes.empty(), () -> 0.5);
        meters.histogram("http.server.request.duration", "s", "Time")
                .bind(Attributes.empty())
                .record(0.25);
        String text = scrape();
        Map<String, Double> samples = OpenMetricsParser.parse(text);
        assertEquals(4.5, samples.get("queue_depth{}"));
        assertEquals(0.5, samples.get("heap_share_ratio{}"));
        assertTrue(text.contains("# TYPE http_server_request_duration_seconds histogram\n"));
        assertTrue(text.contains("# UNIT http_server_request_duration_seconds seconds\n"));
        assertTrue(text.contains("# HELP queue_depth Tasks that wait\n"));
    }

    @Test
    @DisplayName("OM-2 a counter ends in _total after its unit")
    final void counters() {
        meters.counter("sent", "By", "").bind(Attributes.empty()).add(7);
        String text = scrape();
        assertTrue(text.contains("# TYPE sent_bytes counter\n"), text);
        assertTrue(text.contains("\nsent_bytes_total 7\n"), text);
    }

    @Test
    @DisplayName("OM-3 every text is escaped: a label forges no line")
    final void escapes() {
        meters.counter("hits", "{hit}", "one\ntwo \\ \"three\"")
                .bind(Attributes.builder()
                        .put("path", "a\"} 1\nhits_total{x=\"\\")
                        .build())
                .increment();
        String text = scrape();
        assertEquals(1, text.lines().filter(line -> !line.startsWith("#")).count(), text);
        assertTrue(text.contains("{path=\"a\\\"} 1\\nhits_total{x=\\\"\\\\\"} 1\n"), text);
        assertTrue(text.contains("# HELP hits one\\ntwo \\\\ \\\"three\\\"\n"), text);
    }

    @Test
    @DisplayName("OM-4 buckets are cumulative at powers of two and between, and +Inf is the count")
    final void buckets() {
        BoundHistogram sizes = meters.histogram("size", "By", "").bind(Attributes.empty());
        for (double value : new double[] {0, 0.5, 1, 2, 3, 4, 100, Double.MIN_VALUE, Double.MAX_VALUE}) {
            sizes.record(value);
        }
        Map<String, Double> wide = OpenMetricsParser.parse(scrape());
        assertEquals(9, wide.get("size_bytes_bucket{le=+Inf}"));
        assertEquals(9, wide.get("size_bytes_count{}"));
        assertEquals(1, wide.get("size_bytes_bucket{le=0.0}"));
        BoundHistogram times = meters.histogram("time", "s", "").bind(Attributes.empty());
        for (int i = 1; i <= 100; i++) {
            times.record(i);
        }
        Map<String, Double> samples = OpenMetricsParser.parse(scrape());
        for (int bound = 1; bound <= 64; bound *= 2) {
            assertEquals(bound, samples.get("time_seconds_bucket{le=" + (double) bound + "}"));
        }
        assertEquals(100, samples.get("time_seconds_bucket{le=+Inf}"));
        assertEquals(5_050, samples.get("time_seconds_sum{}"));
    }

    @Test
    @DisplayName("OM-5 an exemplar is on the line of its bucket")
    final void exemplars() {
        BoundHistogram sizes = meters.histogram("size", "By", "").bind(Attributes.empty());
        sizes.record(3, SPAN);
        sizes.record(300, SPAN);
        assertEquals(2, OpenMetricsParser.exemplars(scrape(), "size_bytes"));
    }

    @Test
    @DisplayName("OM-6 label names that fall together are joined, and le is the bucket's")
    final void labels() {
        Attributes attributes = Attributes.builder()
                .put("a.b", "x")
                .put("a_b", "y")
                .put("le", "z")
                .build();
        meters.histogram("size", "By", "").bind(attributes).record(1);
        Map<String, Double> samples = OpenMetricsParser.parse(scrape());
        assertEquals(1, samples.get("size_bytes_count{a_b=x;y, attribute_le=z}"), samples::toString);
    }

    @Test
    @DisplayName("OM-7 deltas are refused, and so are two of one name")
    final void refuses() {
        meters.counter("sent", "By", "").bind(Attributes.empty()).add(7);
        Collection<MetricData> deltas = meters.delta().produce(Resource.empty());
        assertThrows(IllegalArgumentException.class, () -> text(deltas));
        Collection<MetricData> twice = new ArrayList<>(meters.produce(Resource.empty()));
        twice.addAll(meters.produce(Resource.empty()));
        assertThrows(IllegalArgumentException.class, () -> text(twice));
    }
}
