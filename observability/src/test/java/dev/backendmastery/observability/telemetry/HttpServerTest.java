package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenScopes.class)
final class HttpServerTest extends HttpServerContract {

    @Override
    protected Server create(OpenTelemetry telemetry, Meters meters) {
        return new Ours(new HttpServerSpans(telemetry, meters));
    }

    /** As the filters do it. */
    static class Ours implements Server {

        private final HttpServerSpans spans;

        Ours(HttpServerSpans spans) {
            this.spans = spans;
        }

        @Override
        public void handle(
                String method,
                String path,
                @Nullable String route,
                @Nullable String parent,
                Supplier<Integer> handler) {
            TraceContextContract.Headers headers = new TraceContextContract.Headers();
            if (parent != null) {
                headers.add("traceparent", parent);
            }
            HttpServerSpans.Exchange exchange = spans.begin(headers, TraceContextContract.GETTER, method, "http", path);
            int[] status = {500};
            RuntimeException[] failure = new RuntimeException[1];
            exchange.context()
                    .wrap(() -> {
                        try {
                            status[0] = handler.get();
                        } catch (RuntimeException e) {
                            failure[0] = e;
                        }
                    })
                    .run();
            end(exchange, status[0], route, failure[0]);
            if (failure[0] != null) {
                throw failure[0];
            }
        }

        void end(
                HttpServerSpans.Exchange exchange,
                int status,
                @Nullable String route,
                @Nullable RuntimeException failure) {
            exchange.end(status, route, failure);
            exchange.end(599, "/again", null);
        }
    }
}
