package dev.backendmastery.showcase.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.backendmastery.showcase.view.Collector.Signal;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MisdirectedRequestResponse;
import io.javalin.json.JavalinJackson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page on what the nodes do: rates, errors and durations by route, a heat map of latency, traces with their log lines, pools and queues, health. It receives OTLP over HTTP itself,
 * follows the nodes' log and asks for their health; what it keeps is bounded, and gone when it ends.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Not for</b> others than the person at this machine: it listens on the loopback interface and knows no accounts.
 */
public final class View implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(View.class);

    private static final int TRACES = 5_000;
    private static final int SPANS = 500;
    private static final long TRACE_BYTES = 48_000_000;
    private static final int SERIES = 1_500;
    private static final int LINES = 5_000;
    private static final Duration HEALTH_WAIT = Duration.ofSeconds(2);
    private static final long LOG_MILLIS = 250;
    private static final long HEALTH_MILLIS = 1_000;
    private static final int BUSY = 503;
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final MetricStore metrics;
    private final TraceStore traces = new TraceStore(TRACES, SPANS, TRACE_BYTES);
    private final LogTail logs;
    private final HealthPoll health = new HealthPoll(HEALTH_WAIT);
    private final Collector collector;
    private final Javalin server;
    private final ScheduledExecutorService polls;
    private volatile Faults faults = Faults.NONE;

    private View(int port, Path log, InstantSource clock) {
        metrics = new MetricStore(clock, SERIES);
        logs = new LogTail(log, LINES);
        collector = new Collector(traces, metrics);
        Api api = new Api(clock, traces, metrics, logs, health, collector, () -> faults);
        server = Javalin.create(config -> configure(config, api)).start(port);
        polls = Executors.newScheduledThreadPool(2, work -> {
            Thread thread = new Thread(work, "view");
            thread.setDaemon(true);
            return thread;
        });
        var unusedLogs =
                polls.scheduleWithFixedDelay(guarded(logs::poll), LOG_MILLIS, LOG_MILLIS, TimeUnit.MILLISECONDS);
        var unusedHealth = polls.scheduleWithFixedDelay(guarded(health::poll), 0, HEALTH_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts to receive and to show, on the loopback interface.
     *
     * @param port 0 for any that is free
     * @param log the file that the nodes write to, which need not be there yet
     * @throws io.javalin.util.JavalinBindException if the port is in use
     */
    public static View start(int port, Path log) {
        return new View(port, log, InstantSource.system());
    }

    private interface Poll {
        void poll() throws IOException, InterruptedException;
    }

    private static Runnable guarded(Poll poll) {
        return () -> {
            try {
                poll.poll();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the view misses something", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Where the page is. */
    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /** Where to send to: what {@code OTEL_EXPORTER_OTLP_ENDPOINT} wants. */
    public String otlp() {
        return url() + "/otlp";
    }

    /** What a node is to say of itself to be called {@code name} on the page: what {@code OTEL_RESOURCE_ATTRIBUTES} wants. */
    public static String resource(String name) {
        return Otlp.NODE + "=" + name;
    }

    /** Whose health to ask for: addresses by name. */
    public void nodes(Map<String, String> urls) {
        health.nodes(urls);
    }

    /** What can be planted. */
    public void faults(Faults some) {
        faults = some;
    }

    private void configure(JavalinConfig config, Api api) {
        config.startup.showJavalinBanner = false;
        config.jetty.host = "127.0.0.1";
        config.jsonMapper(new JavalinJackson(
                JsonMapper.builder()
                        .addModule(new SimpleModule()
                                .addSerializer(double.class, new NumberOrNull())
                                .addSerializer(Double.class, new NumberOrNull()))
                        .build(),
                false));
        config.routes.before(this::guard);
        config.routes.get(
                "/", context -> context.contentType("text/html; charset=utf-8").result(file("index.html")));
        config.routes.get("/view.js", context -> context.contentType("text/javascript; charset=utf-8")
                .result(file("view.js")));
        config.routes.get("/view.css", context -> context.contentType("text/css; charset=utf-8")
                .result(file("view.css")));
        config.routes.get(
                "/icon.svg", context -> context.contentType("image/svg+xml").result(file("icon.svg")));
        config.routes.post("/otlp/v1/traces", context -> take(context, Signal.TRACES));
        config.routes.post("/otlp/v1/metrics", context -> take(context, Signal.METRICS));
        api.install(config.routes);
        config.routes.exception(HttpResponseException.class, (problem, context) -> context.status(problem.getStatus())
                .json(Api.problem(String.valueOf(problem.getMessage()))));
    }

    /** Names of this machine alone, so that no page elsewhere reads it under a name of its own; and what changes something only from its own page. */
    private void guard(Context context) {
        context.header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cache-Control", "no-store");
        String host = String.valueOf(context.header("Host"));
        if (!host.equals("127.0.0.1:" + server.port()) && !host.equals("localhost:" + server.port())) {
            throw new MisdirectedRequestResponse("the host must be 127.0.0.1 or localhost");
        }
        if (context.path().startsWith("/api/")
                && !context.method().name().equals("GET")
                && !("http://" + host).equals(context.header("Origin"))) {
            throw new ForbiddenResponse("only its own page may ask for this");
        }
    }

    private void take(Context context, Signal signal) throws IOException {
        Collector.Answer answer = collector.take(
                signal, context.contentType(), context.header("Content-Encoding"), context.bodyInputStream());
        if (answer.status() == BUSY) {
            context.header("Retry-After", "1");
        }
        context.status(answer.status())
                .contentType(Collector.PROTOBUF)
                .result(answer.body().toByteArray());
    }

    private static byte[] file(String name) {
        try (InputStream in = View.class.getResourceAsStream("/view/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        polls.shutdownNow();
        server.stop();
    }

    /** JSON knows no number that is none. */
    private static final class NumberOrNull extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            write(value, out);
        }
    }

    private static void write(double value, JsonGenerator out) throws IOException {
        if (Double.isFinite(value)) {
            out.writeNumber(value);
        } else {
            out.writeNull();
        }
    }
}
