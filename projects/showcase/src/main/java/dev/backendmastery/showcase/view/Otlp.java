package dev.backendmastery.showcase.view;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** From the messages of OTLP to what is kept; each returns how many it had to reject. */
final class Otlp {

    /** Longer values are cut, further attributes, events and links left away. */
    static final int MAX_TEXT = 2_000;

    /** Of a resource: what the page calls it. */
    static final String NODE = "showcase.node";

    private static final int MAX_ATTRIBUTES = 64;
    private static final int MAX_EVENTS = 32;
    private static final int MAX_LINKS = 32;
    private static final int MAX_BUCKETS = 1_000;
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;
    private static final HexFormat HEX = HexFormat.of();

    private Otlp() {}

    /** Keeps the spans; rejects those without a valid id. */
    static int keep(ExportTraceServiceRequest request, TraceStore traces) {
        int rejected = 0;
        for (ResourceSpans resource : request.getResourceSpansList()) {
            SortedMap<String, String> of = attributes(resource.getResource().getAttributesList());
            for (var scope : resource.getScopeSpansList()) {
                for (var span : scope.getSpansList()) {
                    if (isId(span.getTraceId(), TRACE_BYTES) && isId(span.getSpanId(), SPAN_BYTES)) {
                        traces.add(span(span, of, cut(scope.getScope().getName())));
                    } else {
                        rejected++;
                    }
                }
            }
        }
        return rejected;
    }

    private static boolean isId(ByteString bytes, int length) {
        if (bytes.size() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes.byteAt(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private static String hex(ByteString bytes) {
        return HEX.formatHex(bytes.toByteArray());
    }

    private static Span span(
            io.opentelemetry.proto.trace.v1.Span span, SortedMap<String, String> resource, String scope) {
        List<Span.Event> events = new ArrayList<>();
        for (var event : span.getEventsList().subList(0, Math.min(MAX_EVENTS, span.getEventsCount()))) {
            events.add(new Span.Event(
                    event.getTimeUnixNano(), cut(event.getName()), attributes(event.getAttributesList())));
        }
        List<Span.Link> links = new ArrayList<>();
        for (var link : span.getLinksList()) {
            if (links.size() < MAX_LINKS
                    && isId(link.getTraceId(), TRACE_BYTES)
                    && isId(link.getSpanId(), SPAN_BYTES)) {
                links.add(new Span.Link(hex(link.getTraceId()), hex(link.getSpanId())));
            }
        }
        return new Span(
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                isId(span.getParentSpanId(), SPAN_BYTES) ? hex(span.getParentSpanId()) : "",
                cut(span.getName()),
                kind(span.getKind()),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                switch (span.getStatus().getCode()) {
                    case STATUS_CODE_ERROR -> Span.Status.ERROR;
                    case STATUS_CODE_OK -> Span.Status.OK;
                    default -> Span.Status.UNSET;
                },
                cut(span.getStatus().getMessage()),
                resource.getOrDefault("service.name", ""),
                node(resource),
                scope,
                attributes(span.getAttributesList()),
                events,
                links);
    }

    /** A name that people have given it, or else the one that it has given itself. */
    private static String node(SortedMap<String, String> resource) {
        return resource.getOrDefault(
                NODE, resource.getOrDefault("service.instance.id", resource.getOrDefault("service.name", "")));
    }

    private static Span.Kind kind(io.opentelemetry.proto.trace.v1.Span.SpanKind kind) {
        return switch (kind) {
            case SPAN_KIND_SERVER -> Span.Kind.SERVER;
            case SPAN_KIND_CLIENT -> Span.Kind.CLIENT;
            case SPAN_KIND_PRODUCER -> Span.Kind.PRODUCER;
            case SPAN_KIND_CONSUMER -> Span.Kind.CONSUMER;
            default -> Span.Kind.INTERNAL;
        };
    }

    private static SortedMap<String, String> attributes(List<KeyValue> attributes) {
        SortedMap<String, String> texts = new TreeMap<>();
        for (KeyValue attribute : attributes) {
            if (texts.size() < MAX_ATTRIBUTES) {
                texts.put(cut(attribute.getKey()), cut(text(attribute.getValue())));
            }
        }
        return texts;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .limit(MAX_ATTRIBUTES)
                        .map(one -> cut(text(one)))
                        .collect(Collectors.joining(",", "[", "]"));
            case KVLIST_VALUE ->
                attributes(value.getKvlistValue().getValuesList()).toString();
            case BYTES_VALUE -> value.getBytesValue().size() + " bytes";
            default -> "";
        };
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    /** Keeps the numbers; rejects summaries, and what says of itself what cannot be. */
    static int keep(ExportMetricsServiceRequest request, MetricStore metrics) {
        int rejected = 0;
        for (ResourceMetrics resource : request.getResourceMetricsList()) {
            SortedMap<String, String> of = attributes(resource.getResource().getAttributesList());
            String node = node(of);
            for (var scope : resource.getScopeMetricsList()) {
                for (Metric metric : scope.getMetricsList()) {
                    rejected += keep(node, metric, metrics);
                }
            }
        }
        return rejected;
    }

    private static int keep(String node, Metric metric, MetricStore metrics) {
        String name = cut(metric.getName());
        String unit = cut(metric.getUnit());
        int rejected = 0;
        switch (metric.getDataCase()) {
            case GAUGE -> {
                for (NumberDataPoint point : metric.getGauge().getDataPointsList()) {
                    metrics.gauge(key(node, name, point.getAttributesList()), unit, time(point, true), value(point));
                }
            }
            case SUM -> {
                boolean cumulative = cumulative(metric.getSum().getAggregationTemporality());
                for (NumberDataPoint point : metric.getSum().getDataPointsList()) {
                    MetricStore.Key key = key(node, name, point.getAttributesList());
                    if (metric.getSum().getIsMonotonic()) {
                        metrics.counter(key, unit, time(point, cumulative), value(point));
                    } else {
                        metrics.gauge(key, unit, time(point, cumulative), value(point));
                    }
                }
            }
            case HISTOGRAM -> {
                boolean cumulative = cumulative(metric.getHistogram().getAggregationTemporality());
                for (HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
                    boolean fits = point.getBucketCountsCount() <= MAX_BUCKETS
                            && point.getBucketCountsCount()
                                    == (point.getExplicitBoundsCount() == 0 && point.getBucketCountsCount() == 0
                                            ? 0
                                            : point.getExplicitBoundsCount() + 1);
                    if (fits) {
                        metrics.histogram(
                                key(node, name, point.getAttributesList()),
                                unit,
                                new MetricStore.Time(point.getStartTimeUnixNano(), point.getTimeUnixNano(), cumulative),
                                Distribution.explicit(point.getExplicitBoundsList(), point.getBucketCountsList()));
                    } else {
                        rejected++;
                    }
                }
            }
            case EXPONENTIAL_HISTOGRAM -> {
                boolean cumulative = cumulative(metric.getExponentialHistogram().getAggregationTemporality());
                for (ExponentialHistogramDataPoint point :
                        metric.getExponentialHistogram().getDataPointsList()) {
                    if (point.getPositive().getBucketCountsCount() <= MAX_BUCKETS) {
                        metrics.histogram(
                                key(node, name, point.getAttributesList()),
                                unit,
                                new MetricStore.Time(point.getStartTimeUnixNano(), point.getTimeUnixNano(), cumulative),
                                Distribution.exponential(
                                        point.getScale(),
                                        point.getPositive().getOffset(),
                                        point.getPositive().getBucketCountsList(),
                                        point.getZeroCount()));
                    } else {
                        rejected++;
                    }
                }
            }
            default -> rejected++;
        }
        return rejected;
    }

    private static MetricStore.Key key(String node, String name, List<KeyValue> attributes) {
        return new MetricStore.Key(node, name, attributes(attributes));
    }

    private static MetricStore.Time time(NumberDataPoint point, boolean cumulative) {
        return new MetricStore.Time(point.getStartTimeUnixNano(), point.getTimeUnixNano(), cumulative);
    }

    private static double value(NumberDataPoint point) {
        return point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
    }

    private static boolean cumulative(AggregationTemporality temporality) {
        return temporality != AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
    }
}
