package dev.backendmastery.observability.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client, with a span for each request and the span's context in its headers.
 *
 * <p><b>Guarantee.</b> The request carries the span's context and no other one, whatever its headers said (TH-1). The span ends once, when the answer's body is there or the call failed (TH-2); status 400 and
 * above is an error of it, and so is an exception (TH-3). Answers and exceptions are the client's (TH-4). What is attached to {@link #sendAsync} runs in the context of who attached it, see {@link ContextFuture}
 * (TH-5). Neither user nor query of a URI is in the span (TH-6).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> A copy of the request's head. <b>Not for</b> web sockets: they go straight through.
 *
 * <p><b>Source.</b> OpenTelemetry, semantic conventions for HTTP client spans, 1.37.
 */
public final class TracedHttpClient extends HttpClient {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
    private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

    private final HttpClient client;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /** Over {@code client}. */
    public TracedHttpClient(HttpClient client, OpenTelemetry telemetry) {
        this.client = Objects.requireNonNull(client, "client");
        tracer = telemetry.getTracer("dev.backendmastery.observability");
        propagator = telemetry.getPropagators().getTextMapPropagator();
    }

    private Span begin(HttpRequest request) {
        URI uri = request.uri();
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        return tracer.spanBuilder(request.method())
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(METHOD, request.method())
                .setAttribute(URL, uri.getScheme() + "://" + uri.getHost() + ":" + port + uri.getRawPath())
                .setAttribute(HOST, uri.getHost())
                .setAttribute(PORT, (long) port)
                .startSpan();
    }

    private HttpRequest carrying(HttpRequest request, Context context) {
        Map<String, String> fields = new LinkedHashMap<>();
        propagator.inject(context, fields, (into, name, value) -> {
            if (into != null) {
                into.put(name, value);
            }
        });
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                request, (name, value) -> !propagator.fields().contains(name.toLowerCase(Locale.ROOT)));
        fields.forEach(builder::header);
        return builder.build();
    }

    private static void end(Span span, @Nullable HttpResponse<?> answer, @Nullable Throwable failure) {
        if (failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            span.setAttribute(ERROR, cause.getClass().getName());
            span.setStatus(StatusCode.ERROR);
        } else if (answer != null) {
            span.setAttribute(STATUS, (long) answer.statusCode());
            if (answer.statusCode() >= 400) {
                span.setAttribute(ERROR, Integer.toString(answer.statusCode()));
                span.setStatus(StatusCode.ERROR);
            }
        }
        span.end();
    }

    @Override
    @SuppressWarnings("try") // a scope is there to be closed
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        Span span = begin(request);
        Context context = Context.current().with(span);
        try (Scope scope = context.makeCurrent()) {
            HttpResponse<T> answer = client.send(carrying(request, context), handler);
            end(span, answer, null);
            return answer;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            end(span, null, e);
            throw e;
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    @Override
    @SuppressWarnings("try") // a scope is there to be closed
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
        Span span = begin(request);
        Context context = Context.current().with(span);
        CompletableFuture<HttpResponse<T>> sent;
        try (Scope scope = context.makeCurrent()) {
            sent = client.sendAsync(carrying(request, context), handler, pushes);
        } catch (RuntimeException | Error e) {
            end(span, null, e);
            throw e;
        }
        // It ends before the caller sees the answer, and with an error if he cancels.
        return ContextFuture.of(sent, (answer, failure) -> end(span, answer, failure));
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return client.newWebSocketBuilder();
    }
}
