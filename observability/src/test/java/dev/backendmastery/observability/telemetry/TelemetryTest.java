package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.backendmastery.observability.metrics.OpenMetrics;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenScopes.class)
final class TelemetryTest {

    private static final Map<String, String> QUIET =
            Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_METRICS_EXPORTER", "none");
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Telemetry telemetry(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(QUIET);
        all.putAll(environment);
        Telemetry made =
                Telemetry.builder("test").environment(all).exporter(exporter).build();
        open.add(made);
        return made;
    }

    private static void end(Telemetry telemetry, int count) {
        Tracer tracer = telemetry.api().getTracer("test");
        for (int i = 0; i < count; i++) {
            tracer.spanBuilder("s").startSpan().end();
        }
    }

    /** Takes what OTLP sends, and keeps it as text: names and values stand in it as they are. */
    private final class Receiver implements AutoCloseable {

        private final HttpServer server;
        private final List<String> bodies = new CopyOnWriteArrayList<>();
        private volatile int status = 200;

        Receiver() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
                        body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
                    }
                    bodies.add(exchange.getRequestURI() + " " + new String(body, StandardCharsets.ISO_8859_1));
                    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(status, -1);
                }
            });
            server.start();
            open.add(this);
        }

        Map<String, String> environment() {
            return Map.of(
                    "OTEL_TRACES_EXPORTER", "otlp",
                    "OTEL_METRICS_EXPORTER", "otlp",
                    "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                    "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip",
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                            "http://127.0.0.1:" + server.getAddress().getPort() + "/otlp");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    @DisplayName("TL-1, TL-2 says who it is, as the environment wants it before the program")
    void resource() {
        InMemorySpanExporter kept = InMemorySpanExporter.create();
        try (Telemetry own = Telemetry.builder("shop")
                .environment(QUIET)
                .resource(Attributes.of(AttributeKey.stringKey("service.instance.id"), "one"))
                .exporter(kept)
                .build()) {
            end(own, 1);
            assertTrue(own.flush(LONG));
            SpanData span = kept.getFinishedSpanItems().get(0);
            assertEquals("shop", span.getResource().getAttribute(AttributeKey.stringKey("service.name")));
            assertEquals("one", span.getResource().getAttribute(AttributeKey.stringKey("service.instance.id")));
        }
        Telemetry told = telemetry(Map.of(
                "OTEL_SERVICE_NAME", "told",
                "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test",
                "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5",
                "OTEL_TRACES_SAMPLER", "always_on"));
        told.api()
                .getTracer("test")
                .spanBuilder("s")
                .setAttribute("long", "1234567")
                .startSpan()
                .end();
        assertTrue(told.flush(LONG));
        SpanData span = exporter.getFinishedSpanItems().get(0);
        assertEquals("told", span.getResource().getAttribute(AttributeKey.stringKey("service.name")));
        assertEquals("test", span.getResource().getAttribute(AttributeKey.stringKey("deployment.environment.name")));
        assertEquals("12345", span.getAttributes().get(AttributeKey.stringKey("long")));
        InMemorySpanExporter both = InMemorySpanExporter.create();
        try (Telemetry twice = Telemetry.builder("shop")
                .environment(Map.of(
                        "OTEL_TRACES_EXPORTER", "none",
                        "OTEL_METRICS_EXPORTER", "none",
                        "OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=two"))
                .resource(Attributes.of(AttributeKey.stringKey("service.instance.id"), "one"))
                .exporter(both)
                .build()) {
            end(twice, 1);
            assertTrue(twice.flush(LONG));
            assertEquals(
                    "two",
                    both.getFinishedSpanItems()
                            .get(0)
                            .getResource()
                            .getAttribute(AttributeKey.stringKey("service.instance.id")));
        }
        assertThrows(IllegalArgumentException.class, () -> Telemetry.builder(" "));
        assertThrows(ConfigurationException.class, () -> telemetry(Map.of("OTEL_TRACES_SAMPLER", "sometimes")));
    }

    @Test
    @DisplayName("TL-3 has exported all that ended when it is closed, over OTLP")
    void losesNothing() throws IOException {
        Receiver receiver = new Receiver();
        Telemetry telemetry = telemetry(receiver.environment());
        telemetry
                .meters()
                .counter("orders.placed", "{order}", "")
                .bind(Attributes.empty())
                .increment();
        end(telemetry, 1_000);
        Span late = telemetry.api().getTracer("test").spanBuilder("late").startSpan();
        telemetry.close();
        assertEquals(new SpanQueue.Stats(2_000, 0, 0, 0, 0, 0), telemetry.spans(), "OTLP's and those in memory");
        assertTrue(receiver.bodies.stream().anyMatch(body -> body.startsWith("/otlp/v1/traces ")));
        assertTrue(receiver.bodies.stream()
                .anyMatch(body -> body.startsWith("/otlp/v1/metrics ") && body.contains("orders.placed")));
        late.end();
        assertEquals(2, telemetry.spans().late());
    }

    @Test
    @DisplayName("TL-3 needs no more of the environment than where to")
    void nothingButAnEndpoint() throws IOException {
        Receiver receiver = new Receiver();
        Telemetry telemetry = Telemetry.builder("plain")
                .environment(Map.of(
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        "http://127.0.0.1:" + receiver.server.getAddress().getPort()))
                .build();
        end(telemetry, 1);
        telemetry.close();
        assertEquals(1, telemetry.spans().exported());
        assertTrue(receiver.bodies.stream().anyMatch(body -> body.startsWith("/v1/traces ") && body.contains("plain")));
    }

    @Test
    @DisplayName("TL-4 waits for no exporter that is down or refuses, keeps its bound, and says what is lost")
    void down() throws IOException {
        Receiver receiver = new Receiver();
        receiver.status = 400;
        Map<String, String> environment = new HashMap<>(receiver.environment());
        environment.put("OTEL_METRICS_EXPORTER", "none");
        environment.put("OTEL_BSP_MAX_QUEUE_SIZE", "64");
        environment.put("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16");
        environment.put("OTEL_BSP_EXPORT_TIMEOUT", "200");
        Telemetry refused = telemetry(environment);
        end(refused, 16);
        assertTrue(refused.flush(LONG));
        assertEquals(16, refused.spans().failed());
        receiver.close();
        Telemetry down = telemetry(environment);
        long begin = System.nanoTime();
        end(down, 20_000);
        assertTrue(System.nanoTime() - begin < LONG.toNanos(), "ending spans must not wait");
        assertTrue(down.spans().full() > 15_000, () -> down.spans().toString());
        String scraped = OpenMetrics.text(down.meters().produce(Resource.empty()));
        assertTrue(scraped.contains("otel_sdk_processor_span_processed_total{error_type=\"queue_full\"}"), scraped);
        down.close();
        SpanQueue.Stats stats = down.spans();
        assertEquals(
                40_000,
                stats.exported() + stats.full() + stats.failed() + stats.timedOut() + stats.late() + stats.unfinished(),
                stats::toString);
    }

    @Test
    @DisplayName("TL-5 passes contexts on where nothing is exported, or sampled")
    void passesOn() {
        for (String sampler : List.of("always_on", "always_off")) {
            Telemetry telemetry = Telemetry.builder("plain")
                    .environment(QUIET)
                    .otherwise("OTEL_TRACES_SAMPLER", sampler)
                    .build();
            open.add(telemetry);
            Map<String, String> headers = injected(telemetry.api(), Context.root());
            assertTrue(
                    headers.getOrDefault("traceparent", "").endsWith(sampler.equals("always_on") ? "3" : "2")
                            || headers.getOrDefault("traceparent", "")
                                    .endsWith(sampler.equals("always_on") ? "1" : "0"),
                    headers::toString);
            assertTrue(injected(telemetry.api(), remote(true))
                    .getOrDefault("traceparent", "")
                    .contains(TRACE));
        }
    }

    private static Context remote(boolean sampled) {
        TraceContextContract.Headers headers = new TraceContextContract.Headers()
                .add("traceparent", "00-" + TRACE + "-b7ad6b7169203331-0" + (sampled ? 1 : 0));
        return W3cTraceContext.create().extract(Context.root(), headers, TraceContextContract.GETTER);
    }

    private static Map<String, String> injected(OpenTelemetry api, Context parent) {
        Span span = api.getTracer("test").spanBuilder("s").setParent(parent).startSpan();
        Map<String, String> headers = new HashMap<>();
        api.getPropagators().getTextMapPropagator().inject(parent.with(span), headers, (into, name, value) -> {
            if (into != null) {
                into.put(name, value);
            }
        });
        span.end();
        return headers;
    }

    @Test
    @DisplayName("TL-6 believes a caller's word on sampling, or does not")
    void believes() {
        for (boolean believes : List.of(true, false)) {
            try (Telemetry telemetry = Telemetry.builder("edge")
                    .environment(QUIET)
                    .otherwise("OTEL_TRACES_SAMPLER", "parentbased_always_off")
                    .believeCallersSampling(believes)
                    .build()) {
                Span span = telemetry
                        .api()
                        .getTracer("t")
                        .spanBuilder("s")
                        .setParent(remote(true))
                        .startSpan();
                assertEquals(believes, span.getSpanContext().isSampled());
                assertEquals(TRACE, span.getSpanContext().getTraceId(), "the trace goes on all the same");
                Span child = telemetry
                        .api()
                        .getTracer("t")
                        .spanBuilder("c")
                        .setParent(Context.root().with(span))
                        .startSpan();
                assertEquals(
                        span.getSpanContext().isSampled(),
                        child.getSpanContext().isSampled());
                child.end();
                span.end();
            }
        }
    }

    @Test
    @DisplayName("TL-7 has its metrics scraped, at a port of their own")
    void scraped() throws Exception {
        Telemetry telemetry = telemetry(Map.of(
                "OTEL_METRICS_EXPORTER", "prometheus",
                "OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1",
                "OTEL_EXPORTER_PROMETHEUS_PORT", "0"));
        telemetry
                .meters()
                .counter("orders.placed", "{order}", "")
                .bind(Attributes.empty())
                .add(7);
        telemetry.api().getMeter("theirs").counterBuilder("theirs").build().add(2);
        URI uri = URI.create("http://127.0.0.1:" + telemetry.scrapePort().orElseThrow() + "/metrics");
        HttpClient client = HttpClient.newHttpClient();
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().contains("orders_placed_total 7"), answer.body());
        assertTrue(answer.body().contains("theirs_total 2"), answer.body());
        assertTrue(answer.body().endsWith("# EOF\n"));
        assertEquals(
                405,
                client.send(
                                HttpRequest.newBuilder(uri)
                                        .POST(HttpRequest.BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode());
        assertEquals(
                404,
                client.send(HttpRequest.newBuilder(uri.resolve("/metrics/more")).build(), BodyHandlers.ofString())
                        .statusCode());
        telemetry.close();
        assertThrows(
                IOException.class, () -> client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
        assertTrue(telemetry(Map.of()).scrapePort().isEmpty());
    }

    @Test
    @DisplayName("TL-8 leaves nothing behind in what is global")
    void notGlobal() {
        Telemetry telemetry = telemetry(Map.of());
        assertNotSame(telemetry.api(), GlobalOpenTelemetry.get());
        Span none = GlobalOpenTelemetry.get().getTracer("t").spanBuilder("s").startSpan();
        assertFalse(none.getSpanContext().isValid());
        none.end();
    }

    @Test
    @DisplayName("TL-9 passes baggage on, and lets no caller decide how much of it there is")
    void baggage() {
        OpenTelemetry api = telemetry(Map.of()).api();
        assertEquals("1", extracted(api, "a=1,b=2", "c=3").getEntryValue("a"));
        assertEquals(3, extracted(api, "a=1,b=2", "c=3").size());
        StringBuilder many = new StringBuilder("k0=0");
        for (int i = 1; i < 2_000; i++) {
            many.append(",k").append(i).append("=").append(i);
        }
        assertTrue(extracted(api, many.toString()).size() <= 180);
        assertTrue(extracted(api, "k=" + "v".repeat(100_000)).isEmpty());
        Map<String, String> headers = new HashMap<>();
        api.getPropagators()
                .getTextMapPropagator()
                .inject(Context.root().with(Baggage.builder().put("k", "v").build()), headers, (into, name, value) -> {
                    if (into != null) {
                        into.put(name, value);
                    }
                });
        assertEquals(Map.of("baggage", "k=v"), headers);
    }

    private static Baggage extracted(OpenTelemetry api, String... headers) {
        TraceContextContract.Headers all = new TraceContextContract.Headers();
        for (String header : headers) {
            all.add("baggage", header);
        }
        return Baggage.fromContext(
                api.getPropagators().getTextMapPropagator().extract(Context.root(), all, TraceContextContract.GETTER));
    }

    @Test
    void aStateThatASamplerChangesKeepsItsOrder() {
        TraceContextContract.Headers headers = new TraceContextContract.Headers()
                .add("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .add("tracestate", "a=1,b@@c=2");
        SpanContext span = Span.fromContext(
                        W3cTraceContext.create().extract(Context.root(), headers, TraceContextContract.GETTER))
                .getSpanContext();
        assertEquals(
                List.of("ot", "a", "b@@c"),
                List.copyOf(span.getTraceState().toBuilder()
                        .put("ot", "th:8")
                        .build()
                        .asMap()
                        .keySet()));
        assertEquals(
                List.of("b@@c"),
                List.copyOf(span.getTraceState().toBuilder()
                        .remove("a")
                        .build()
                        .asMap()
                        .keySet()));
    }
}
