package dev.backendmastery.showcase;

import dev.backendmastery.engines.Elasticsearch;
import dev.backendmastery.engines.Engine;
import dev.backendmastery.engines.EngineServer;
import dev.backendmastery.engines.EngineStartException;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.showcase.view.View;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * Starts real engines and the systems on them, and prints where to look; with {@code --check} sends traffic through them
 * while it kills and restarts things, and exits with 1 if anything did not hold.
 */
@SuppressWarnings("SystemOut") // it talks to people
public final class Showcase {

    private static final PrintStream OUT = System.out;

    private Showcase() {}

    /** Exits with 0 on Ctrl-C or if all held, 1 if something did not, 2 if it cannot start. */
    public static void main(String[] arguments) {
        boolean check = arguments.length == 1 && arguments[0].equals("--check");
        if (arguments.length > 0 && !check) {
            System.err.println("usage: ./showcase [--check]");
            System.exit(2);
        }
        // What it says to people is not to stand between what a server says of itself.
        System.setProperty("logback.configurationFile", "logback-showcase.xml");
        // Before the engines' threads do: who comes while it is set up is put off, with a warning.
        LoggerFactory.getILoggerFactory();
        try {
            if (check) {
                System.exit(new Check(OUT).run() ? 0 : 1);
            }
            serve(port());
        } catch (EngineStartException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            System.err.println("cannot start: " + e.getMessage());
            System.exit(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int port() {
        String text = System.getenv().getOrDefault("SHOWCASE_PORT", "8080");
        int port;
        try {
            port = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("SHOWCASE_PORT must be a number, was '" + text + "'", e);
        }
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "port " + port + " is in use or not allowed; choose another: SHOWCASE_PORT=8090 ./showcase", e);
        }
    }

    private static void serve(int port) throws IOException, InterruptedException {
        long start = System.nanoTime();
        OUT.println("Starting PostgreSQL, Redis, Kafka and Elasticsearch ...");
        Engines.start(Engine.POSTGRES, Engine.REDIS, Engine.KAFKA, Engine.ELASTICSEARCH);
        Postgres postgres = Engines.postgres();
        Redis redis = Engines.redis();
        Kafka kafka = Engines.kafka();
        Elasticsearch elasticsearch = Engines.elasticsearch();
        OUT.printf(
                "  PostgreSQL on port %d after %s, Redis on port %d after %s, Kafka on port %d after %s,"
                        + " Elasticsearch on port %d after %s%n",
                postgres.port(),
                seconds(postgres.startTime()),
                redis.port(),
                seconds(redis.startTime()),
                kafka.port(),
                seconds(kafka.startTime()),
                elasticsearch.port(),
                seconds(elasticsearch.startTime()));
        OUT.println("Starting two nodes of the URL shortener ...");
        String key = randomKey();
        String database = postgres.createDatabase();
        Map<String, String> settings = settings(database, redis, kafka, key);
        Path log = Files.createTempFile("showcase-", ".log");
        View view = View.start(0, log);
        settings.put("SHORTENER_PORT", Integer.toString(port));
        NodeProcess one = NodeProcess.start(telling(settings, view, "one"), log);
        settings.put("SHORTENER_PORT", "0");
        settings.put("SHORTENER_ELASTICSEARCH", at(elasticsearch));
        NodeProcess two = NodeProcess.start(telling(settings, view, "two"), log);
        List<String> nodes = List.of(one.url(), two.url());
        PlantedFaults faults = new PlantedFaults(database, nodes, key);
        view.nodes(Map.of("one", one.url(), "two", two.url()));
        view.faults(faults);
        List<AutoCloseable> all = new ArrayList<>(List.of(faults, one, two, view));
        if (!System.getenv().getOrDefault("SHOWCASE_TRAFFIC", "1").equals("0")) {
            all.add(0, Visitor.start(nodes, key, new Random()));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(all, log), "end-of-showcase"));
        OUT.printf("Ready after %s.%n%n", seconds(Duration.ofNanos(System.nanoTime() - start)));
        OUT.println("  URL shortener   " + one.url() + "");
        OUT.println("  another node    " + two.url()
                + "   (searches in Elasticsearch, the first one in an index of its own)");
        OUT.println("  what they do    " + view.url()
                + "   (a visitor makes 10 requests a second; SHOWCASE_TRAFFIC=0 for none)");
        OUT.println("  API key         " + key);
        OUT.println("  its API         " + one.url() + "/openapi.json");
        OUT.println("  the nodes' log  " + log);
        OUT.println();
        OUT.println("Ctrl-C ends it and leaves nothing behind. ./showcase --check tries to break it.");
        OUT.flush();
        new CountDownLatch(1).await();
    }

    private static void end(List<AutoCloseable> all, Path log) {
        OUT.println("Ending ...");
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception e) { // whatever it is, the others are to end too
                OUT.println("could not end " + one + ": " + e);
            }
        }
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            OUT.println("could not delete " + log + ": " + e.getMessage());
        }
    }

    /** What a node is to tell, and whom: OpenTelemetry's own variables. */
    private static Map<String, String> telling(Map<String, String> settings, View view, String name) {
        Map<String, String> telling = new TreeMap<>(settings);
        telling.put("OTEL_SERVICE_NAME", "url-shortener");
        telling.put("OTEL_RESOURCE_ATTRIBUTES", View.resource(name));
        telling.put("OTEL_TRACES_EXPORTER", "otlp");
        telling.put("OTEL_METRICS_EXPORTER", "otlp");
        telling.put("OTEL_EXPORTER_OTLP_ENDPOINT", view.otlp());
        telling.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        telling.put("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram");
        telling.put("OTEL_METRIC_EXPORT_INTERVAL", "1000");
        telling.put("OTEL_BSP_SCHEDULE_DELAY", "500");
        telling.put("OTEL_LOGS_EXPORTER", "none");
        return telling;
    }

    /** What every node of a system needs to know, but its port. */
    static Map<String, String> settings(String jdbcUrl, Redis redis, Kafka kafka, String key) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("SHORTENER_JDBC_URL", jdbcUrl);
        settings.put("SHORTENER_REDIS", redis.host() + ":" + redis.port());
        settings.put("SHORTENER_KAFKA", kafka.bootstrapServers());
        settings.put("SHORTENER_SECRET", randomSecret());
        settings.put("SHORTENER_ADMIN_KEY", key);
        settings.put("SHORTENER_HOSTS", "example.com=93.184.216.34,example.org=93.184.216.34");
        settings.put("SHORTENER_VISITS_PER_SECOND", "100000");
        settings.put("SHORTENER_CREATIONS_PER_MINUTE", "100000");
        settings.put("SHORTENER_DRAIN_MILLIS", "500"); // nobody here asks less often whether a node is ready
        return settings;
    }

    static String at(EngineServer engine) {
        return engine.host() + ":" + engine.port();
    }

    static String randomKey() {
        return ShortenerConfig.KEYS.generate(new SecureRandom());
    }

    private static String randomSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static String seconds(Duration time) {
        return String.format(java.util.Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
}
