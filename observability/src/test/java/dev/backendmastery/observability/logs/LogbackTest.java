package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import com.sun.management.ThreadMXBean;
import dev.backendmastery.core.time.ManualTicker;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.BasicMarkerFactory;

final class LogbackTest {

    private static final SpanContext SPAN = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());
    private static final int TIMES = 1_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final LoggerContext context = new LoggerContext();
    private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();

    private Logger logger(Appender<ILoggingEvent> appender) {
        context.setMDCAdapter(mdc);
        appender.setContext(context);
        appender.start();
        Logger logger = context.getLogger("a.B");
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
        return logger;
    }

    private Logger logger(LogbackJsonEncoder encoder) {
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        encoder.setContext(context);
        encoder.start();
        appender.setEncoder(encoder);
        appender.setOutputStream(out);
        return logger(appender);
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Map<String, @Nullable Object> read(String line) throws IOException {
        return Json.object((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("LB-1 what Logback knows of an event is in its line")
    void everything() throws IOException {
        Logger logger = logger(new LogbackJsonEncoder());
        mdc.put("tenant", "acme");
        try (Scope scope = Span.wrap(SPAN).makeCurrent()) {
            assertTrue(scope != null);
            logger.atWarn()
                    .addMarker(new BasicMarkerFactory().getMarker("AUDIT"))
                    .addKeyValue("order", 7)
                    .addArgument("x")
                    .setCause(new IllegalStateException("no"))
                    .log("sold {}");
        }
        Map<String, @Nullable Object> line = read(lines().get(0));
        assertEquals("WARN", line.get("level"));
        assertEquals("a.B", line.get("logger"));
        assertEquals("sold x", line.get("message"));
        assertEquals(7, line.get("order"));
        assertEquals("acme", line.get("tenant"));
        assertEquals(List.of("AUDIT"), line.get("tags"));
        assertEquals(SPAN.getTraceId(), line.get("trace_id"));
        assertEquals("java.lang.IllegalStateException", line.get("exception.type"));
    }

    @Test
    @DisplayName("LB-2 a key of the schema, and a value that fails, cost no line")
    void isolated() throws IOException {
        Logger logger = logger(new LogbackJsonEncoder());
        mdc.put("message", "mine");
        Object bad = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no");
            }
        };
        logger.atInfo().addKeyValue("bad", bad).log("one {}", bad);
        logger.info("two");
        assertEquals(2, lines().size());
        assertEquals("mine", read(lines().get(0)).get("mdc.message"));
        assertEquals("two", read(lines().get(1)).get("message"));
    }

    @Test
    @DisplayName("LB-3 of a repeated error the first few come, then each power of two, which says so")
    void sampled() throws IOException {
        ErrorSampler sampler = new ErrorSampler(2, Duration.ofMinutes(1), 100, new ManualTicker());
        Logger logger = logger(new LogbackJsonEncoder(JsonLines.builder().build(), sampler));
        for (int i = 0; i < 20; i++) {
            logger.error("order {} failed", i);
        }
        logger.info("other");
        assertEquals(6, lines().size());
        assertEquals(16, read(lines().get(4)).get("repeated"));
        assertEquals(15, sampler.stats().leftOut());
    }

    @Test
    @DisplayName("LB-4 what is disabled allocates nothing")
    void disabled() {
        Logger logger = logger(new LogbackJsonEncoder());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        debug(logger);
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        debug(logger);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(0, bytes / TIMES, "bytes a call");
        assertEquals(List.of(), lines());
    }

    private static void debug(Logger logger) {
        for (int i = 0; i < TIMES; i++) {
            logger.debug("sold {} to {}", "x", "y");
            logger.atDebug().addKeyValue("order", "7").log("sold");
        }
    }

    @Test
    @DisplayName("LB-5 behind a queue the span is that of the thread that logged, and stopping writes what waits")
    void queued() throws IOException {
        LineQueue queue = new LineQueue(out, 100, Duration.ofSeconds(20), work -> new Thread(work, "lines"));
        LogbackQueueAppender appender = new LogbackQueueAppender(new LogbackJsonEncoder(), queue);
        Logger logger = logger(appender);
        try (Scope scope = Span.wrap(SPAN).makeCurrent()) {
            assertTrue(scope != null);
            logger.info("in a span");
        }
        logger.info("in none");
        appender.stop();
        assertEquals(SPAN.getTraceId(), read(lines().get(0)).get("trace_id"));
        assertFalse(read(lines().get(1)).containsKey("trace_id"));
        assertEquals(2, queue.stats().written());
    }

    @Test
    @DisplayName("LB-6 a record of java.util.logging is a line too")
    void jul() throws IOException {
        LogRecord entry = new LogRecord(java.util.logging.Level.SEVERE, "sold {0}\n");
        entry.setParameters(new Object[] {"x"});
        entry.setLoggerName("a.B");
        entry.setThrown(new IllegalStateException("no"));
        String text = new JulJsonFormatter().format(entry);
        Map<String, @Nullable Object> line = Json.object(text.getBytes(StandardCharsets.UTF_8));
        assertEquals("ERROR", line.get("level"));
        assertEquals("sold x\n", line.get("message"));
        assertEquals("no", line.get("exception.message"));
        assertEquals(text.length() - 1, text.indexOf('\n'));
        LogRecord bare = new LogRecord(java.util.logging.Level.FINEST, null);
        assertEquals(
                "TRACE",
                Json.object(new JulJsonFormatter().format(bare).getBytes(StandardCharsets.UTF_8))
                        .get("level"));
    }
}
