package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import dev.backendmastery.showcase.view.Collector.Answer;
import dev.backendmastery.showcase.view.Collector.Signal;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class CollectorTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final TraceStore traces = new TraceStore(10, 10, 1_000_000);
    private final MetricStore metrics = new MetricStore(() -> Instant.EPOCH, 10);
    private final Collector collector = new Collector(traces, metrics);

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private Answer send(byte[] body, String encoding) throws IOException {
        return collector.take(Signal.TRACES, Collector.PROTOBUF, encoding, new ByteArrayInputStream(body));
    }

    private static io.opentelemetry.proto.trace.v1.Span.Builder span(String trace, String id) {
        return io.opentelemetry.proto.trace.v1.Span.newBuilder()
                .setTraceId(ByteString.fromHex(trace))
                .setSpanId(ByteString.fromHex(id))
                .setName("a span");
    }

    private static byte[] traces(io.opentelemetry.proto.trace.v1.Span.Builder... spans) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (var span : spans) {
            scope.addSpans(span);
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
                .build()
                .toByteArray();
    }

    private static byte[] metrics(Metric.Builder metric) {
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .addScopeMetrics(ScopeMetrics.newBuilder().addMetrics(metric)))
                .build()
                .toByteArray();
    }

    /** The message of a {@code google.rpc.Status}. */
    private static String message(Answer answer) throws IOException {
        CodedInputStream in = answer.body().newCodedInput();
        assertEquals(8, in.readTag());
        assertTrue(in.readInt32() > 0);
        assertEquals(18, in.readTag());
        String message = in.readString();
        assertTrue(in.isAtEnd());
        return message;
    }

    @Test
    void takesPlainAndGzip() throws IOException {
        assertEquals(
                200, send(traces(span(TRACE, "b7ad6b7169203331")), "identity").status());
        assertEquals(
                200, send(gzip(traces(span(TRACE, "00f067aa0ba902b7"))), "GZIP").status());
        TraceStore.Trace trace = traces.find(TRACE);
        assertNotNull(trace);
        assertEquals(2, trace.spans().size());
        assertEquals(0, collector.refused());
        assertEquals(
                200,
                collector
                        .take(
                                Signal.TRACES,
                                "application/x-protobuf; charset=utf-8",
                                null,
                                new ByteArrayInputStream(new byte[0]))
                        .status());
    }

    @Test
    void whatIsNoMessageIsToldSoInTheProtocolsOwnForm() throws IOException {
        Answer bad = send("{\"resourceSpans\":[]}".getBytes(StandardCharsets.UTF_8), "identity");
        assertEquals(400, bad.status());
        assertTrue(message(bad).length() > 5);
        assertEquals(400, send(new byte[] {1, 2, 3}, "gzip").status());
        byte[] packed = gzip(traces(span(TRACE, "b7ad6b7169203331")));
        assertEquals(400, send(Arrays.copyOf(packed, packed.length / 2), "gzip").status());
        assertEquals(3, collector.refused());
        assertEquals(0, traces.numbers().spans());
    }

    @Test
    void whatIsTooLargeIsNotRead() throws IOException {
        Answer large = send(new byte[Collector.MAX_BODY + 1], "identity");
        assertEquals(413, large.status());
        assertTrue(message(large).contains(Integer.toString(Collector.MAX_BODY)));
    }

    @Test
    void aBombIsNotUnpacked() throws IOException {
        byte[] bomb = gzip(new byte[200_000_000]);
        assertTrue(bomb.length < Collector.MAX_BODY);
        assertEquals(413, send(bomb, "gzip").status());
    }

    @Test
    void otherFormsAreNamed() throws IOException {
        Answer json = collector.take(Signal.TRACES, "application/json", null, new ByteArrayInputStream(new byte[0]));
        assertEquals(415, json.status());
        assertTrue(message(json).contains(Collector.PROTOBUF));
        assertEquals(
                415,
                collector
                        .take(Signal.TRACES, null, null, new ByteArrayInputStream(new byte[0]))
                        .status());
        assertEquals(415, send(new byte[0], "br").status());
    }

    @Test
    void spansWithoutValidIdsAreRejectedAndTheOthersKept() throws IOException {
        Answer answer = send(
                traces(
                        span(TRACE, "b7ad6b7169203331"),
                        span("0".repeat(32), "b7ad6b7169203331"),
                        span(TRACE, "0".repeat(16)),
                        span(TRACE, "abcd")),
                "identity");
        assertEquals(200, answer.status());
        assertEquals(
                3,
                ExportTraceServiceResponse.parseFrom(answer.body())
                        .getPartialSuccess()
                        .getRejectedSpans());
        assertEquals(1, traces.numbers().spans());
    }

    @Test
    void whatASpanBringsIsBounded() throws IOException {
        var span = span(TRACE, "b7ad6b7169203331");
        for (int i = 0; i < 1_000; i++) {
            span.addAttributes(KeyValue.newBuilder()
                    .setKey("k" + i)
                    .setValue(AnyValue.newBuilder().setStringValue("v".repeat(500))));
            span.addEvents(
                    io.opentelemetry.proto.trace.v1.Span.Event.newBuilder().setName("e".repeat(300)));
            span.addLinks(io.opentelemetry.proto.trace.v1.Span.Link.newBuilder()
                    .setTraceId(ByteString.fromHex(TRACE))
                    .setSpanId(ByteString.fromHex("b7ad6b7169203331")));
        }
        span.setName("n".repeat(10_000));
        assertEquals(200, send(traces(span), "identity").status());
        TraceStore.Trace trace = traces.find(TRACE);
        assertNotNull(trace);
        Span kept = trace.spans().get(0);
        assertEquals(64, kept.attributes().size());
        assertEquals(32, kept.events().size());
        assertEquals(32, kept.links().size());
        assertEquals(Otlp.MAX_TEXT + 1, kept.name().length());
    }

    @Test
    void pointsThatCannotBeAreRejected() throws IOException {
        Metric.Builder summary = Metric.newBuilder().setName("a").setSummary(Summary.getDefaultInstance());
        Metric.Builder unfit = Metric.newBuilder()
                .setName("b")
                .setHistogram(Histogram.newBuilder()
                        .addDataPoints(HistogramDataPoint.newBuilder()
                                .addExplicitBounds(1)
                                .addBucketCounts(1)));
        Metric.Builder huge = Metric.newBuilder()
                .setName("c")
                .setExponentialHistogram(ExponentialHistogram.newBuilder()
                        .addDataPoints(ExponentialHistogramDataPoint.newBuilder()
                                .setPositive(ExponentialHistogramDataPoint.Buckets.newBuilder()
                                        .addAllBucketCounts(Collections.nCopies(100_000, 1L)))));
        for (Metric.Builder metric : List.of(summary, unfit, huge)) {
            Answer answer =
                    collector.take(Signal.METRICS, Collector.PROTOBUF, null, new ByteArrayInputStream(metrics(metric)));
            assertEquals(200, answer.status());
            assertEquals(
                    1,
                    ExportMetricsServiceResponse.parseFrom(answer.body())
                            .getPartialSuccess()
                            .getRejectedDataPoints());
        }
        assertEquals(0, metrics.series());
    }
}
