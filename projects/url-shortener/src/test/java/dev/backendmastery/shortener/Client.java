package dev.backendmastery.shortener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A caller of one node. */
final class Client {

    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final String url;
    private final @Nullable String key;

    Client(String url, @Nullable String key) {
        this.url = url;
        this.key = key;
    }

    /** The same caller of another node. */
    Client at(String other) {
        return new Client(other, key);
    }

    /** What came back; status 0 and no raw form if nothing did. */
    record Reply(int status, String text, @Nullable HttpResponse<String> raw) {
        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new IllegalStateException("not JSON: " + text, e);
            }
        }

        String header(String name) {
            return raw == null ? "" : raw.headers().firstValue(name).orElse("");
        }
    }

    Reply send(String method, String path, @Nullable Object body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(20))
                .header("User-Agent", "Mozilla/5.0 test");
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            request.method(
                    method,
                    body == null
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofString(
                                    body instanceof String text ? text : JSON.writeValueAsString(body)));
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            return new Reply(0, "no answer: " + e, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    Reply create(Map<String, ?> wish, String... headers) {
        return send("POST", "/api/links", wish, headers);
    }

    /** Makes a link and returns its code. */
    String make(Map<String, ?> wish) {
        Reply reply = create(wish);
        if (reply.status() != 201) {
            throw new AssertionError("expected 201, was " + reply.status() + ": " + reply.text());
        }
        return reply.json().get("code").asText();
    }
}
