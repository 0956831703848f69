package dev.backendmastery.observability.telemetry;

import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link HttpServerSpans} around all that is behind a servlet filter, which is to stand first. A request that goes on asynchronously is ended with it.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Not for</b> knowing routes by itself: a servlet sees paths; who routes says what matched.
 */
public final class ServletSpans implements Filter {

    private static final TextMapGetter<HttpServletRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServletRequest request) {
            return Collections.list(request.getHeaderNames());
        }

        @Override
        public @Nullable String get(@Nullable HttpServletRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }

        @Override
        public Iterator<String> getAll(@Nullable HttpServletRequest request, String name) {
            return request == null
                    ? Collections.emptyIterator()
                    : request.getHeaders(name).asIterator();
        }
    };

    private final HttpServerSpans spans;
    private final Function<HttpServletRequest, @Nullable String> routeOf;

    /**
     * In front of a servlet.
     *
     * @param routeOf asked when the request is done: the pattern that matched, null if none did
     */
    public ServletSpans(HttpServerSpans spans, Function<HttpServletRequest, @Nullable String> routeOf) {
        this.spans = Objects.requireNonNull(spans, "spans");
        this.routeOf = Objects.requireNonNull(routeOf, "routeOf");
    }

    @Override
    @SuppressWarnings("try") // a scope is there to be closed
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        HttpServerSpans.Exchange exchange =
                spans.begin(http, HEADERS, http.getMethod(), http.getScheme(), http.getRequestURI());
        Throwable failure = null;
        try (Scope scope = exchange.context().makeCurrent()) {
            chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            if (failure == null && http.isAsyncStarted()) {
                http.getAsyncContext().addListener(new End(exchange, http, answer));
            } else {
                exchange.end(failure == null ? answer.getStatus() : 500, routeOf.apply(http), failure);
            }
        }
    }

    private final class End implements AsyncListener {

        private final HttpServerSpans.Exchange exchange;
        private final HttpServletRequest request;
        private final HttpServletResponse answer;

        End(HttpServerSpans.Exchange exchange, HttpServletRequest request, HttpServletResponse answer) {
            this.exchange = exchange;
            this.request = request;
            this.answer = answer;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            exchange.end(answer.getStatus(), routeOf.apply(request), event.getThrowable());
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            exchange.end(504, routeOf.apply(request), null);
        }

        @Override
        public void onError(AsyncEvent event) {
            exchange.end(500, routeOf.apply(request), event.getThrowable());
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
