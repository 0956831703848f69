package dev.backendmastery.observability.telemetry;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@link HttpServerSpans} around a handler of the JDK's own server: {@code server.createContext("/", handler).getFilters().add(filter)}. <b>Threads.</b> Safe for any number. */
public final class JdkServerSpans extends Filter {

    private static final TextMapGetter<HttpExchange> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpExchange request) {
            return request.getRequestHeaders().keySet();
        }

        @Override
        public @Nullable String get(@Nullable HttpExchange request, String name) {
            return request == null ? null : request.getRequestHeaders().getFirst(name);
        }

        @Override
        public Iterator<String> getAll(@Nullable HttpExchange request, String name) {
            return request == null
                    ? Collections.emptyIterator()
                    : request.getRequestHeaders().getOrDefault(name, List.of()).iterator();
        }
    };

    private final HttpServerSpans spans;
    private final Function<HttpExchange, @Nullable String> routeOf;

    /**
     * In front of a handler.
     *
     * @param routeOf asked when the request is done: the pattern that matched, null if none did
     */
    public JdkServerSpans(HttpServerSpans spans, Function<HttpExchange, @Nullable String> routeOf) {
        this.spans = Objects.requireNonNull(spans, "spans");
        this.routeOf = Objects.requireNonNull(routeOf, "routeOf");
    }

    @Override
    @SuppressWarnings("try") // a scope is there to be closed
    public void doFilter(HttpExchange request, Chain chain) throws IOException {
        HttpServerSpans.Exchange exchange = spans.begin(
                request,
                HEADERS,
                request.getRequestMethod(),
                "http",
                request.getRequestURI().getPath());
        Throwable failure = null;
        try (Scope scope = exchange.context().makeCurrent()) {
            chain.doFilter(request);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            int status = request.getResponseCode();
            exchange.end(status < 0 ? 500 : status, routeOf.apply(request), failure);
        }
    }

    @Override
    public String description() {
        return "spans and durations";
    }
}
