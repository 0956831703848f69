package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenScopes.class)
final class HttpServerTest extends HttpServerContract {

    @Override
    protected Server create(OpenTelemetry telemetry, Meters meters) {
        return new Ours(new HttpServerSpans(telemetry, meters));
    }

    @Test
    void aHundredThousandRequestsLeaveNothingCurrent() {
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .setSampler(Sampler.traceIdRatioBased(0.01))
                .build();
        Server server = create(
                OpenTelemetrySdk.builder().setTracerProvider(provider).build(),
                Meters.of("leaks", InstantSource.system()));
        for (int i = 0; i < 100_000; i++) {
            boolean fails = i % 100 == 0;
            try {
                server.handle("GET", "/a", "/{x}", null, () -> {
                    if (fails) {
                        throw new IllegalStateException("planted");
                    }
                    return 200;
                });
            } catch (IllegalStateException e) {
                assertTrue(fails);
            }
            assertSame(Context.root(), Context.current());
        }
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
