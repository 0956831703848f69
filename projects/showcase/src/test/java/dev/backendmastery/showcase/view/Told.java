package dev.backendmastery.showcase.view;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A node that tells of requests that nobody made, by the real SDK over OTLP. */
final class Told implements AutoCloseable {

    /** What an attribute must stay. */
    static final String HTML = "<img src=x onerror=\"document.title='broken'\"><b>bold</b>";

    private final Random random = new Random(7);
    private final SdkTracerProvider traces;
    private final SdkMeterProvider meters;
    private final Tracer tracer;
    private final DoubleHistogram durations;
    private final LongUpDownCounter connections;
    private final LongCounter hits;

    Told(String otlp, String node) {
        Resource resource = Resource.create(Attributes.of(
                AttributeKey.stringKey("service.name"),
                "url-shortener",
                AttributeKey.stringKey("service.instance.id"),
                node));
        traces = SdkTracerProvider.builder()
                .setResource(resource)
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(otlp + "/v1/traces")
                                .setCompression("gzip")
                                .build())
                        .setScheduleDelay(Duration.ofMillis(200))
                        .build())
                .build();
        meters = SdkMeterProvider.builder()
                .setResource(resource)
                .registerMetricReader(PeriodicMetricReader.builder(OtlpHttpMetricExporter.builder()
                                .setEndpoint(otlp + "/v1/metrics")
                                .setDefaultAggregationSelector(DefaultAggregationSelector.getDefault()
                                        .with(InstrumentType.HISTOGRAM, Aggregation.base2ExponentialBucketHistogram()))
                                .build())
                        .setInterval(Duration.ofSeconds(1))
                        .build())
                .build();
        tracer = traces.get("dev.backendmastery.shortener");
        Meter meter = meters.get("dev.backendmastery.shortener");
        durations = meter.histogramBuilder("http.server.request.duration")
                .setUnit("s")
                .build();
        connections = meter.upDownCounterBuilder("db.client.connection.count")
                .setUnit("{connection}")
                .build();
        hits = meter.counterBuilder("cache.hits").setUnit("{hit}").build();
        pool("used", 7);
        pool("idle", 3);
        meter.upDownCounterBuilder("db.client.connection.max")
                .setUnit("{connection}")
                .build()
                .add(10, Attributes.of(AttributeKey.stringKey("db.client.connection.pool.name"), "shortener"));
        meter.upDownCounterBuilder("db.client.connection.pending_requests")
                .setUnit("{request}")
                .build()
                .add(
                        node.equals("two") ? 4 : 0,
                        Attributes.of(AttributeKey.stringKey("db.client.connection.pool.name"), "shortener"));
        var unusedHeap = meter.gaugeBuilder("jvm.memory.used")
                .setUnit("By")
                .buildWithCallback(measurement -> measurement.record(
                        50e6 + 1e6 * random.nextInt(20),
                        Attributes.of(AttributeKey.stringKey("jvm.memory.type"), "heap")));
        var unusedLag = meter.gaugeBuilder("messaging.consumer.lag")
                .setUnit("{message}")
                .buildWithCallback(measurement -> measurement.record(
                        random.nextInt(40), Attributes.of(AttributeKey.stringKey("messaging.destination"), "clicks")));
    }

    private void pool(String state, int count) {
        connections.add(
                count,
                Attributes.builder()
                        .put("db.client.connection.state", state)
                        .put("db.client.connection.pool.name", "shortener")
                        .build());
    }

    private static SpanData ended(Span span, Instant end) {
        span.end(end);
        return ((ReadableSpan) span).toSpanData();
    }

    private SpanBuilder span(String name, SpanKind kind, Instant start, Context parent) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setStartTimestamp(start)
                .setParent(parent);
    }

    /** A request as a counter has it. */
    void request(String method, String route, int status, double seconds) {
        var attributes = Attributes.builder()
                .put("http.request.method", method)
                .put("http.route", route)
                .put("http.response.status_code", status);
        if (status >= 500) {
            attributes.put("error.type", Integer.toString(status));
        }
        durations.record(seconds, attributes.build());
        hits.add(1, Attributes.of(AttributeKey.stringKey("cache.name"), "links"));
    }

    /**
     * A visit: a request, a look into the cache, a query that fails if it is to, a click that is sent, and in a trace of its own the click that is counted, linked to where it was sent.
     */
    List<SpanData> visit(Instant start, String path, long micros, boolean fails) {
        List<SpanData> all = new ArrayList<>();
        request("GET", "/{code}", fails ? 500 : 302, micros / 1e6);
        Span root = span("GET /{code}", SpanKind.SERVER, start, Context.root())
                .setAttribute("http.request.method", "GET")
                .setAttribute("http.route", "/{code}")
                .setAttribute("url.path", path)
                .setAttribute("http.response.status_code", fails ? 500L : 302L)
                .setAttribute("user_agent.original", HTML)
                .startSpan();
        Context in = Context.root().with(root);
        Span cache = span("GET", SpanKind.CLIENT, start.plusNanos(micros * 50), in)
                .setAttribute("db.system.name", "redis")
                .startSpan();
        all.add(ended(cache, start.plusNanos(micros * 200)));
        Span look = span("find link", SpanKind.INTERNAL, start.plusNanos(micros * 250), in)
                .startSpan();
        Span query = span("SELECT link", SpanKind.CLIENT, start.plusNanos(micros * 300), in.with(look))
                .setAttribute("db.system.name", "postgresql")
                .setAttribute("db.query.text", "select * from link where code = ?")
                .startSpan();
        if (fails) {
            query.setStatus(StatusCode.ERROR, "canceling statement due to lock timeout");
            query.addEvent(
                    "exception",
                    Attributes.of(AttributeKey.stringKey("exception.type"), "org.jooq.exception.DataAccessException"),
                    micros * 700 + TimeUnit.SECONDS.toNanos(start.getEpochSecond()) + start.getNano(),
                    TimeUnit.NANOSECONDS);
            root.setStatus(StatusCode.ERROR);
        }
        all.add(ended(query, start.plusNanos(micros * 700)));
        all.add(ended(look, start.plusNanos(micros * 750)));
        Span send = span("send clicks", SpanKind.PRODUCER, start.plusNanos(micros * 800), in)
                .setAttribute("messaging.system", "kafka")
                .startSpan();
        SpanContext sent = send.getSpanContext();
        all.add(ended(send, start.plusNanos(micros * 950)));
        all.add(ended(root, start.plusNanos(micros * 1_000)));
        Instant later = start.plusMillis(5);
        Span process = span("process clicks", SpanKind.CONSUMER, later, Context.root())
                .addLink(sent)
                .setAttribute("messaging.system", "kafka")
                .startSpan();
        Span insert = span(
                        "INSERT click",
                        SpanKind.CLIENT,
                        later.plusMillis(1),
                        Context.root().with(process))
                .setAttribute("db.system.name", "postgresql")
                .startSpan();
        all.add(ended(insert, later.plusMillis(3)));
        all.add(ended(process, later.plusMillis(4)));
        return all;
    }

    /** Tells now what there is to tell. */
    CompletableResultCode flush() {
        return CompletableResultCode.ofAll(List.of(traces.forceFlush(), meters.forceFlush()))
                .join(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        traces.close();
        meters.close();
    }
}
