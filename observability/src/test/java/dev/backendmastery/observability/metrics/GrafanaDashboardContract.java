package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.logs.Json;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a generated dashboard must hold. Extend it and say how to generate yours. */
@DisplayName("GrafanaDashboard")
public abstract class GrafanaDashboardContract {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");
    private static final Pattern GROUPED = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern FILTERED = Pattern.compile("\\{([^}]*)\\}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{[^}]*\\})?(\\[[^\\]]*\\])?");
    private static final Set<String> WORDS = Set.of("sum", "rate", "increase", "histogram_quantile", "by");

    private final Meters meters = Meters.of("test", () -> NOW);

    /** A dashboard of these metrics. */
    protected abstract String json(String title, Collection<MetricData> metrics);

    @BeforeEach
    final void measure() {
        for (String route : List.of("/{code}", "/api/links")) {
            BoundHistogram requests = meters.histogram("http.server.request.duration", "s", "Time of a request")
                    .bind(Attributes.builder()
                            .put("http.request.method", "GET")
                            .put("http.route", route)
                            .put("http.response.status_code", 200)
                            .build());
            requests.record(0.25);
            requests.record(0.5);
        }
        meters.histogram("messaging.process.duration", "s", "")
                .bind(Attributes.empty())
                .record(1);
        meters.counter("cache.hits", "{hit}", "Found")
                .bind(Attributes.builder().put("cache.name", "links").build())
                .add(3);
        meters.counter("cache.read", "By", "").bind(Attributes.empty()).add(7);
        meters.counter("jvm.cpu.time", "s", "").bind(Attributes.empty()).add(2);
        meters.upDownCounter("db.client.connection.count", "{connection}", "")
                .bind(Attributes.builder()
                        .put("db.client.connection.state", "used")
                        .put("le", "none of the bucket's")
                        .build())
                .add(2);
        meters.gauge("queue.depth", "{task}", "Tasks that wait", Attributes.empty(), () -> 4.5);
        meters.gauge("heap.share", "1", "", Attributes.empty(), () -> 0.5);
        meters.gauge("heap.size", "By", "", Attributes.empty(), () -> 1e6);
    }

    private Collection<MetricData> metrics() {
        return meters.produce(Resource.empty());
    }

    private record Asked(String panel, String unit, String expr) {}

    private Map<String, @Nullable Object> dashboard() {
        return parse(json("the service", metrics()));
    }

    private List<Asked> asked() {
        List<Asked> all = new ArrayList<>();
        for (Map<String, @Nullable Object> panel : objects(dashboard(), "panels")) {
            if (!"row".equals(panel.get("type"))) {
                String unit = String.valueOf(
                        object(object(panel, "fieldConfig"), "defaults").get("unit"));
                for (Map<String, @Nullable Object> target : objects(panel, "targets")) {
                    all.add(new Asked(String.valueOf(panel.get("title")), unit, String.valueOf(target.get("expr"))));
                }
            }
        }
        assertFalse(all.isEmpty(), "it asks for nothing");
        return all;
    }

    /** The metrics that an expression asks for, each with its range behind it if it has one. */
    private static List<String> named(String expr) {
        String plain = GROUPED.matcher(expr).replaceAll("");
        List<String> names = new ArrayList<>();
        Matcher metric = METRIC.matcher(plain);
        while (metric.find()) {
            if (!WORDS.contains(metric.group(1))) {
                names.add(metric.group(1) + (metric.group(2) == null ? "" : "[]"));
            }
        }
        return names;
    }

    private static Set<String> labels(String expr) {
        Set<String> labels = new TreeSet<>();
        Matcher grouped = GROUPED.matcher(expr);
        while (grouped.find()) {
            Arrays.stream(grouped.group(1).split(",")).map(String::strip).forEach(labels::add);
        }
        Matcher filtered = FILTERED.matcher(expr);
        while (filtered.find()) {
            Matcher name = IDENTIFIER.matcher(filtered.group(1));
            if (name.find()) {
                labels.add(name.group());
            }
        }
        return labels;
    }

    /** Each sample of the scrape: its name, and its labels. */
    private Map<String, Set<String>> scraped() {
        Map<String, Set<String>> scraped = new LinkedHashMap<>();
        OpenMetrics.text(metrics())
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    Matcher name = IDENTIFIER.matcher(line);
                    assertTrue(name.lookingAt(), line);
                    Set<String> labels = scraped.computeIfAbsent(name.group(), one -> new TreeSet<>());
                    Matcher label =
                            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"").matcher(line);
                    while (label.find()) {
                        labels.add(label.group(1));
                    }
                });
        return scraped;
    }

    @Test
    @DisplayName("GD-1 it is a dashboard: panels of their own ids and places, on a data source that can be chosen")
    final void isADashboard() {
        Map<String, @Nullable Object> dashboard = dashboard();
        assertEquals("the service", dashboard.get("title"));
        assertTrue(((Number) assertPresent(dashboard.get("schemaVersion"))).intValue() >= 39);
        List<Map<String, @Nullable Object>> variables = objects(object(dashboard, "templating"), "list");
        Set<String> sources = variables.stream()
                .filter(one -> "datasource".equals(one.get("type")) && "prometheus".equals(one.get("query")))
                .map(one -> "${" + one.get("name") + "}")
                .collect(Collectors.toSet());
        Set<Object> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (Map<String, @Nullable Object> panel : objects(dashboard, "panels")) {
            assertTrue(ids.add(assertPresent(panel.get("id"))), "an id twice: " + panel.get("id"));
            Map<String, @Nullable Object> place = object(panel, "gridPos");
            int right = number(place, "x") + number(place, "w");
            assertTrue(right <= 24 && number(place, "w") > 0 && number(place, "h") > 0, place.toString());
            for (int x = number(place, "x"); x < right; x++) {
                for (int y = number(place, "y"); y < number(place, "y") + number(place, "h"); y++) {
                    assertTrue(taken.add(List.of(x, y)), "two panels at " + x + ", " + y);
                }
            }
            if (!"row".equals(panel.get("type"))) {
                for (Map<String, @Nullable Object> target : objects(panel, "targets")) {
                    assertTrue(
                            sources.contains(
                                    String.valueOf(object(target, "datasource").get("uid"))),
                            "the data source cannot be chosen: " + target);
                }
            }
        }
    }

    @Test
    @DisplayName("GD-2 each metric that it asks for is in the scrape")
    final void metricsExist() {
        Set<String> scraped = scraped().keySet();
        for (Asked one : asked()) {
            List<String> names = named(one.expr);
            assertFalse(names.isEmpty(), one.expr);
            for (String name : names) {
                assertTrue(scraped.contains(name.replace("[]", "")), name + " is not in the scrape: " + one.expr);
            }
        }
    }

    @Test
    @DisplayName("GD-3 each label that it asks for is one of the metric's in the scrape")
    final void labelsExist() {
        Map<String, Set<String>> scraped = scraped();
        int seen = 0;
        for (Asked one : asked()) {
            for (String name : named(one.expr)) {
                Set<String> known = scraped.getOrDefault(name.replace("[]", ""), Set.of());
                for (String label : labels(one.expr)) {
                    assertTrue(known.contains(label), label + " is no label of " + name + ": " + one.expr);
                    seen++;
                }
            }
        }
        assertTrue(seen > 0, "no label is asked for");
    }

    @Test
    @DisplayName("GD-4 each metric has a panel")
    final void nothingIsLeftOut() {
        Set<String> shown = asked().stream()
                .flatMap(one -> named(one.expr).stream())
                .map(name -> name.replaceAll("\\[\\]|_bucket(?=\\[)|_count(?=\\[)|_bucket$|_count$", ""))
                .collect(Collectors.toSet());
        for (String sample : scraped().keySet()) {
            String family = sample.replaceAll("_(bucket|sum|count)$", "");
            assertTrue(shown.contains(sample) || shown.contains(family), sample + " is in no panel of " + shown);
        }
    }

    @Test
    @DisplayName("GD-5 what only grows is shown as a rate, what comes and goes is not, quantiles are of buckets by le")
    final void ratesAreOfCounters() {
        for (Asked one : asked()) {
            for (String name : named(one.expr)) {
                boolean grows = name.matches(".*(_total|_bucket|_count)\\[\\]")
                        && !name.startsWith("db_client_connection_count");
                boolean level = Set.of(
                                "queue_depth", "heap_share_ratio", "heap_size_bytes", "db_client_connection_count")
                        .contains(name);
                assertTrue(grows || level, "a level has no rate, a total is no level: " + one.expr);
            }
            if (one.expr.contains("histogram_quantile")) {
                assertTrue(one.expr.contains("_bucket"), one.expr);
                assertTrue(labels(one.expr).contains("le"), "quantiles need le: " + one.expr);
            }
        }
    }

    @Test
    @DisplayName("GD-6 units are those of the metrics, of rates a second")
    final void units() {
        Map<String, String> units = new LinkedHashMap<>();
        asked().forEach(one -> named(one.expr).forEach(name -> units.put(name, one.unit)));
        assertEquals("s", units.get("http_server_request_duration_seconds_bucket[]"));
        assertEquals("reqps", units.get("http_server_request_duration_seconds_count[]"));
        assertEquals("bytes", units.get("heap_size_bytes"));
        assertEquals("percentunit", units.get("heap_share_ratio"));
        assertEquals("Bps", units.get("cache_read_bytes_total[]"));
        assertEquals("cps", units.get("cache_hits_total[]"));
        assertEquals("percentunit", units.get("jvm_cpu_time_seconds_total[]"));
        assertEquals("short", units.get("queue_depth"));
    }

    @Test
    @DisplayName("GD-7 the same metrics, in any order and whatever their values, give the same text")
    final void isTheSameEachTime() {
        String first = json("the service", metrics());
        meters.counter("cache.read", "By", "").bind(Attributes.empty()).add(1_000);
        List<MetricData> shuffled = new ArrayList<>(metrics());
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            assertEquals(first, json("the service", shuffled));
        }
    }

    @Test
    @DisplayName("GD-8 requests are shown by route: rate, errors, durations, and how they spread")
    final void requestsByRoute() {
        List<String> of = asked().stream()
                .map(Asked::expr)
                .filter(expr -> expr.contains("http_server_request_duration_seconds"))
                .toList();
        String rate = "rate(http_server_request_duration_seconds_count";
        assertTrue(of.stream().anyMatch(expr -> expr.contains(rate + "[") && byRoute(expr)), "no rate: " + of);
        assertTrue(of.stream().anyMatch(expr -> expr.contains(rate + "{") && byRoute(expr)), "no errors: " + of);
        for (String quantile : List.of("0.5", "0.95", "0.99")) {
            assertTrue(
                    of.stream()
                            .anyMatch(expr -> expr.contains("histogram_quantile(" + quantile + ",") && byRoute(expr)),
                    "no " + quantile + ": " + of);
        }
        assertTrue(of.stream().anyMatch(expr -> labels(expr).equals(Set.of("le"))), "no spread: " + of);
    }

    private static boolean byRoute(String expr) {
        return labels(expr).contains("http_route");
    }

    @Test
    @DisplayName("GD-9 no text of a metric is anything but text")
    final void textIsText() {
        String bad = "a \"quoted\" one\n\\, \"expr\": \"up\"}";
        meters.counter("strange", "{thing}", bad).bind(Attributes.empty()).increment();
        Map<String, @Nullable Object> dashboard = parse(json("title \"" + bad, metrics()));
        assertEquals("title \"" + bad, dashboard.get("title"));
        assertEquals(
                1,
                objects(dashboard, "panels").stream()
                        .filter(panel -> bad.equals(panel.get("description")))
                        .count());
    }

    @Test
    @DisplayName("GD-10 what a scrape refuses is refused, and so is a title that says nothing")
    final void refuses() {
        Collection<MetricData> deltas = meters.delta().produce(Resource.empty());
        assertThrows(IllegalArgumentException.class, () -> json("the service", deltas));
        Collection<MetricData> twice = new ArrayList<>(metrics());
        twice.addAll(metrics());
        assertThrows(IllegalArgumentException.class, () -> json("the service", twice));
        assertThrows(IllegalArgumentException.class, () -> json(" ", metrics()));
        assertEquals(List.of(), objects(parse(json("nothing yet", List.of())), "panels"));
    }

    private static Object assertPresent(@Nullable Object value) {
        assertNotNull(value);
        return value;
    }

    private static int number(Map<String, @Nullable Object> object, String name) {
        return ((Number) assertPresent(object.get(name))).intValue();
    }

    @SuppressWarnings("unchecked") // objects are read as maps by text
    private static Map<String, @Nullable Object> object(Map<String, @Nullable Object> object, String name) {
        return (Map<String, @Nullable Object>) assertPresent(object.get(name));
    }

    @SuppressWarnings("unchecked") // as above
    private static List<Map<String, @Nullable Object>> objects(Map<String, @Nullable Object> object, String name) {
        return (List<Map<String, @Nullable Object>>) assertPresent(object.get(name));
    }

    private static Map<String, @Nullable Object> parse(String text) {
        try {
            return Json.object(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + text, e);
        }
    }
}
