package dev.backendmastery.observability.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link JsonLines} for any appender of Logback: {@code <encoder class="dev.backendmastery.observability.logs.LogbackJsonEncoder"/>}.
 *
 * <p><b>Guarantee.</b> That of {@link JsonLines}; what an {@link ErrorSampler} leaves out is no line at all, and what it lets through says {@code repeated} (LB-1 to LB-4).
 *
 * <p><b>Threads.</b> As those of {@link JsonLines}. The ids are of the span of the thread that encodes: behind Logback's {@code AsyncAppender} that is another one, so use
 * {@link LogbackQueueAppender} there. <b>Cost.</b> The line and one event. <b>Not for</b> exceptions whose {@code getMessage} throws: Logback asks for it before any encoder is asked.
 */
public final class LogbackJsonEncoder extends EncoderBase<ILoggingEvent> {

    private static final byte[] NOTHING = {};

    private final JsonLines lines;
    private final @Nullable ErrorSampler sampler;

    /** With the settings of {@link JsonLines#builder()}, and every error. */
    public LogbackJsonEncoder() {
        this(JsonLines.builder().build(), null);
    }

    /** As {@code lines} says, errors as {@code sampler} does. */
    public LogbackJsonEncoder(JsonLines lines, @Nullable ErrorSampler sampler) {
        this.lines = Objects.requireNonNull(lines, "lines");
        this.sampler = sampler;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    /** The line; empty if it is left out. */
    @Override
    public byte[] encode(ILoggingEvent event) {
        long repeated = 1;
        if (sampler != null) {
            String template = event.getMessage();
            repeated = sampler.admit(
                    LogbackEvents.level(event),
                    event.getLoggerName(),
                    template == null ? "null" : template,
                    LogbackEvents.throwable(event));
        }
        return repeated == 0 ? NOTHING : lines.encode(LogbackEvents.of(event, repeated));
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
