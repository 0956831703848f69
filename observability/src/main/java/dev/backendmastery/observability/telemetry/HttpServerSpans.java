package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.metrics.BoundHistogram;
import dev.backendmastery.observability.metrics.BoundUpDownCounter;
import dev.backendmastery.observability.metrics.Instrument;
import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A span and a measured duration for each request that a server answers, whichever server it is: {@link ServletSpans} and {@link JdkServerSpans} are the two that come with it.
 *
 * <p><b>Guarantee.</b> The span goes on with the caller's trace, or begins one (HS-1), is current while the request is handled and no longer (HS-2), also if it fails (HS-3), and ends once
 * (HS-4). Its name and the metric's attributes have a route, never a path, and a method that is known (HS-5); status 500 and above is an error, below it is none (HS-6). The duration is measured
 * for each request, sampled or not (HS-7), and how many are under way (HS-8).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> For a request that is not sampled: its headers looked at, a context, one look-up for the metric. <b>Not for</b> bodies: nothing of them is kept, nor of
 * queries.
 *
 * <p><b>Source.</b> OpenTelemetry, semantic conventions for HTTP spans and metrics, 1.37.
 */
public final class HttpServerSpans {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final Set<String> METHODS =
            Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE");
    private static final String OTHER = "_OTHER";
    private static final double NANO = 1e-9;

    private record Series(
            String method,
            String scheme,
            @Nullable String route,
            int status,
            @Nullable String error) {}

    private record Level(String method, String scheme) {}

    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final Instrument<BoundHistogram> durations;
    private final Instrument<BoundUpDownCounter> active;
    private final Map<Series, BoundHistogram> bound = new ConcurrentHashMap<>();
    private final Map<Level, BoundUpDownCounter> levels = new ConcurrentHashMap<>();

    /** Spans of {@code telemetry}, numbers in {@code meters}. */
    public HttpServerSpans(OpenTelemetry telemetry, Meters meters) {
        tracer = telemetry.getTracer("dev.backendmastery.observability");
        propagator = telemetry.getPropagators().getTextMapPropagator();
        durations = meters.histogram("http.server.request.duration", "s", "How long requests took");
        active = meters.upDownCounter("http.server.active_requests", "{request}", "Requests that are under way");
    }

    /**
     * Begins a request. The exchange is to be {@linkplain Exchange#end ended}, and its {@linkplain Exchange#context context} made current, on whatever thread handles it.
     *
     * @param getter gives all values of a header, {@link TextMapGetter#getAll}
     */
    public <C> Exchange begin(C request, TextMapGetter<C> getter, String method, String scheme, String path) {
        Objects.requireNonNull(path, "path");
        String known = METHODS.contains(method) ? method : OTHER;
        Context caller = propagator.extract(Context.root(), request, getter);
        SpanBuilder builder = tracer.spanBuilder(known.equals(OTHER) ? "HTTP" : known)
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, known)
                .setAttribute(SCHEME, scheme);
        Span span = builder.startSpan();
        if (span.isRecording()) {
            span.setAttribute(PATH, path);
        }
        BoundUpDownCounter level = levels.computeIfAbsent(
                new Level(known, scheme), key -> active.bind(Attributes.of(METHOD, known, SCHEME, scheme)));
        level.add(1);
        return new Exchange(caller.with(span), span, known, scheme, level);
    }

    /** A request that is under way. */
    public final class Exchange {

        private final Context context;
        private final Span span;
        private final String method;
        private final String scheme;
        private final BoundUpDownCounter level;
        private final long begin = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Exchange(Context context, Span span, String method, String scheme, BoundUpDownCounter level) {
            this.context = context;
            this.span = span;
            this.method = method;
            this.scheme = scheme;
            this.level = level;
        }

        /** To be made current while the request is handled. */
        public Context context() {
            return context;
        }

        /**
         * Ends it; a second time it does nothing.
         *
         * @param status that was answered
         * @param route the pattern that matched, such as {@code /links/{code}}, null if none did
         * @param failure what was thrown, or null
         */
        public void end(int status, @Nullable String route, @Nullable Throwable failure) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            double seconds = (System.nanoTime() - begin) * NANO;
            String error =
                    failure != null ? failure.getClass().getName() : status >= 500 ? Integer.toString(status) : null;
            if (span.isRecording()) {
                if (route != null) {
                    span.updateName((method.equals(OTHER) ? "HTTP" : method) + " " + route);
                    span.setAttribute(ROUTE, route);
                }
                span.setAttribute(STATUS, (long) status);
                if (error != null) {
                    span.setAttribute(ERROR, error);
                    span.setStatus(StatusCode.ERROR);
                }
                if (failure != null) {
                    span.recordException(failure);
                }
            }
            level.add(-1);
            bound.computeIfAbsent(new Series(method, scheme, route, status, error), HttpServerSpans.this::bind)
                    .record(seconds, span.getSpanContext());
            span.end();
        }
    }

    private BoundHistogram bind(Series series) {
        AttributesBuilder attributes = Attributes.builder()
                .put(METHOD, series.method)
                .put(SCHEME, series.scheme)
                .put(STATUS, (long) series.status);
        if (series.route != null) {
            attributes.put(ROUTE, series.route);
        }
        if (series.error != null) {
            attributes.put(ERROR, series.error);
        }
        return durations.bind(attributes.build());
    }
}
