package dev.backendmastery.search.elasticsearch;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RequestOptions;

/**
 * Spans of what is asked of Elasticsearch, as children of what is current; without that nothing. Names follow OpenTelemetry's semantic
 * conventions 1.37. Bodies are never shown, nor what an error says: both hold what people look for.
 */
final class RestTraces {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    static final AttributeKey<String> COLLECTION = AttributeKey.stringKey("db.collection.name");
    static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    static final AttributeKey<String> DB_STATUS = AttributeKey.stringKey("db.response.status_code");
    static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
    static final AttributeKey<String> TEMPLATE = AttributeKey.stringKey("url.template");
    static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private static final int KEPT_ENDPOINTS = 256;
    private static final TextMapSetter<RequestOptions.Builder> SETTER =
            (options, name, value) -> Objects.requireNonNull(options).addHeader(name, value);

    private final boolean on;
    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

    /** What is the same each time that a method and a path are asked for. */
    private record Endpoint(String span, Attributes attributes) {}

    RestTraces(OpenTelemetry telemetry) {
        on = telemetry != OpenTelemetry.noop();
        tracer = telemetry.getTracer("dev.backendmastery.search");
        propagator = telemetry.getPropagators().getTextMapPropagator();
    }

    boolean active() {
        return on && Span.current().getSpanContext().isValid();
    }

    /** Never current: below it there is only the client. */
    Span begin(String method, String path) {
        Endpoint endpoint = endpoint(method, path);
        return tracer.spanBuilder(endpoint.span)
                .setSpanKind(SpanKind.CLIENT)
                .setAllAttributes(endpoint.attributes)
                .startSpan();
    }

    /** {@code options}, with what tells the engine whose request it is. */
    RequestOptions into(RequestOptions options, Span span) {
        RequestOptions.Builder builder = options.toBuilder();
        propagator.inject(Context.current().with(span), builder, SETTER);
        return builder.build();
    }

    static void answered(Span span, int status, HttpHost host, String path) {
        if (!span.isRecording()) {
            return;
        }
        span.setAttribute(STATUS, (long) status);
        span.setAttribute(URL, host.toURI() + bare(path));
        span.setAttribute(ADDRESS, host.getHostName());
        span.setAttribute(PORT, (long) host.getPort());
        if (status >= 400) {
            span.setAttribute(DB_STATUS, Integer.toString(status));
            span.setAttribute(ERROR, Integer.toString(status));
            span.setStatus(StatusCode.ERROR);
        }
    }

    static void fail(Span span, Throwable failure) {
        span.setAttribute(ERROR, failure.getClass().getName());
        span.setStatus(StatusCode.ERROR);
    }

    private static String bare(String path) {
        int question = path.indexOf('?');
        return question < 0 ? path : path.substring(0, question);
    }

    private Endpoint endpoint(String method, String path) {
        String key = method + ' ' + path;
        Endpoint known = endpoints.get(key);
        if (known == null) {
            known = describe(method, path);
            if (endpoints.size() < KEPT_ENDPOINTS) {
                endpoints.put(key, known);
            }
        }
        return known;
    }

    /** {@code /INDEX/_search} is {@code search} of a template {@code /{index}/_search}; the values of a query go. */
    private static Endpoint describe(String method, String path) {
        String template = "";
        String index = "";
        String operation = method.toLowerCase(Locale.ROOT);
        String[] parts = bare(path).split("/", -1);
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].startsWith("_")) {
                template += "/" + parts[i];
                operation = parts[i].substring(1);
            } else if (i == 1) {
                template += "/{index}";
                index = parts[i];
            } else {
                template += "/{id}";
            }
        }
        var attributes = Attributes.builder()
                .put(SYSTEM, "elasticsearch")
                .put(OPERATION, operation)
                .put(METHOD, method)
                .put(TEMPLATE, template);
        if (!index.isEmpty()) {
            attributes.put(COLLECTION, index);
        }
        return new Endpoint(method + ' ' + template, attributes.build());
    }
}
