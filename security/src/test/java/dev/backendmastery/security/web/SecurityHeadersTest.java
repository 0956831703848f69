package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class SecurityHeadersTest extends SecurityHeadersContract {

    /** What users of the class write. */
    static Headers ours() {
        SecurityHeaders pages = SecurityHeaders.pages().build();
        return new Headers() {
            @Override
            public String nonce() {
                return pages.nonce();
            }

            @Override
            public List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
                return pages.headers(nonce, secure, confidential);
            }

            @Override
            public String line(String name, String value) {
                HttpHeader header = new HttpHeader(name, value);
                return header.name() + ": " + header.value();
            }

            @Override
            public String policyWith(String directive, String... sources) {
                SecurityHeaders set =
                        SecurityHeaders.pages().csp(directive, sources).build();
                return SecurityHeadersTest.policy(set);
            }
        };
    }

    private static String policy(SecurityHeaders set) {
        return set.headers(set.nonce(), true, false).stream()
                .filter(header -> header.name().equals("Content-Security-Policy"))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Override
    protected Headers create() {
        return ours();
    }

    @Test
    @DisplayName("Answers that are no pages may do nothing")
    void api() {
        assertEquals(
                "default-src 'none'; frame-ancestors 'none'",
                policy(SecurityHeaders.api().build()));
    }

    @Test
    @DisplayName("Settings out of range are refused by name")
    void settings() {
        SecurityHeaders.Builder builder = SecurityHeaders.pages();
        for (Duration age : List.of(Duration.ZERO, Duration.ofDays(364), Duration.ofDays(3_651))) {
            assertThrows(IllegalArgumentException.class, () -> builder.strictTransport(age, true));
        }
        for (String value : List.of("no-referrer", "unsafe-url", "origin", "")) {
            assertThrows(IllegalArgumentException.class, () -> builder.referrer(value));
        }
        assertThrows(IllegalArgumentException.class, () -> builder.resources("any"));
        assertThrows(WebRefusedException.class, () -> builder.permissions("a\r\nb"));
        SecurityHeaders set = builder.strictTransport(Duration.ofDays(365), false)
                .referrer("same-origin")
                .resources("cross-origin")
                .permissions("camera=(self)")
                .build();
        assertTrue(set.headers(set.nonce(), true, false)
                .containsAll(List.of(
                        new HttpHeader("Strict-Transport-Security", "max-age=31536000"),
                        new HttpHeader("Referrer-Policy", "same-origin"),
                        new HttpHeader("Cross-Origin-Resource-Policy", "cross-origin"),
                        new HttpHeader("Permissions-Policy", "camera=(self)"))));
    }
}
