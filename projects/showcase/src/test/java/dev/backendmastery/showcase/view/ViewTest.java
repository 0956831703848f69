package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the view answers to whom. */
final class ViewTest {

    private static final String TRACE = "/api/traces/" + "0".repeat(31) + "1";

    @TempDir
    Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> planted = new CopyOnWriteArrayList<>();
    private View view = View.start(0, folder.resolve("none.log"));

    @BeforeEach
    void plantable() {
        view.faults(new Faults() {
            @Override
            public List<Fault> all() {
                return List.of();
            }

            @Override
            public boolean plant(String name) {
                return name.equals("one") && planted.add(name);
            }
        });
    }

    @AfterEach
    void close() {
        view.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(view.url() + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private int status(String method, String path, String... headers) throws IOException, InterruptedException {
        return send(method, path, "", headers).statusCode();
    }

    @Test
    void onlyItsOwnPagePlants() throws IOException, InterruptedException {
        assertEquals(403, status("POST", "/api/faults/one"));
        assertEquals(403, status("POST", "/api/faults/one", "Origin", "http://elsewhere.example"));
        assertEquals(403, status("POST", "/api/faults/one", "Origin", "null"));
        assertEquals(List.of(), planted);
        assertEquals(202, status("POST", "/api/faults/one", "Origin", view.url()));
        assertEquals(409, status("POST", "/api/faults/another", "Origin", view.url()));
        assertEquals(List.of("one"), planted);
    }

    @Test
    void itAnswersUnderNoOtherName() throws IOException {
        URI address = URI.create(view.url());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET /api/state HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
            assertFalse(answer.contains("traces"), answer);
        }
    }

    @Test
    void itsPageRunsNothingButItsOwnScript() throws IOException, InterruptedException {
        HttpResponse<String> page = send("GET", "/", "");
        assertEquals(200, page.statusCode());
        String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElse(""));
        for (String part : List.of("/view.js", "/view.css", "/icon.svg")) {
            assertTrue(page.body().contains(part), part);
            assertEquals(200, status("GET", part), part);
        }
    }

    @Test
    void whatIsNotThereOrNotANumberIsSaidSo() throws IOException, InterruptedException {
        assertEquals(404, status("GET", TRACE));
        assertEquals(
                "{\"problem\":\"no such trace is here, or not any more\"}",
                send("GET", TRACE, "").body());
        assertEquals(404, status("GET", TRACE + "/zipkin"));
        for (String path : List.of(
                "/api/red?seconds=a",
                "/api/red?step=0",
                "/api/red?seconds=99999",
                "/api/traces?limit=-1",
                "/api/traces?min=NaN",
                "/api/heat?seconds=1e9")) {
            assertEquals(400, status("GET", path), path);
        }
        assertEquals("[]", send("GET", "/api/red", "").body());
        assertEquals(
                "[]",
                send("GET", "/api/traces?route=x&errors=1&slowest=1&from=1&to=2&min=0&max=1", "")
                        .body());
        assertEquals("[]", send("GET", "/api/numbers", "").body());
        assertEquals("[]", send("GET", "/api/health", "").body());
    }

    @Test
    void otlpIsAnsweredInItsOwnForm() throws IOException, InterruptedException {
        HttpResponse<String> bad = send("POST", "/otlp/v1/traces", "{}", "Content-Type", Collector.PROTOBUF);
        assertEquals(400, bad.statusCode());
        assertEquals(
                Collector.PROTOBUF, bad.headers().firstValue("Content-Type").orElse(""));
        assertEquals(415, status("POST", "/otlp/v1/metrics", "Content-Type", "application/json"));
        HttpResponse<String> large = send(
                "POST", "/otlp/v1/metrics", "x".repeat(Collector.MAX_BODY + 1), "Content-Type", Collector.PROTOBUF);
        assertEquals(413, large.statusCode());
        assertEquals(200, status("POST", "/otlp/v1/traces", "Content-Type", Collector.PROTOBUF));
    }
}
