package dev.backendmastery.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.backendmastery.engines.Engine;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.observability.metrics.GrafanaDashboard;
import dev.backendmastery.observability.metrics.OpenMetrics;
import dev.backendmastery.observability.telemetry.Telemetry;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.shortener.ShortenerNode;
import dev.backendmastery.shortener.Watch;
import dev.backendmastery.showcase.view.Faults.Fault;
import dev.backendmastery.showcase.view.View;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault does to a real node what its button says, is found in the view, and is over by itself. */
final class PlantedFaultsTest {

    private static final String KEY = ShortenerConfig.KEYS.generate(new SecureRandom());
    private static final String WAITING =
            "select count(*) from pg_locks where not granted and relation = '%s'::regclass";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();

    private interface Condition {
        boolean holds() throws SQLException, IOException, InterruptedException;
    }

    private static void await(String what, Condition condition) throws SQLException, IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, () -> "never: " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static long count(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private JsonNode ask(View view, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(view.url() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    private static Telemetry telling(View view) {
        return Telemetry.builder("url-shortener")
                .environment(Map.of(
                        "OTEL_RESOURCE_ATTRIBUTES",
                        View.resource("one"),
                        "OTEL_TRACES_EXPORTER",
                        "otlp",
                        "OTEL_METRICS_EXPORTER",
                        "otlp",
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        view.otlp(),
                        "OTEL_EXPORTER_OTLP_PROTOCOL",
                        "http/protobuf",
                        "OTEL_METRIC_EXPORT_INTERVAL",
                        "200",
                        "OTEL_BSP_SCHEDULE_DELAY",
                        "100"))
                .build();
    }

    @Test
    void eachDoesWhatItSaysIsFoundAndIsOver() throws SQLException, IOException, InterruptedException {
        Engines.start(Engine.POSTGRES, Engine.REDIS);
        Redis redis = Engines.redis();
        String database = Engines.postgres().createDatabase();
        ShortenerConfig config = ShortenerConfig.on(
                        database, redis.host(), redis.port(), "a secret for the faults, 32 characters long", KEY)
                .host("example.com", "93.184.216.34")
                .build();
        try (View view = View.start(0, folder.resolve("none.log"));
                Telemetry telemetry = telling(view);
                ShortenerNode node = ShortenerNode.start(config, Watch.by(telemetry));
                PlantedFaults faults = new PlantedFaults(database, List.of(node.url()), KEY, 5);
                Connection connection = DriverManager.getConnection(database)) {
            assertEquals(List.of(), running(faults));
            assertFalse(faults.plant("no such fault"));

            assertTrue(faults.plant("slow-query"));
            assertFalse(faults.plant("slow-query"), "it runs already");
            await("a query waits", () -> count(connection, WAITING.formatted("link_event")) > 0);
            await("it is over", () -> running(faults).isEmpty());
            await("nothing waits", () -> count(connection, WAITING.formatted("link_event")) == 0);
            await("its slowest trace names the query", () -> slowestQuery(view).contains("link_event"));

            assertTrue(faults.plant("exhausted-pool"));
            await("all of the pool wait", () -> count(connection, WAITING.formatted("link")) >= 10);
            assertEquals(List.of("exhausted-pool"), running(faults));
            await("it is over", () -> running(faults).isEmpty());
            await("nothing waits", () -> count(connection, WAITING.formatted("link")) == 0);
            await("the pool has told who waited", () -> mostWaiting(view) > 0);

            long before = count(connection, "select count(*) from click");
            assertTrue(faults.plant("hot-key"));
            await("it is over", () -> running(faults).isEmpty());
            await("many visits of one link", () -> count(connection, "select count(*) from click") > before + 50);
            assertEquals(1, count(connection, "select count(distinct link_id) from click"));
            await("its path is on top", () -> {
                JsonNode top =
                        ask(view, "/api/top?attribute=url.path&seconds=60").path(0);
                return top.path("count").asInt() > 50
                        && top.path("value").asText().matches("/[^/]+");
            });
            theDashboardOfARealNodeNamesWhatIsScraped(telemetry);
        }
    }

    private static List<String> running(PlantedFaults faults) {
        return faults.all().stream().filter(Fault::running).map(Fault::name).toList();
    }

    /** What took longest of what was asked of others in the slowest request for a history; empty if that was not most of it. */
    private String slowestQuery(View view) throws IOException, InterruptedException {
        String route = URLEncoder.encode("/api/links/{code}/history", StandardCharsets.UTF_8);
        JsonNode slowest =
                ask(view, "/api/traces?slowest=1&limit=1&route=" + route).path(0);
        double most = slowest.path("micros").asDouble() / 2;
        String name = "";
        for (JsonNode span :
                ask(view, "/api/traces/" + slowest.path("id").asText()).path("spans")) {
            if (span.path("kind").asText().equals("CLIENT")
                    && span.path("micros").asDouble() > most) {
                most = span.path("micros").asDouble();
                name = span.path("name").asText() + span.path("attributes");
            }
        }
        return name;
    }

    private double mostWaiting(View view) throws IOException, InterruptedException {
        double most = 0;
        for (JsonNode number : ask(view, "/api/numbers")) {
            if (number.path("name").asText().equals("db.client.connection.pending_requests")) {
                assertEquals("one", number.path("node").asText());
                for (JsonNode value : number.path("spark")) {
                    most = Math.max(most, value.asDouble());
                }
            }
        }
        return most;
    }

    private static void theDashboardOfARealNodeNamesWhatIsScraped(Telemetry telemetry) throws IOException {
        String scrape = OpenMetrics.text(telemetry.meters().produce(Resource.empty()));
        TreeSet<String> scraped = new TreeSet<>();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> scraped.add(line.split("[{ ]", 2)[0]));
        int named = 0;
        Pattern metric = Pattern.compile("\\(([a-z_:0-9]+)(?=[\\[{)])");
        for (JsonNode expr : JSON.readTree(GrafanaDashboard.json("Shortener", telemetry.meters()))
                .findValues("expr")) {
            Matcher found = metric.matcher(expr.asText().replaceAll("by \\([^)]*\\)", ""));
            assertTrue(found.find(), expr.asText());
            assertTrue(scraped.contains(found.group(1)), found.group(1) + " is not in the scrape");
            named++;
        }
        assertTrue(named > 20, "the dashboard asks for " + named);
    }
}
