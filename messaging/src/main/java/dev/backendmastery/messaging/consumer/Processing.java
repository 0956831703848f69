package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Spans over what is done with records. */
final class Processing {

    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("messaging.message.delivery_attempt");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private static final int KEPT_TOPICS = 1_024;

    private final Tracer tracer;
    private final MessageContext contexts;
    private final boolean linkOnly;
    private final Map<String, Source> sources = new ConcurrentHashMap<>();

    /** What is the same for each record of a topic. */
    private record Source(String span, Attributes attributes) {}

    /** A span, and the context to make current for it. */
    record Begun(Span span, Context context) {}

    Processing(OpenTelemetry telemetry, boolean linkOnly) {
        this.tracer = telemetry.getTracer("dev.backendmastery.messaging");
        this.contexts = new MessageContext(telemetry);
        this.linkOnly = linkOnly;
    }

    /** @param attempt from 1 on; 0 if it is not known */
    Begun begin(LogRecord record, int attempt) {
        Context current = Context.current();
        Context carried = contexts.from(record.message(), current);
        SpanContext here = Span.fromContext(current).getSpanContext();
        SpanContext sender = Span.fromContext(carried).getSpanContext();
        boolean sent = sender.isValid() && !sender.equals(here);
        Source source = source(record.partition().topic());
        SpanBuilder builder =
                tracer.spanBuilder(source.span).setSpanKind(SpanKind.CONSUMER).setAllAttributes(source.attributes);
        if (linkOnly && sent) {
            builder.setNoParent();
        } else {
            builder.setParent(carried);
        }
        if (sent) {
            builder.addLink(sender);
            if (here.isValid()) {
                builder.addLink(here);
            }
        }
        Span span = builder.startSpan();
        if (span.isRecording()) {
            span.setAttribute(MESSAGE_ID, record.message().envelope().id().toString());
            span.setAttribute(PARTITION, Integer.toString(record.partition().number()));
            span.setAttribute(OFFSET, record.offset());
            if (attempt > 0) {
                span.setAttribute(ATTEMPT, (long) attempt);
            }
        }
        return new Begun(span, carried.with(span));
    }

    /** {@code message} as it is to go on from {@code begun}. */
    Message goingOn(Message message, Begun begun) {
        return contexts.into(message, begun.context);
    }

    static void fail(Span span, Throwable failure) {
        span.setAttribute(ERROR, failure.getClass().getName());
        span.setStatus(StatusCode.ERROR);
    }

    private Source source(String topic) {
        Source known = sources.get(topic);
        if (known == null) {
            known = new Source(
                    "process " + topic,
                    Attributes.of(DESTINATION, topic, OPERATION, "process", OPERATION_TYPE, "process"));
            if (sources.size() < KEPT_TOPICS) {
                sources.put(topic, known);
            }
        }
        return known;
    }
}
