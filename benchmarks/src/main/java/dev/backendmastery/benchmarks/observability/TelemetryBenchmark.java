package dev.backendmastery.benchmarks.observability;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.telemetry.SpanQueue;
import dev.backendmastery.observability.telemetry.W3cTraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A span of the SDK with two attributes, ended into our queue or into the SDK's, both with an exporter that keeps nothing; and the headers of a trace, read and written by our propagator or the
 * SDK's. Both queues overflow at this pace: what is measured is what it costs to end a span, whatever becomes of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class TelemetryBenchmark {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final TextMapGetter<Map<String, String>> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    /** Takes all, keeps nothing. */
    private static final class Nowhere implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Param({"ours", "opentelemetry"})
    public String impl;

    private SdkTracerProvider provider;
    private Tracer tracer;
    private TextMapPropagator propagator;
    private Map<String, String> incoming;
    private Map<String, String> outgoing;
    private Context context;

    @Setup
    public void create() {
        boolean ours = impl.equals("ours");
        SpanProcessor queue = ours
                ? new SpanQueue(new Nowhere(), SpanQueue.Settings.DEFAULT, Ticker.system(), task -> {
                    Thread thread = new Thread(task, "spans");
                    thread.setDaemon(true);
                    return thread;
                })
                : BatchSpanProcessor.builder(new Nowhere()).build();
        provider = SdkTracerProvider.builder().addSpanProcessor(queue).build();
        tracer = provider.get("benchmark");
        propagator = ours ? W3cTraceContext.create() : W3CTraceContextPropagator.getInstance();
        incoming = Map.of(
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
        outgoing = new HashMap<>();
        context = Context.root()
                .with(Span.wrap(SpanContext.create(
                        "0af7651916cd43dd8448eb211c80319c",
                        "b7ad6b7169203331",
                        TraceFlags.getSampled(),
                        TraceState.builder()
                                .put("congo", "t61rcWkgMzE")
                                .put("rojo", "00f067aa0ba902b7")
                                .build())));
    }

    @TearDown
    public void close() {
        provider.close();
    }

    @Benchmark
    public Span span() {
        Span span = tracer.spanBuilder("GET /{code}").setParent(Context.root()).startSpan();
        span.setAttribute(METHOD, "GET");
        span.setAttribute(STATUS, 302L);
        span.end();
        return span;
    }

    @Benchmark
    public Context extract() {
        return propagator.extract(Context.root(), incoming, GETTER);
    }

    @Benchmark
    public Map<String, String> inject() {
        propagator.inject(context, outgoing, Map::put);
        return outgoing;
    }
}
