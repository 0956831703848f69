package dev.backendmastery.observability.logs;

import io.opentelemetry.api.trace.Span;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * {@link JsonLines} for the handlers of {@code java.util.logging}, with slf4j's MDC.
 *
 * <p><b>Guarantee.</b> That of {@link JsonLines} (LB-6). <b>Threads.</b> As those of {@link JsonLines}; span and MDC are of the thread that formats, which with the handlers of the platform
 * is the one that logs. <b>Cost.</b> The line, twice.
 */
public final class JulJsonFormatter extends Formatter {

    private final JsonLines lines;

    /** With the settings of {@link JsonLines#builder()}. */
    public JulJsonFormatter() {
        this(JsonLines.builder().build());
    }

    /** As {@code lines} says. */
    public JulJsonFormatter(JsonLines lines) {
        this.lines = Objects.requireNonNull(lines, "lines");
    }

    @Override
    public String format(LogRecord entry) {
        Map<String, String> mdc = MDC.getCopyOfContextMap();
        String logger = entry.getLoggerName();
        String message = entry.getMessage() == null ? "null" : formatMessage(entry);
        LogEvent event = new LogEvent(
                entry.getInstant(),
                level(entry.getLevel().intValue()),
                logger == null ? "" : logger,
                "thread-" + entry.getLongThreadID(),
                message == null ? "null" : message,
                List.of(),
                mdc == null ? Map.of() : mdc,
                entry.getThrown(),
                Span.current().getSpanContext());
        return new String(lines.encode(event), StandardCharsets.UTF_8);
    }

    private static Level level(int level) {
        if (level >= java.util.logging.Level.SEVERE.intValue()) {
            return Level.ERROR;
        }
        if (level >= java.util.logging.Level.WARNING.intValue()) {
            return Level.WARN;
        }
        if (level >= java.util.logging.Level.CONFIG.intValue()) {
            return Level.INFO;
        }
        return level >= java.util.logging.Level.FINE.intValue() ? Level.DEBUG : Level.TRACE;
    }
}
