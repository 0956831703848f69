package dev.backendmastery.shortener.http;

import dev.backendmastery.security.web.JavalinGuard;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Pages with places: {@code {{nonce}}}, and those that a caller names. */
final class Pages {

    private Pages() {}

    static void show(Context context, JavalinGuard guard, String resource, Map<String, String> values) {
        String page = read(resource).replace("{{nonce}}", guard.visit(context).nonce());
        for (Map.Entry<String, String> value : values.entrySet()) {
            page = page.replace("{{" + value.getKey() + "}}", escaped(value.getValue()));
        }
        context.header("Cache-Control", "no-store"); // a nonce is for one answer
        context.contentType("text/html; charset=utf-8").result(page);
    }

    static String read(String resource) {
        try (InputStream in = Pages.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
