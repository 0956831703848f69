package dev.backendmastery.benchmarks.observability;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.Encoder;
import dev.backendmastery.observability.logs.JsonLines;
import dev.backendmastery.observability.logs.LogbackJsonEncoder;
import dev.backendmastery.observability.logs.Redaction;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import net.logstash.logback.encoder.LogstashEncoder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.slf4j.event.KeyValuePair;

/**
 * One event of Logback into its line: a message with two arguments, three fields, two entries of the MDC; and an error with an exception of some 30 frames. Redaction is ours alone, so
 * {@code ours-no-redaction} is the one to compare with, and {@code ours} what is had. The peers find the frames of
 * an error made into text by the round before, since Logback keeps that with the event; ours reads them from the exception each time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class LogsBenchmark {

    private static final int FRAMES = 24;

    @Param({"ours", "ours-no-redaction", "logstash", "logback-json"})
    public String impl;

    private Encoder<ILoggingEvent> encoder;
    private ILoggingEvent event;
    private ILoggingEvent error;

    @Setup
    public void create() {
        LoggerContext context = new LoggerContext();
        LogbackMDCAdapter mdc = new LogbackMDCAdapter();
        context.setMDCAdapter(mdc);
        mdc.put("request", "0190f3c2-77a1-7d1e-9d2b-0c5a4f3e2d1c");
        mdc.put("tenant", "acme");
        encoder = switch (impl) {
            case "ours" -> new LogbackJsonEncoder();
            case "ours-no-redaction" ->
                new LogbackJsonEncoder(
                        JsonLines.builder().redaction(Redaction.none()).build(), null);
            case "logstash" -> new LogstashEncoder();
            case "logback-json" -> new JsonEncoder();
            default -> throw new IllegalArgumentException("impl " + impl);
        };
        encoder.setContext(context);
        encoder.start();
        event = event(context, Level.INFO, null);
        error = event(context, Level.ERROR, deep(FRAMES));
    }

    private static ILoggingEvent event(LoggerContext context, Level level, @Nullable Throwable thrown) {
        LoggingEvent event = new LoggingEvent(
                LogsBenchmark.class.getName(),
                context.getLogger("dev.backendmastery.shortener.Redirects"),
                level,
                "redirected {} to {} and counted it",
                thrown,
                new Object[] {"b7Xk2", "https://example.org/a/rather/long/path?with=query"});
        event.setInstant(Instant.parse("2026-03-14T12:00:00.123456Z"));
        event.addKeyValuePair(new KeyValuePair("code", "b7Xk2"));
        event.addKeyValuePair(new KeyValuePair("status", 302));
        event.addKeyValuePair(new KeyValuePair("took_us", 418L));
        event.prepareForDeferredProcessing();
        return event;
    }

    private static Throwable deep(int frames) {
        return frames == 0
                ? new IllegalStateException("the store did not answer", new IOException("reset by peer"))
                : deep(frames - 1);
    }

    /** Nothing wrong. */
    @Benchmark
    public Object event() {
        return encoder.encode(event);
    }

    /** With an exception. */
    @Benchmark
    public Object error() {
        return encoder.encode(error);
    }
}
