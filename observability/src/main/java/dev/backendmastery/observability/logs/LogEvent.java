package dev.backendmastery.observability.logs;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;

/**
 * Something that happened, as any logging framework would tell it.
 *
 * <p><b>Threads.</b> Immutable as far as what is in it is: lists and maps are not copied, nobody may change them until the event is encoded. <b>Cost.</b> One object.
 *
 * @param time when
 * @param level how bad
 * @param logger who says so
 * @param thread on which thread
 * @param message what, for people; as it is, with its arguments put in
 * @param fields what, for machines; values of any kind
 * @param mdc what is true of all that is said here and now
 * @param throwable what went wrong
 * @param span the span in which it happened; {@link SpanContext#getInvalid()} if in none
 */
public record LogEvent(
        Instant time,
        Level level,
        String logger,
        String thread,
        String message,
        List<KeyValuePair> fields,
        Map<String, String> mdc,
        @Nullable Throwable throwable,
        SpanContext span) {

    public LogEvent {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(logger, "logger");
        Objects.requireNonNull(thread, "thread");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(mdc, "mdc");
        Objects.requireNonNull(span, "span");
    }

    /** Now, here: on this thread, in its span. */
    public static LogEvent of(InstantSource clock, Level level, String logger, String message) {
        return new LogEvent(
                clock.instant(),
                level,
                logger,
                Thread.currentThread().getName(),
                message,
                List.of(),
                Map.of(),
                null,
                Span.current().getSpanContext());
    }

    /** The same with a field more. */
    public LogEvent with(String key, @Nullable Object value) {
        List<KeyValuePair> more = new ArrayList<>(fields);
        more.add(new KeyValuePair(key, value));
        return new LogEvent(time, level, logger, thread, message, more, mdc, throwable, span);
    }

    /** The same with an entry of the MDC more. */
    public LogEvent withMdc(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(mdc);
        more.put(key, value);
        return new LogEvent(time, level, logger, thread, message, fields, more, throwable, span);
    }

    /** The same with what went wrong. */
    public LogEvent with(Throwable cause) {
        return new LogEvent(time, level, logger, thread, message, fields, mdc, cause, span);
    }

    /** The same in {@code in}. */
    public LogEvent with(SpanContext in) {
        return new LogEvent(time, level, logger, thread, message, fields, mdc, throwable, in);
    }
}
