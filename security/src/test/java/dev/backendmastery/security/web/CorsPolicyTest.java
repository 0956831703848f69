package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.web.CorsPolicy.Answer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CorsPolicyTest extends CorsContract {

    static CorsPolicy ours(List<Origin> origins, boolean credentials, boolean privateNetwork) {
        if (origins.isEmpty()) {
            return CorsPolicy.forAnyone()
                    .methods("GET", "PUT")
                    .exposedHeaders("ETag")
                    .build();
        }
        CorsPolicy.Listed builder = CorsPolicy.forOrigins(origins.toArray(Origin[]::new))
                .methods("GET", "PUT")
                .requestHeaders("Content-Type", "X-CSRF-Token")
                .exposedHeaders("ETag")
                .maxAge(Duration.ofMinutes(10));
        if (credentials) {
            builder.credentials();
        }
        if (privateNetwork) {
            builder.privateNetwork();
        }
        return builder.build();
    }

    @Override
    protected Cors create(List<Origin> origins, boolean credentials, boolean privateNetwork) {
        return ours(origins, credentials, privateNetwork)::decide;
    }

    @Test
    @DisplayName("What is no name, such as a star, cannot be configured")
    void settings() {
        for (String origin : List.of(
                "*", "null", "https://*.example", "https://app.example/", "app.example", "https://a.example:443")) {
            assertThrows(IllegalArgumentException.class, () -> Origin.of(origin), origin);
        }
        for (String name : List.of("*", "", "a b", "a,b", "a\r\nb")) {
            assertThrows(
                    IllegalArgumentException.class, () -> CorsPolicy.forAnyone().methods(name), name);
            assertThrows(
                    IllegalArgumentException.class, () -> CorsPolicy.forAnyone().requestHeaders(name), name);
            assertThrows(
                    IllegalArgumentException.class, () -> CorsPolicy.forAnyone().exposedHeaders(name), name);
        }
        assertThrows(
                IllegalArgumentException.class, () -> CorsPolicy.forAnyone().methods());
        assertThrows(
                IllegalArgumentException.class, () -> CorsPolicy.forAnyone().maxAge(Duration.ofHours(25)));
        assertThrows(
                IllegalArgumentException.class, () -> CorsPolicy.forAnyone().maxAge(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> new Origin("ftp", "a.example", 21));
        assertThrows(IllegalArgumentException.class, () -> new Origin("http", "a.example", 0));
    }

    @Test
    @DisplayName("A policy for nobody allows nobody")
    void none() {
        assertEquals(
                Answer.NONE,
                CorsPolicy.none()
                        .decide(new CorsPolicy.Request("GET", APP, null, null, null))
                        .answer());
    }
}
