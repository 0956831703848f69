package dev.backendmastery.showcase.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A trace as Zipkin's list of spans, version 2: times in microseconds, everything else as tags. Links have no place there and are left away.
 *
 * <p><b>Source.</b> OpenTelemetry, <i>OpenTelemetry to Zipkin Transformation</i>.
 */
final class ZipkinJson {

    private static final long NANOS_PER_MICRO = 1_000;

    private ZipkinJson() {}

    /** What to write as JSON. */
    static List<Map<String, Object>> of(List<Span> spans) {
        return spans.stream().map(ZipkinJson::span).toList();
    }

    private static Map<String, Object> span(Span span) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("traceId", span.traceId());
        json.put("id", span.spanId());
        if (!span.parentId().isEmpty()) {
            json.put("parentId", span.parentId());
        }
        json.put("name", span.name());
        if (span.kind() != Span.Kind.INTERNAL) {
            json.put("kind", span.kind().name());
        }
        json.put("timestamp", span.startNanos() / NANOS_PER_MICRO);
        // A duration of 0 says that there is none.
        json.put("duration", Math.max(1, (span.nanos() + NANOS_PER_MICRO / 2) / NANOS_PER_MICRO));
        json.put("localEndpoint", Map.of("serviceName", span.service()));
        if (!span.events().isEmpty()) {
            List<Map<String, Object>> annotations = new ArrayList<>();
            for (Span.Event event : span.events()) {
                annotations.add(Map.of(
                        "timestamp",
                        event.nanos() / NANOS_PER_MICRO,
                        "value",
                        event.attributes().isEmpty() ? event.name() : event.name() + " " + event.attributes()));
            }
            json.put("annotations", annotations);
        }
        SortedMap<String, String> tags = new TreeMap<>(span.attributes());
        if (!span.scope().isEmpty()) {
            tags.put("otel.scope.name", span.scope());
        }
        if (!span.instance().isEmpty()) {
            tags.put("service.instance.id", span.instance());
        }
        if (span.status() != Span.Status.UNSET) {
            tags.put("otel.status_code", span.status().name());
        }
        if (span.failed()) {
            tags.put("error", span.statusMessage());
        }
        json.put("tags", tags);
        return json;
    }
}
