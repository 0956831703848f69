package dev.backendmastery.patterns.idempotency;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.backendmastery.messaging.log.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Over HTTP, with the server and the client of the JDK. */
final class HttpIdempotencyTest {

    private final AtomicInteger made = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // open() comes first
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        HttpIdempotency<AtomicInteger> keys = new HttpIdempotency<>(
                new InMemoryIdempotency<>(made, Duration.ZERO, Duration.ofHours(1), InstantSource.system()));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(pool);
        server.createContext("/", exchange -> serve(exchange, keys));
        server.start();
    }

    @AfterEach
    void close() {
        end.countDown();
        server.stop(0);
        pool.shutdownNow();
    }

    private void serve(HttpExchange exchange, HttpIdempotency<AtomicInteger> keys) throws IOException {
        Answer answer = keys.answer(
                exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                "account-1",
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Bytes.of(exchange.getRequestBody().readAllBytes()),
                count -> make(count, exchange.getRequestURI().getPath()));
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = answer.body().toArray();
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Answer make(AtomicInteger count, String path) {
        if (path.equals("/slow")) {
            begun.countDown();
            try {
                assertTrue(end.await(20, SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        int number = count.incrementAndGet();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Location", "/orders/" + number);
        headers.put("Content-Type", "application/octet-stream");
        return new Answer(201, headers, Bytes.of(new byte[] {(byte) number, -1, 0, 13, 10}));
    }

    private HttpRequest request(@Nullable String key, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + server.getAddress().getPort() + path))
                .POST(BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return request.build();
    }

    private HttpResponse<byte[]> post(@Nullable String key, String path, String body) throws Exception {
        return client.send(request(key, path, body), BodyHandlers.ofByteArray());
    }

    @Test
    @DisplayName("HI-1 the same key gives the same status, headers and body; another key another effect")
    void replays() throws Exception {
        HttpResponse<byte[]> first = post("\"8e03978e\"", "/orders", "{}");
        HttpResponse<byte[]> again = post("8e03978e", "/orders", "{}");
        assertEquals(201, first.statusCode());
        assertEquals(first.statusCode(), again.statusCode());
        assertArrayEquals(first.body(), again.body());
        assertEquals("/orders/1", again.headers().firstValue("Location").orElseThrow());
        assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElseThrow());
        assertTrue(first.headers().firstValue("Idempotency-Replayed").isEmpty());
        assertEquals(2, post("another", "/orders", "{}").body()[0]);
        assertEquals(2, made.get());
    }

    @Test
    @DisplayName("HI-2 no usable key: 400, and nothing is made")
    void noKey() throws Exception {
        assertEquals(400, post(null, "/orders", "{}").statusCode());
        HttpResponse<byte[]> empty = post("\"\"", "/orders", "{}");
        assertEquals(400, empty.statusCode());
        assertEquals(
                "application/problem+json",
                empty.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(0, made.get());
    }

    @Test
    @DisplayName("HI-3 another method, target or body under the same key: 422, and nothing is made")
    void reused() throws Exception {
        post("k", "/orders", "{}");
        assertEquals(422, post("k", "/orders", "{\"more\":1}").statusCode());
        assertEquals(422, post("k", "/orders?dry=1", "{}").statusCode());
        assertEquals(422, post("k", "/refunds", "{}").statusCode());
        assertEquals(1, made.get());
    }

    @Test
    @DisplayName("HI-4 while the first is at work: 409 with Retry-After; then its answer")
    void conflict() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> first =
                client.sendAsync(request("k", "/slow", "{}"), BodyHandlers.ofByteArray());
        assertTrue(begun.await(10, SECONDS));
        HttpResponse<byte[]> meanwhile = post("k", "/slow", "{}");
        assertEquals(409, meanwhile.statusCode());
        assertEquals("1", meanwhile.headers().firstValue("Retry-After").orElseThrow());
        end.countDown();
        assertArrayEquals(
                first.get(10, SECONDS).body(), post("k", "/slow", "{}").body());
        assertEquals(1, made.get());
    }
}
