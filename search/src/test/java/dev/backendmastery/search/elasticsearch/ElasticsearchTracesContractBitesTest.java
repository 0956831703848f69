package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.search.index.Schema;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class ElasticsearchTracesContractBitesTest {

    @Test
    void convicts() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(EndsTwice.class, "ET-1", "ET-3"),
                () -> Kit.convicts(EndsOnlyOnSuccess.class, "ET-3"),
                () -> Kit.convicts(HidesErrors.class, "ET-3"),
                () -> Kit.convicts(LeaksScope.class, "ET-1", "ET-2", "ET-3", "ET-4", "ET-6"),
                () -> Kit.convicts(TellsTheEngineNothing.class, "ET-2", "ET-6"));
    }

    /** A fault in how spans are called. */
    abstract static class Faulty extends ElasticsearchTracesContract {

        abstract boolean call(Span span, String method);

        @Override
        protected ElasticsearchIndex open(RestClient client, String name, Schema schema, OpenTelemetry telemetry) {
            OpenTelemetry planted = SpanRecorder.planted(telemetry, this::call);
            return ElasticsearchIndex.at(client, name, schema)
                    .telemetry(planted)
                    .open();
        }
    }

    static final class EndsTwice extends Faulty {
        @Override
        boolean call(Span span, String method) {
            if (method.equals("end")) {
                span.end();
            }
            return true;
        }
    }

    static final class HidesErrors extends Faulty {
        @Override
        boolean call(Span span, String method) {
            return !method.equals("setStatus");
        }
    }

    static final class EndsOnlyOnSuccess extends Faulty {
        private final Set<String> failed = ConcurrentHashMap.newKeySet();

        @Override
        boolean call(Span span, String method) {
            String id = span.getSpanContext().getSpanId();
            if (method.equals("setStatus")) {
                failed.add(id);
            }
            return !method.equals("end") || !failed.contains(id);
        }
    }

    static final class LeaksScope extends Faulty {
        private static final ContextKey<Object> KEY = ContextKey.named("leak");

        @Override
        @SuppressWarnings("MustBeClosedChecker") // the fault
        boolean call(Span span, String method) {
            if (method.equals("end")) {
                var unused = Context.current().with(KEY, new Object()).makeCurrent();
            }
            return true;
        }
    }

    static final class TellsTheEngineNothing extends ElasticsearchTracesContract {
        @Override
        protected ElasticsearchIndex open(RestClient client, String name, Schema schema, OpenTelemetry telemetry) {
            OpenTelemetry silent = new OpenTelemetry() {
                @Override
                public TracerProvider getTracerProvider() {
                    return telemetry.getTracerProvider();
                }

                @Override
                public ContextPropagators getPropagators() {
                    return ContextPropagators.noop();
                }
            };
            return ElasticsearchIndex.at(client, name, schema).telemetry(silent).open();
        }
    }
}
