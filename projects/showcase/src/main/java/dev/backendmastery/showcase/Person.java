package dev.backendmastery.showcase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Somebody with a browser: cookies are kept, and what changes something repeats the token of its page. */
final class Person {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Map<String, String> cookies = new TreeMap<>();

    /** What came back. */
    record Answer(int status, String text) {
        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new IllegalStateException("not JSON: " + text, e);
            }
        }
    }

    /** As his own page asks. */
    Answer asks(String node, String method, String path, @Nullable Object body) {
        if (method.equals("GET")) {
            return send(node, node, method, path, body, "");
        }
        String token = send(node, node, "GET", "/api/session", null, "")
                .json()
                .path("csrf")
                .asText();
        return send(node, node, method, path, body, token);
    }

    /** As a page of somebody else has his browser ask: with his cookies, and no token of ours. */
    Answer isMadeToAsk(String node, String method, String path, @Nullable Object body) {
        return send(node, "https://elsewhere.example", method, path, body, "");
    }

    Answer signsUp(String node, String name, String password) {
        return asks(node, "POST", "/api/accounts", Map.of("name", name, "password", password));
    }

    Answer signsIn(String node, String name, String password) {
        return asks(node, "POST", "/api/session", Map.of("name", name, "password", password));
    }

    private Answer send(String node, String origin, String method, String path, @Nullable Object body, String token) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node + path))
                    .timeout(Duration.ofSeconds(30))
                    .header("User-Agent", "Mozilla/5.0 showcase")
                    .header("Content-Type", "application/json")
                    .header("Origin", origin)
                    .method(
                            method,
                            body == null
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(JSON.writeValueAsString(body)));
            if (!token.isEmpty()) {
                request.header("X-CSRF-Token", token);
            }
            if (!cookies.isEmpty()) {
                request.header(
                        "Cookie",
                        cookies.entrySet().stream()
                                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                .collect(Collectors.joining("; ")));
            }
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            for (String line : response.headers().allValues("Set-Cookie")) {
                String[] pair = line.split(";", 2)[0].split("=", 2);
                cookies.put(pair[0], pair[1]);
            }
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, "no answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(0, "interrupted");
        }
    }
}
