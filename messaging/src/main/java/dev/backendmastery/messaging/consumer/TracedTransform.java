package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.LogRecord;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A transform of a {@link TransactionalConsumer} whose every call is a span, as of a {@link TracedHandler}, and whose outgoing messages
 * carry that span's context on (TP-15): they are appended after it has ended.
 *
 * <p><b>Threads.</b> As the transform behind it. <b>Cost.</b> As {@link TracedHandler}, and a copy of the headers of each message. <b>Not for</b>
 * a {@link ConsumerRuntime}. <b>Source.</b> OpenTelemetry's semantic conventions 1.37, messaging.
 */
public final class TracedTransform implements Function<LogRecord, List<Outgoing>> {

    private final Function<LogRecord, List<Outgoing>> transform;
    private final Processing processing;

    private TracedTransform(Function<LogRecord, List<Outgoing>> transform, OpenTelemetry telemetry) {
        this.transform = Objects.requireNonNull(transform, "transform");
        this.processing = new Processing(telemetry, false);
    }

    /** {@code transform}, traced. */
    public static TracedTransform of(Function<LogRecord, List<Outgoing>> transform, OpenTelemetry telemetry) {
        return new TracedTransform(transform, telemetry);
    }

    @Override
    public List<Outgoing> apply(LogRecord record) {
        Processing.Begun begun = processing.begin(record, 0);
        try {
            return within(begun, record).stream()
                    .map(one -> new Outgoing(one.topic(), processing.goingOn(one.message(), begun)))
                    .toList();
        } catch (RuntimeException | Error failure) {
            Processing.fail(begun.span(), failure);
            throw failure;
        } finally {
            begun.span().end();
        }
    }

    @SuppressWarnings("try") // the scope is held for what it does by itself
    private List<Outgoing> within(Processing.Begun begun, LogRecord record) {
        try (Scope scope = begun.context().makeCurrent()) {
            return transform.apply(record);
        }
    }
}
