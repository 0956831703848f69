package dev.backendmastery.observability.telemetry;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenScopes.class)
final class TracedHttpClientTest {

    private static final ContextKey<String> KEY = ContextKey.named("client");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Telemetry telemetry = Telemetry.builder("client")
            .environment(Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_METRICS_EXPORTER", "none"))
            .exporter(exporter)
            .build();
    private final HttpClient client = new TracedHttpClient(HttpClient.newHttpClient(), telemetry.api());
    private final List<List<String>> parents = new CopyOnWriteArrayList<>();
    private final CountDownLatch answers = new CountDownLatch(1);
    private final HttpServer server = start();

    private HttpServer start() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.createContext("/", exchange -> {
                try (exchange) {
                    parents.add(exchange.getRequestHeaders().getOrDefault("traceparent", List.of()));
                    String path = exchange.getRequestURI().getPath();
                    if (path.equals("/slow") && !answers.await(10, SECONDS)) {
                        throw new IOException("nobody let it answer");
                    }
                    exchange.sendResponseHeaders(path.equals("/missing") ? 404 : 200, -1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            made.start();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void fresh() {
        exporter.reset();
    }

    @AfterEach
    void stop() {
        answers.countDown();
        server.stop(0);
        telemetry.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
                .timeout(Duration.ofSeconds(10));
    }

    private SpanData only() {
        assertTrue(telemetry.flush(Duration.ofSeconds(5)));
        assertEquals(1, exporter.getFinishedSpanItems().size());
        return exporter.getFinishedSpanItems().get(0);
    }

    @Test
    @DisplayName("TH-1 sends its span's context and no other")
    void context() throws Exception {
        Span outer = telemetry.api().getTracer("test").spanBuilder("outer").startSpan();
        try (Scope scope = outer.makeCurrent()) {
            assertNotNull(scope);
            client.send(to("/a").header("TraceParent", "00-old").build(), BodyHandlers.discarding());
        }
        SpanData span = only();
        assertEquals(outer.getSpanContext().getSpanId(), span.getParentSpanId());
        assertEquals(SpanKind.CLIENT, span.getKind());
        assertEquals(1, parents.get(0).size());
        assertTrue(parents.get(0).get(0).startsWith("00-" + span.getTraceId() + "-" + span.getSpanId()));
        outer.end();
    }

    @Test
    @DisplayName("TH-2 ends its span once, when the answer is there")
    void ends() throws Exception {
        CompletableFuture<HttpResponse<Void>> slow =
                client.sendAsync(to("/slow").build(), BodyHandlers.discarding());
        assertTrue(telemetry.flush(Duration.ofSeconds(5)));
        assertEquals(List.of(), exporter.getFinishedSpanItems());
        answers.countDown();
        assertEquals(200, slow.get(10, SECONDS).statusCode());
        assertEquals(200L, only().getAttributes().get(AttributeKey.longKey("http.response.status_code")));
    }

    @Test
    @DisplayName("TH-3, TH-4 marks what went wrong, and hands on what the client said")
    void errors() throws Exception {
        assertEquals(
                404,
                client.send(to("/missing").build(), BodyHandlers.discarding()).statusCode());
        assertEquals(StatusCode.ERROR, only().getStatus().getStatusCode());
        exporter.reset();
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        HttpRequest nobody = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + free + "/"))
                .build();
        assertThrows(IOException.class, () -> client.send(nobody, BodyHandlers.discarding()));
        assertEquals("java.net.ConnectException", only().getAttributes().get(AttributeKey.stringKey("error.type")));
        exporter.reset();
        ExecutionException failed =
                assertThrows(ExecutionException.class, () -> client.sendAsync(nobody, BodyHandlers.discarding())
                        .get(10, SECONDS));
        assertTrue(failed.getCause() instanceof IOException);
        assertEquals("java.net.ConnectException", only().getAttributes().get(AttributeKey.stringKey("error.type")));
        exporter.reset();
        CompletableFuture<HttpResponse<Void>> cancelled =
                client.sendAsync(to("/slow").build(), BodyHandlers.discarding());
        assertTrue(cancelled.cancel(true));
        answers.countDown();
        assertEquals(StatusCode.ERROR, ended().getStatus().getStatusCode());
    }

    private SpanData ended() throws InterruptedException {
        for (int i = 0; i < 5_000 && exporter.getFinishedSpanItems().isEmpty(); i++) {
            telemetry.flush(Duration.ofSeconds(5));
            LockSupport.parkNanos(1_000_000);
        }
        return only();
    }

    @Test
    @DisplayName("TH-5 runs what is attached in the context of who attached it")
    void attached() throws Exception {
        CompletableFuture<String> seen = Context.root()
                .with(KEY, "mine")
                .wrap(() -> client.sendAsync(to("/slow").build(), BodyHandlers.discarding())
                        .thenApply(answer -> String.valueOf(Context.current().get(KEY))))
                .call();
        answers.countDown();
        assertEquals("mine", seen.get(10, SECONDS));
    }

    @Test
    @DisplayName("TH-6 keeps neither a query nor a user")
    void secrets() throws Exception {
        client.send(to("/a?token=secret").build(), BodyHandlers.discarding());
        assertFalse(only().toString().contains("secret"));
        assertEquals(
                "http://127.0.0.1:" + server.getAddress().getPort() + "/a",
                only().getAttributes().get(AttributeKey.stringKey("url.full")));
        assertEquals("GET", only().getName());
    }
}
