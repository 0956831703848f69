package dev.backendmastery.shortener;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backendmastery.shortener.Client.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A caller that keeps cookies and repeats the token of its page, as browsers do. */
final class Browser {

    private final Client client;
    private final String url;
    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** What it says that it is. */
    private final String agent;

    Browser(String url, String agent) {
        this.url = url;
        this.agent = agent;
        client = new Client(url, null);
    }

    /** The cookies that it has, by name. */
    Map<String, String> cookies() {
        return cookies;
    }

    Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /** With the token of the page. */
    Reply call(String method, String path, @Nullable Object body) {
        JsonNode who = get("/api/session").json();
        return send(method, path, body, "X-CSRF-Token", who.get("csrf").asText());
    }

    Reply send(String method, String path, @Nullable Object body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (!cookies.isEmpty()) {
            all.add("Cookie");
            all.add(String.join(
                    "; ",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .toList()));
        }
        all.addAll(List.of("User-Agent", agent, "Origin", url, "Content-Type", "application/json"));
        Reply reply = client.send(method, path, body, all.toArray(String[]::new));
        if (reply.raw() != null) {
            Objects.requireNonNull(reply.raw())
                    .headers()
                    .allValues("Set-Cookie")
                    .forEach(this::keep);
        }
        return reply;
    }

    private void keep(String line) {
        String[] pair = line.split(";", 2)[0].split("=", 2);
        if (line.contains("Max-Age=0")) {
            cookies.remove(pair[0]);
        } else {
            cookies.put(pair[0], pair[1]);
        }
    }

    Reply signUp(String name, String password) {
        return call("POST", "/api/accounts", Map.of("name", name, "password", password));
    }

    Reply signIn(String name, String password) {
        return call("POST", "/api/session", Map.of("name", name, "password", password));
    }
}
