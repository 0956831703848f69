package dev.backendmastery.shortener;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.logs.ErrorSampler;
import dev.backendmastery.observability.logs.JsonLines;
import dev.backendmastery.observability.logs.LineQueue;
import dev.backendmastery.observability.logs.LogbackJsonEncoder;
import dev.backendmastery.observability.logs.LogbackQueueAppender;
import dev.backendmastery.observability.logs.Redaction;
import java.io.OutputStream;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a node that is a process of its own: a line of JSON each, without secrets, written by a thread of its own. */
final class Logging implements AutoCloseable {

    private static final int LINES = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int SAME_ERRORS = 5;
    private static final int KINDS = 1_000;

    private final LoggerContext context;
    private final LineQueue queue;

    private Logging(LoggerContext context, LineQueue queue) {
        this.context = context;
        this.queue = queue;
    }

    /** From here on to {@code out}. */
    static Logging to(OutputStream out) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        LineQueue queue = new LineQueue(out, LINES, PATIENCE, task -> {
            Thread thread = new Thread(task, "logs");
            thread.setDaemon(true);
            return thread;
        });
        JsonLines lines = JsonLines.builder()
                .redaction(Redaction.builder()
                        .pattern(ShortenerConfig.KEY_PREFIX + "_", ShortenerConfig.KEYS.pattern())
                        .build())
                .build();
        ErrorSampler sampler = new ErrorSampler(SAME_ERRORS, Duration.ofMinutes(1), KINDS, Ticker.system());
        LogbackQueueAppender appender = new LogbackQueueAppender(new LogbackJsonEncoder(lines, sampler), queue);
        appender.setContext(context);
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        context.getLogger("org.apache.kafka").setLevel(Level.WARN);
        return new Logging(context, queue);
    }

    @Override
    public void close() {
        context.stop();
        queue.close();
    }
}
