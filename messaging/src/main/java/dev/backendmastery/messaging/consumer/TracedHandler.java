package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.LogRecord;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.util.Objects;

/**
 * A handler whose every call is a span {@code process TOPIC} of kind CONSUMER.
 *
 * <p><b>Guarantee.</b> The span is a child of what the message carries, and linked with it; it is current while the handler runs and not
 * afterwards, ends once, and what the handler throws is thrown (TP-11, TP-12). Each attempt is a span of its own; in a {@link
 * ConsumerRuntime} it says which (TP-12). A message that carries nothing begins a trace, or goes on in the one that is current (TP-14).
 *
 * <p><b>Threads.</b> As the handler behind it. <b>Cost.</b> Reading the headers, and a span. <b>Not for</b> what a handler leaves to other threads:
 * hand the context on. <b>Source.</b> OpenTelemetry's semantic conventions 1.37, messaging.
 */
public final class TracedHandler implements Handler {

    private final Handler handler;
    private final OpenTelemetry telemetry;
    private final Processing processing;

    private TracedHandler(Handler handler, OpenTelemetry telemetry, boolean linkOnly) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
        this.processing = new Processing(telemetry, linkOnly);
    }

    /** {@code handler}, traced. */
    public static TracedHandler of(Handler handler, OpenTelemetry telemetry) {
        return new TracedHandler(handler, telemetry, false);
    }

    /** The same, each call in a trace of its own that is linked with the sender's (TP-13): for what happens long after. */
    public TracedHandler linkOnly() {
        return new TracedHandler(handler, telemetry, true);
    }

    @Override
    public void handle(LogRecord record) throws Exception {
        handle(record, 0);
    }

    /** @param attempt from 1 on; 0 if it is not known */
    void handle(LogRecord record, int attempt) throws Exception {
        Processing.Begun begun = processing.begin(record, attempt);
        try {
            within(begun, record);
        } catch (Throwable failure) {
            Processing.fail(begun.span(), failure);
            throw failure;
        } finally {
            begun.span().end();
        }
    }

    @SuppressWarnings("try") // the scope is held for what it does by itself
    private void within(Processing.Begun begun, LogRecord record) throws Exception {
        try (Scope scope = begun.context().makeCurrent()) {
            handler.handle(record);
        }
    }
}
