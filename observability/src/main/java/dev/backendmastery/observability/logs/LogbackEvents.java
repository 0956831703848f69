package dev.backendmastery.observability.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;

/** Logback's events as ours. */
final class LogbackEvents {

    private LogbackEvents() {}

    static Level level(ILoggingEvent event) {
        int level = event.getLevel().toInt();
        if (level >= ch.qos.logback.classic.Level.ERROR_INT) {
            return Level.ERROR;
        }
        if (level >= ch.qos.logback.classic.Level.WARN_INT) {
            return Level.WARN;
        }
        if (level >= ch.qos.logback.classic.Level.INFO_INT) {
            return Level.INFO;
        }
        return level >= ch.qos.logback.classic.Level.DEBUG_INT ? Level.DEBUG : Level.TRACE;
    }

    static @Nullable Throwable throwable(ILoggingEvent event) {
        return event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
    }

    /** The event, in the span of this thread; {@code repeated} is told if it is more than 1. */
    static LogEvent of(ILoggingEvent event, long repeated) {
        Throwable throwable = throwable(event);
        Instant time = event.getInstant();
        Map<String, String> mdc = event.getMDCPropertyMap();
        String message = event.getFormattedMessage();
        return new LogEvent(
                time == null ? Instant.ofEpochMilli(event.getTimeStamp()) : time,
                level(event),
                event.getLoggerName(),
                event.getThreadName(),
                message == null ? "null" : message,
                fields(event, throwable, repeated),
                mdc == null ? Map.of() : mdc,
                throwable,
                Span.current().getSpanContext());
    }

    private static List<KeyValuePair> fields(ILoggingEvent event, @Nullable Throwable throwable, long repeated) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        List<Marker> markers = event.getMarkerList();
        IThrowableProxy proxy = event.getThrowableProxy();
        boolean foreign = proxy != null && throwable == null;
        if ((markers == null || markers.isEmpty()) && !foreign && repeated <= 1) {
            return pairs == null ? List.of() : pairs;
        }
        List<KeyValuePair> fields = pairs == null ? new ArrayList<>() : new ArrayList<>(pairs);
        if (markers != null && !markers.isEmpty()) {
            fields.add(new KeyValuePair(
                    "tags", markers.stream().map(Marker::getName).toList()));
        }
        if (foreign) {
            // From another process: there is only its text.
            fields.add(new KeyValuePair("exception", ThrowableProxyUtil.asString(proxy)));
        }
        if (repeated > 1) {
            fields.add(new KeyValuePair("repeated", repeated));
        }
        return fields;
    }
}
