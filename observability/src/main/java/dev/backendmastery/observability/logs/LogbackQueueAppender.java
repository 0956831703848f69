package dev.backendmastery.observability.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.Objects;

/**
 * Encodes on the thread that logs, where the span, the MDC and the arguments are still what they were, and lets a {@link LineQueue} write.
 *
 * <p><b>Guarantee.</b> That of both; {@link #stop} closes the queue (LB-5). <b>Threads.</b> Safe for any number. <b>Cost.</b> The line.
 */
public final class LogbackQueueAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final LogbackJsonEncoder encoder;
    private final LineQueue queue;

    /** Of lines as {@code encoder} makes them. */
    public LogbackQueueAppender(LogbackJsonEncoder encoder, LineQueue queue) {
        this.encoder = Objects.requireNonNull(encoder, "encoder");
        this.queue = Objects.requireNonNull(queue, "queue");
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] line = encoder.encode(event);
        if (line.length > 0) {
            queue.offer(LogbackEvents.level(event), line);
        }
    }

    @Override
    public void stop() {
        super.stop();
        queue.close();
    }
}
