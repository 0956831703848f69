package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import org.jooq.DSLContext;

/**
 * An outbox whose messages carry their trace on, to whatever relays them.
 *
 * <p><b>Guarantee.</b> As that of the outbox behind it. An append within a trace is a span {@code append TOPIC} of kind PRODUCER, current
 * while the row is written, ended once also when that fails (OT-1, OT-2); the message in the row has its context, instead of any
 * that it had, and so a relay to a {@link dev.backendmastery.messaging.log.TracedLog} goes on from it, whichever relay it is (OT-3, OT-5). Outside of any
 * trace the call goes straight through (OT-4). Nothing is shown of keys, payloads and headers (OT-2).
 *
 * <p><b>Threads.</b> As the outbox behind it. <b>Cost.</b> A span and a copy of the headers. <b>Not for</b> relays: polls are no part of any
 * trace. <b>Source.</b> OpenTelemetry's semantic conventions 1.37, messaging.
 */
public final class TracedOutbox implements Outbox {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private final Outbox outbox;
    private final Tracer tracer;
    private final MessageContext contexts;

    private TracedOutbox(Outbox outbox, OpenTelemetry telemetry) {
        this.outbox = Objects.requireNonNull(outbox, "outbox");
        this.tracer = telemetry.getTracer("dev.backendmastery.patterns");
        this.contexts = new MessageContext(telemetry);
    }

    /** {@code outbox}, traced. */
    public static TracedOutbox of(Outbox outbox, OpenTelemetry telemetry) {
        return new TracedOutbox(outbox, telemetry);
    }

    @Override
    public void append(DSLContext tx, String topic, Message message) {
        Context current = Context.current();
        if (!Span.fromContext(current).getSpanContext().isValid()) {
            outbox.append(tx, topic, message);
            return;
        }
        Span span = tracer.spanBuilder("append " + topic)
                .setParent(current)
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(SYSTEM, "outbox")
                .setAttribute(OPERATION, "append")
                .setAttribute(OPERATION_TYPE, "create")
                .startSpan();
        if (span.isRecording()) {
            span.setAttribute(DESTINATION, topic);
            span.setAttribute(MESSAGE_ID, message.envelope().id().toString());
        }
        try {
            within(current.with(span), tx, topic, message);
        } catch (RuntimeException | Error failure) {
            span.setAttribute(ERROR, failure.getClass().getName());
            span.setStatus(StatusCode.ERROR);
            throw failure;
        } finally {
            span.end();
        }
    }

    @SuppressWarnings("try") // the scope is held for what it does by itself
    private void within(Context context, DSLContext tx, String topic, Message message) {
        try (Scope scope = context.makeCurrent()) {
            outbox.append(tx, topic, contexts.into(message, context));
        }
    }
}
