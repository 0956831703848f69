package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Zipkin is handed what the view was sent, and says the same of it as the view and as the SDK. */
final class ZipkinTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    @TempDir
    Path folder = Path.of("");

    /** What all three must agree on. */
    private record Seen(
            String id, String parent, String name, String kind, long micros, long began, Map<String, String> tags) {}

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private Process start(int port, Path log) throws IOException {
        Path jar = Path.of("target", "zipkin", "zipkin.jar");
        assertTrue(Files.exists(jar), jar + " is missing: the build's process-test-resources copies it");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Djava.io.tmpdir=" + folder,
                "-jar",
                jar.toString(),
                "--armeria.ports[0].address=127.0.0.1",
                "--armeria.ports[0].port=" + port,
                "--armeria.ports[0].protocols[0]=http");
        builder.environment().put("STORAGE_TYPE", "mem");
        builder.environment().put("QUERY_PORT", Integer.toString(port));
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private void awaitUp(Process process, String url, Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            assertTrue(process.isAlive(), () -> "Zipkin ended: " + tail(log));
            try {
                if (send(HttpRequest.newBuilder(URI.create(url + "/health"))).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // It does not listen yet.
            }
            assertTrue(System.nanoTime() < end, () -> "Zipkin does not start: " + tail(log));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private static String tail(Path log) {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 2_000));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void aRealZipkinSaysTheSameOfEachSpan() throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path log = folder.resolve("zipkin.log");
        Process process = start(port, log);
        try (View view = View.start(0, folder.resolve("none.log"));
                Told one = new Told(view.otlp(), "one");
                Told two = new Told(view.otlp(), "two")) {
            String zipkin = "http://127.0.0.1:" + port;
            Instant begin = Instant.now().truncatedTo(ChronoUnit.MICROS);
            List<SpanData> told = new ArrayList<>();
            told.addAll(one.visit(begin, "/a", 1_240, false));
            told.addAll(two.visit(begin.plusNanos(7_000), "/b", 2_345_680, true));
            assertTrue(one.flush().isSuccess() && two.flush().isSuccess(), "all is told");
            awaitUp(process, zipkin, log);
            Map<String, List<SpanData>> byTrace = told.stream().collect(Collectors.groupingBy(SpanData::getTraceId));
            assertEquals(4, byTrace.size());
            for (Map.Entry<String, List<SpanData>> trace : byTrace.entrySet()) {
                String address = view.url() + "/api/traces/" + trace.getKey();
                String handedOn = send(HttpRequest.newBuilder(URI.create(address + "/zipkin")))
                        .body();
                HttpResponse<String> taken = send(HttpRequest.newBuilder(URI.create(zipkin + "/api/v2/spans"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(handedOn)));
                assertEquals(202, taken.statusCode(), () -> taken.body() + " for " + handedOn);
                List<Seen> ours =
                        ofView(send(HttpRequest.newBuilder(URI.create(address))).body());
                assertEquals(ofSdk(trace.getValue()), ours);
                assertEquals(ours, awaitTrace(zipkin, trace.getKey(), ours.size(), log));
            }
        } finally {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        }
    }

    /** It keeps a trace a little after it has said that it will. */
    private List<Seen> awaitTrace(String zipkin, String id, int spans, Path log)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(zipkin + "/api/v2/trace/" + id)));
            if (answer.statusCode() == 200) {
                List<Seen> found = ofZipkin(answer.body());
                if (found.size() >= spans) {
                    return found;
                }
            }
            assertTrue(System.nanoTime() < end, () -> "Zipkin does not have it: " + tail(log));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static List<Seen> sorted(List<Seen> all) {
        return all.stream().sorted(Comparator.comparing(Seen::id)).toList();
    }

    private static Map<String, String> tags(JsonNode node) {
        Map<String, String> tags = new TreeMap<>();
        node.properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    /** Zipkin writes names small. */
    private static List<Seen> ofZipkin(String body) throws IOException {
        List<Seen> all = new ArrayList<>();
        for (JsonNode span : JSON.readTree(body)) {
            Map<String, String> tags = tags(span.path("tags"));
            tags.keySet().removeIf(name -> name.startsWith("otel.") || name.equals("service.instance.id"));
            tags.computeIfPresent("error", (name, text) -> text.isEmpty() ? "ERROR" : text);
            assertEquals(
                    "url-shortener",
                    span.path("localEndpoint").path("serviceName").asText());
            all.add(new Seen(
                    span.path("id").asText(),
                    span.path("parentId").asText(),
                    span.path("name").asText(),
                    span.path("kind").asText("INTERNAL"),
                    span.path("duration").asLong(),
                    span.path("timestamp").asLong(),
                    tags));
        }
        return sorted(all);
    }

    private static List<Seen> ofView(String body) throws IOException {
        JsonNode trace = JSON.readTree(body);
        double start = trace.path("start").asDouble() * 1_000;
        List<Seen> all = new ArrayList<>();
        for (JsonNode span : trace.path("spans")) {
            Map<String, String> tags = tags(span.path("attributes"));
            if (span.path("status").asText().equals("ERROR")) {
                String message = span.path("statusMessage").asText();
                tags.put("error", message.isEmpty() ? "ERROR" : message);
            }
            all.add(new Seen(
                    span.path("id").asText(),
                    span.path("parent").asText(),
                    span.path("name").asText().toLowerCase(Locale.ROOT),
                    span.path("kind").asText(),
                    Math.round(span.path("micros").asDouble()),
                    Math.round(start + span.path("start").asDouble()),
                    tags));
        }
        return sorted(all);
    }

    private static List<Seen> ofSdk(List<SpanData> spans) {
        List<Seen> all = new ArrayList<>();
        for (SpanData span : spans) {
            Map<String, String> tags = new TreeMap<>();
            span.getAttributes().forEach((key, value) -> tags.put(key.getKey(), String.valueOf(value)));
            if (span.getStatus().getStatusCode() == StatusCode.ERROR) {
                String message = span.getStatus().getDescription();
                tags.put("error", message.isEmpty() ? "ERROR" : message);
            }
            String parent = span.getParentSpanId();
            all.add(new Seen(
                    span.getSpanId(),
                    parent.equals("0".repeat(16)) ? "" : parent,
                    span.getName().toLowerCase(Locale.ROOT),
                    span.getKind().name(),
                    Math.round((span.getEndEpochNanos() - span.getStartEpochNanos()) / 1_000.0),
                    span.getStartEpochNanos() / 1_000,
                    tags));
        }
        return sorted(all);
    }
}
