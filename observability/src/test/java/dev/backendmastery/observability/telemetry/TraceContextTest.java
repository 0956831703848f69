package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import io.opentelemetry.context.propagation.TextMapPropagator;

final class TraceContextTest extends TraceContextContract {

    @Override
    protected TextMapPropagator create(Level level) {
        return W3cTraceContext.of(level);
    }
}
