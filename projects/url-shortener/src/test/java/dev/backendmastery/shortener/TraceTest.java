package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Engine;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.observability.metrics.OpenMetrics;
import dev.backendmastery.observability.telemetry.OpenScopes;
import dev.backendmastery.observability.telemetry.Telemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One request is one trace, through every engine and every thread that has a part in it. */
@ExtendWith(OpenScopes.class)
final class TraceTest {

    private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();
    private static final AtomicInteger TRACES = new AtomicInteger();
    private static final String CALLER = "b7ad6b7169203331";

    private static Telemetry telemetry;
    private static ShortenerNode node;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        Engines.start(Engine.POSTGRES, Engine.REDIS, Engine.KAFKA, Engine.ELASTICSEARCH);
        telemetry = Telemetry.builder("shortener")
                .environment(Map.of(
                        "OTEL_TRACES_EXPORTER", "none",
                        "OTEL_METRICS_EXPORTER", "none",
                        "OTEL_BSP_MAX_QUEUE_SIZE", "100000",
                        "OTEL_BSP_SCHEDULE_DELAY", "20"))
                .exporter(SPANS)
                .build();
        node = ShortenerNode.start(
                Nodes.fresh()
                        .kafka(Engines.kafka().bootstrapServers())
                        .elasticsearch(Engines.elasticsearch().host() + ":"
                                + Engines.elasticsearch().port())
                        .build(),
                Watch.by(telemetry));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        node.close();
        telemetry.close();
        forgetLinks();
    }

    /** The engine is shared: what is in the index would weigh on the scores of the next test. */
    private static void forgetLinks() throws IOException, InterruptedException {
        String engine = "http://" + Engines.elasticsearch().host() + ":"
                + Engines.elasticsearch().port() + "/";
        HttpResponse<String> indexes = http.send(
                HttpRequest.newBuilder(URI.create(engine + "_cat/indices/shortener-links-*?h=index"))
                        .build(),
                BodyHandlers.ofString());
        for (String index : indexes.body().lines().toList()) {
            HttpResponse<String> gone = http.send(
                    HttpRequest.newBuilder(URI.create(engine + index.trim()))
                            .DELETE()
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(200, gone.statusCode(), gone::body);
        }
    }

    @BeforeEach
    void fresh() {
        assertTrue(telemetry.flush(Duration.ofSeconds(10)));
        SPANS.reset();
    }

    private static String newTrace() {
        return String.format("%032x", 0x5EED0000L + TRACES.incrementAndGet());
    }

    private static HttpResponse<String> ask(String method, String path, String body, String trace) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + Nodes.ADMIN_KEY)
                .header("traceparent", "00-" + trace + "-" + CALLER + "-01")
                .header("User-Agent", "Firefox on a test")
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String make(String title, String trace) {
        HttpResponse<String> reply =
                ask("POST", "/api/links", "{\"target\":\"https://example.com/\",\"title\":\"" + title + "\"}", trace);
        assertEquals(201, reply.statusCode(), reply::body);
        String location = reply.headers().firstValue("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static List<SpanData> of(String trace) {
        return SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getTraceId().equals(trace))
                .toList();
    }

    /** All spans of a trace, when there are all these among them. */
    private static List<SpanData> of(String trace, String... names) {
        Predicate<List<SpanData>> complete = spans -> names(spans).containsAll(List.of(names));
        long begin = System.nanoTime();
        while (!complete.test(of(trace)) && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20)) {
            LockSupport.parkNanos(10_000_000);
        }
        List<SpanData> spans = of(trace);
        Set<String> missing = new TreeSet<>(List.of(names));
        missing.removeAll(names(spans));
        assertEquals(Set.of(), missing, () -> "missing of " + names(spans));
        return spans;
    }

    private static void awaitSpans(String name, int count) {
        long begin = System.nanoTime();
        while (SPANS.getFinishedSpanItems().stream()
                                .filter(span -> span.getName().equals(name))
                                .count()
                        < count
                && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(30)) {
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static Set<String> names(List<SpanData> spans) {
        return spans.stream().map(SpanData::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static SpanData named(List<SpanData> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }

    /** Every span but the request's has its parent among them. */
    private static void connected(List<SpanData> spans) {
        Map<String, SpanData> byId = new HashMap<>();
        spans.forEach(span -> byId.put(span.getSpanId(), span));
        List<String> roots = new ArrayList<>();
        for (SpanData span : spans) {
            if (!byId.containsKey(span.getParentSpanId())) {
                roots.add(span.getName() + " of " + span.getParentSpanId());
            }
        }
        assertEquals(1, roots.size(), () -> "roots: " + roots);
        assertTrue(roots.get(0).endsWith(" of " + CALLER), () -> "the caller's is the root's parent: " + roots);
    }

    private static void linked(List<SpanData> spans, String sent, String processed) {
        SpanData receiver = named(spans, processed);
        Set<String> senders = spans.stream()
                .filter(span -> span.getName().equals(sent))
                .map(SpanData::getSpanId)
                .collect(Collectors.toSet());
        assertTrue(senders.contains(receiver.getParentSpanId()));
        assertTrue(receiver.getLinks().stream()
                .anyMatch(link -> senders.contains(link.getSpanContext().getSpanId())));
        assertEquals(SpanKind.CONSUMER, receiver.getKind());
    }

    @Test
    @DisplayName(
            "A link that is made: HTTP, Redis, PostgreSQL, outbox, relay, Kafka, analytics, PostgreSQL are one trace")
    void made() {
        String trace = newTrace();
        make("made", trace);
        List<SpanData> spans = of(
                trace,
                "POST /api/links",
                "EVALSHA",
                "acquire connection",
                "transaction",
                "append shortener.links",
                "send shortener.links",
                "process shortener.links");
        connected(spans);
        linked(spans, "send shortener.links", "process shortener.links");
        SpanData appended = named(spans, "append shortener.links");
        assertEquals(appended.getSpanId(), named(spans, "send shortener.links").getParentSpanId());
        SpanData processed = named(spans, "process shortener.links");
        assertTrue(
                spans.stream()
                        .anyMatch(span -> span.getName().contains("link_event")
                                && span.getStartEpochNanos() >= processed.getStartEpochNanos()),
                () -> "what is told is written within the same trace: " + names(spans));
    }

    @Test
    @DisplayName("A link that is followed: HTTP, PostgreSQL or a cache, Kafka, analytics are one trace")
    void followed() {
        String code = make("followed", newTrace());
        String trace = newTrace();
        assertEquals(302, ask("GET", "/" + code, "", trace).statusCode());
        List<SpanData> spans =
                of(trace, "GET /{code}", "EVALSHA", "SELECT link", "send shortener.clicks", "process shortener.clicks");
        connected(spans);
        linked(spans, "send shortener.clicks", "process shortener.clicks");
        String again = newTrace();
        assertEquals(302, ask("GET", "/" + code, "", again).statusCode());
        List<SpanData> hot = of(again, "GET /{code}", "process shortener.clicks");
        connected(hot);
        assertFalse(names(hot).contains("SELECT link"), "it is in memory");
    }

    @Test
    @DisplayName("A search: HTTP and Elasticsearch are one trace")
    void searched() {
        make("searched for", newTrace());
        String trace = newTrace();
        assertEquals(200, ask("GET", "/api/links/search?q=searched", "", trace).statusCode());
        List<SpanData> spans = of(trace, "GET /api/links/search", "POST /{index}/_search");
        connected(spans);
        assertFalse(spans.toString().contains("q=searched"), "what was looked for is nobody's business");
    }

    @Test
    @DisplayName("2,000 requests on reused threads: each has its own trace, and nothing that runs by itself has one")
    void apart() throws Exception {
        String code = make("apart", newTrace());
        of(String.format("%032x", 0x5EED0000L + TRACES.get()), "process shortener.links");
        assertTrue(telemetry.flush(Duration.ofSeconds(10)));
        SPANS.reset();
        int each = 250;
        ExecutorService callers = Executors.newFixedThreadPool(8);
        List<Future<Set<String>>> asked = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            asked.add(callers.submit(() -> {
                Set<String> traces = new HashSet<>();
                for (int i = 0; i < each; i++) {
                    String trace = newTrace();
                    assertEquals(302, ask("GET", "/" + code, "", trace).statusCode());
                    traces.add(trace);
                }
                return traces;
            }));
        }
        Set<String> traces = new HashSet<>();
        for (Future<Set<String>> one : asked) {
            traces.addAll(one.get(60, TimeUnit.SECONDS));
        }
        callers.shutdown();
        assertEquals(8 * each, traces.size());
        awaitSpans("process shortener.clicks", traces.size());
        Map<String, List<SpanData>> byTrace =
                SPANS.getFinishedSpanItems().stream().collect(Collectors.groupingBy(SpanData::getTraceId));
        for (String trace : traces) {
            List<SpanData> spans = byTrace.getOrDefault(trace, List.of());
            connected(spans);
            assertTrue(names(spans)
                    .containsAll(List.of("GET /{code}", "send shortener.clicks", "process shortener.clicks")));
        }
        Set<String> others = byTrace.entrySet().stream()
                .filter(trace -> !traces.contains(trace.getKey()))
                .flatMap(trace -> trace.getValue().stream())
                .map(SpanData::getName)
                .collect(Collectors.toSet());
        assertEquals(Set.of(), others);
    }

    @Test
    @DisplayName("The numbers of its parts are told, by names that are in the scrape")
    void numbers() {
        String code = make("numbers", newTrace());
        assertEquals(302, ask("GET", "/" + code, "", newTrace()).statusCode());
        assertEquals(404, ask("GET", "/missing-code", "", newTrace()).statusCode());
        String scraped = OpenMetrics.text(telemetry.meters().produce(Resource.empty()));
        for (String line : List.of(
                "http_route=\"/{code}\"",
                "http_response_status_code=\"404\"",
                "db_client_connection_count{db_client_connection_pool_name=\"shortener\",db_client_connection_state=\"used\"}",
                "db_client_connection_max{db_client_connection_pool_name=\"shortener\"} 10",
                "db_client_connection_pending_requests{",
                "cache_requests_total{cache_name=\"links.near\",cache_result=\"hit\"}",
                "cache_requests_total{cache_name=\"links.shared\",cache_result=\"miss\"}",
                "messaging_client_consumed_messages_total{messaging_consumer_group_name=\"analytics.clicks\"}",
                "outbox_published_total",
                "outbox_lag_age_seconds",
                "otel_sdk_processor_span_processed_total",
                "jvm_memory_used_bytes{")) {
            assertTrue(scraped.contains(line), () -> line + " is not in\n" + scraped);
        }
    }
}
