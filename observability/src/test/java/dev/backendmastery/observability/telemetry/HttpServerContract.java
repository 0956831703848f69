package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a server's spans and numbers must hold. */
@DisplayName("A server's requests")
public abstract class HttpServerContract {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    /** Handles requests, as a server would have them handled. */
    protected interface Server {

        /** Handles one: {@code handler} answers with a status, or throws, which comes out again. */
        void handle(
                String method, String path, @Nullable String route, @Nullable String parent, Supplier<Integer> handler);
    }

    /** With spans to {@code telemetry} and numbers to {@code meters}. */
    protected abstract Server create(OpenTelemetry telemetry, Meters meters);

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Meters meters = Meters.of("kit", InstantSource.system());

    private Server server(Sampler sampler) {
        return create(
                OpenTelemetrySdk.builder()
                        .setTracerProvider(SdkTracerProvider.builder()
                                .setSampler(sampler)
                                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                                .build())
                        .setPropagators(ContextPropagators.create(W3cTraceContext.create()))
                        .build(),
                meters);
    }

    private Server server() {
        return server(Sampler.alwaysOn());
    }

    private SpanData only() {
        List<SpanData> spans = exporter.getFinishedSpanItems();
        assertEquals(1, spans.size());
        return spans.get(0);
    }

    private MetricData metric(String name) {
        return meters.produce(Resource.empty()).stream()
                .filter(metric -> metric.getName().equals(name))
                .findAny()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }

    private List<ExponentialHistogramPointData> durations() {
        return List.copyOf(metric("http.server.request.duration")
                .getExponentialHistogramData()
                .getPoints());
    }

    private long active() {
        return metric("http.server.active_requests").getLongSumData().getPoints().stream()
                .mapToLong(point -> point.getValue())
                .sum();
    }

    @Test
    @DisplayName("HS-1 goes on with the caller's trace, or begins one")
    void trace() {
        Server server = server();
        server.handle("GET", "/a", "/{x}", PARENT, () -> 200);
        SpanData span = only();
        assertEquals(TRACE, span.getTraceId());
        assertEquals("b7ad6b7169203331", span.getParentSpanId());
        assertEquals(SpanKind.SERVER, span.getKind());
        exporter.reset();
        Context.root()
                .with(Span.wrap(span.getSpanContext()))
                .wrap(() -> server.handle("GET", "/a", "/{x}", null, () -> 200))
                .run();
        assertNotEquals(TRACE, only().getTraceId(), "what is current on a server's thread is none of a request's");
        assertFalse(only().getParentSpanContext().isValid());
    }

    @Test
    @DisplayName("HS-2 has its span current while the request is handled, and no longer")
    void current() {
        Server server = server();
        String[] seen = new String[1];
        server.handle("GET", "/a", "/{x}", PARENT, () -> {
            seen[0] = Span.current().getSpanContext().getSpanId();
            return 200;
        });
        assertEquals(only().getSpanId(), seen[0]);
        assertFalse(Span.current().getSpanContext().isValid());
    }

    @Test
    @DisplayName("HS-3 lets an exception through, marks the span with it, and leaves nothing current")
    void fails() {
        IllegalStateException planted = new IllegalStateException("planted");
        Server server = server();
        assertEquals(
                planted,
                assertThrows(
                        IllegalStateException.class,
                        () -> server.handle("POST", "/a", "/{x}", null, () -> {
                            throw planted;
                        })));
        SpanData span = only();
        assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
        assertEquals(
                IllegalStateException.class.getName(), span.getAttributes().get(AttributeKey.stringKey("error.type")));
        assertFalse(Span.current().getSpanContext().isValid());
        assertEquals(0, active());
        assertEquals(1, durations().get(0).getCount());
    }

    @Test
    @DisplayName("HS-4 ends each span once, and measures once")
    void once() {
        Server server = server();
        for (int i = 0; i < 100; i++) {
            server.handle("GET", "/a", "/{x}", null, () -> 200);
        }
        List<SpanData> spans = exporter.getFinishedSpanItems();
        assertEquals(100, spans.size());
        assertTrue(spans.stream().allMatch(SpanData::hasEnded));
        assertEquals(100, durations().get(0).getCount());
        assertEquals(100, new TreeSet<>(spans.stream().map(SpanData::getSpanId).toList()).size());
    }

    @Test
    @DisplayName("HS-5 names routes and known methods, in names and numbers, whatever paths and methods come")
    void cardinality() {
        Server server = server();
        for (int i = 0; i < 50; i++) {
            String path = "/links/" + i;
            server.handle("GET", path, "/links/{code}", null, () -> 200);
            server.handle("X" + i, path, null, null, () -> 404);
        }
        TreeSet<String> names = new TreeSet<>(
                exporter.getFinishedSpanItems().stream().map(SpanData::getName).toList());
        assertEquals(new TreeSet<>(List.of("GET /links/{code}", "HTTP")), names);
        assertEquals(2, durations().size());
        for (ExponentialHistogramPointData point : durations()) {
            Attributes attributes = point.getAttributes();
            boolean known = attributes.get(AttributeKey.stringKey("http.route")) != null;
            assertEquals(known ? "GET" : "_OTHER", attributes.get(AttributeKey.stringKey("http.request.method")));
            assertEquals(known ? 200L : 404L, attributes.get(AttributeKey.longKey("http.response.status_code")));
        }
    }

    @Test
    @DisplayName("HS-6 takes 500 and above for an error, and nothing below")
    void errors() {
        Server server = server();
        for (int status : List.of(200, 302, 404, 429, 499, 500, 503)) {
            exporter.reset();
            server.handle("GET", "/a", "/{x}", null, () -> status);
            boolean error = status >= 500;
            assertEquals(
                    error ? StatusCode.ERROR : StatusCode.UNSET,
                    only().getStatus().getStatusCode());
            assertEquals(
                    error ? Integer.toString(status) : null,
                    only().getAttributes().get(AttributeKey.stringKey("error.type")));
            assertEquals((long) status, only().getAttributes().get(AttributeKey.longKey("http.response.status_code")));
        }
    }

    @Test
    @DisplayName("HS-7 measures what is not sampled too, and shows a trace only where one was kept")
    void unsampled() {
        Server off = server(Sampler.alwaysOff());
        off.handle("GET", "/a", "/{x}", null, () -> 200);
        assertEquals(List.of(), exporter.getFinishedSpanItems());
        assertEquals(1, durations().get(0).getCount());
        assertEquals(0, durations().get(0).getExemplars().size());
        Server on = server();
        on.handle("GET", "/a", "/{x}", null, () -> 200);
        assertEquals(2, durations().get(0).getCount());
        assertEquals(
                only().getTraceId(),
                durations().get(0).getExemplars().get(0).getSpanContext().getTraceId());
    }

    @Test
    @DisplayName("HS-8 counts what is under way")
    void underWay() {
        Server server = server();
        long[] seen = new long[2];
        server.handle("GET", "/a", "/{x}", null, () -> {
            seen[0] = active();
            server.handle("GET", "/b", "/{x}", null, () -> {
                seen[1] = active();
                return 200;
            });
            return 200;
        });
        assertEquals(1, seen[0]);
        assertEquals(2, seen[1]);
        assertEquals(0, active());
    }
}
