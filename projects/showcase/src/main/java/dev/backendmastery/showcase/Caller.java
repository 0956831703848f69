package dev.backendmastery.showcase;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks the nodes in turn, waiting for nobody; what would be too many at once is not asked. */
final class Caller {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int CREATED = 201;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<String> nodes;
    private final String key;
    private final Semaphore room;
    private final AtomicInteger turns = new AtomicInteger();

    /** Asks {@code nodes} with the API key {@code key}, {@code atOnce} at a time. */
    Caller(List<String> nodes, String key, int atOnce) {
        this.nodes = List.copyOf(nodes);
        this.key = key;
        this.room = new Semaphore(atOnce);
    }

    /** Asks the next node; an answer that does not come is for the page to show. */
    void ask(String method, String path, Object... body) {
        var unused = send(method, path, body);
    }

    /** Makes a link; its code, or an empty text if it could not be made. */
    CompletableFuture<String> create(String target) {
        return send("POST", "/api/links", Map.of("target", target)).thenApply(answer -> {
            try {
                return answer.statusCode() == CREATED
                        ? JSON.readTree(answer.body()).path("code").asText()
                        : "";
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a link that is no JSON: " + answer.body(), e);
            }
        });
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String path, Object... body) {
        if (!room.tryAcquire()) {
            return CompletableFuture.failedFuture(new IllegalStateException("too many at once"));
        }
        String node = nodes.get(Math.floorMod(turns.getAndIncrement(), nodes.size()));
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(node + path))
                    .timeout(TIMEOUT)
                    .header("User-Agent", "Mozilla/5.0 showcase")
                    .header("Authorization", "Bearer " + key)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body.length == 0
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(JSON.writeValueAsString(body[0])))
                    .build();
            return http.sendAsync(request, BodyHandlers.ofString()).whenComplete((answer, problem) -> room.release());
        } catch (JsonProcessingException e) {
            room.release();
            throw new IllegalStateException("cannot be JSON: " + body[0], e);
        }
    }
}
