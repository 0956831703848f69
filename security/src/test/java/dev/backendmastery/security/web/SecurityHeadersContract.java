package dev.backendmastery.security.web;

import static dev.backendmastery.security.web.Texts.passes;
import static dev.backendmastery.security.web.Texts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever sets the headers of pages must hold. Extend it and say how to create yours. */
@DisplayName("SecurityHeaders")
public abstract class SecurityHeadersContract {

    /** What is under test. */
    protected interface Headers {
        String nonce();

        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential);

        /** A header as it is written, without its line's end; or throws {@link WebRefusedException}. */
        String line(String name, String value);

        /** The content security policy of pages with one directive in place of its own; or throws IllegalArgumentException. */
        String policyWith(String directive, String... sources);
    }

    protected abstract Headers create();

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private final Headers headers = create();

    private Map<String, String> page(boolean secure, boolean confidential) {
        Map<String, String> all = new TreeMap<>();
        for (HttpHeader header : headers.headers(headers.nonce(), secure, confidential)) {
            assertEquals(null, all.put(header.name(), header.value()), () -> header.name() + " twice");
        }
        return all;
    }

    private static Map<String, String> directives(String policy) {
        Map<String, String> all = new TreeMap<>();
        for (String part : policy.split(";", -1)) {
            List<String> words = Arrays.asList(part.strip().split(" ", 2));
            assertEquals(null, all.put(words.get(0), words.size() > 1 ? words.get(1) : ""), "a directive twice");
        }
        return all;
    }

    private String policy() {
        return page(true, false).getOrDefault("Content-Security-Policy", "");
    }

    @Test
    @DisplayName("SH-1 a page has the whole set")
    void all() {
        Map<String, String> all = page(true, true);
        assertEquals("nosniff", all.get("X-Content-Type-Options"));
        assertEquals("strict-origin-when-cross-origin", all.get("Referrer-Policy"));
        assertTrue(all.getOrDefault("Permissions-Policy", "").contains("camera=()"));
        assertEquals("same-origin", all.get("Cross-Origin-Opener-Policy"));
        assertEquals("same-origin", all.get("Cross-Origin-Resource-Policy"));
        assertEquals("none", all.get("X-Permitted-Cross-Domain-Policies"));
        Map<String, String> directives = directives(policy());
        assertEquals("'none'", directives.get("default-src"));
        assertEquals("'none'", directives.get("base-uri"));
        assertEquals("'self'", directives.get("form-action"));
    }

    @Test
    @DisplayName("SH-2 scripts and styles run by a nonce of this answer, of 128 random bits or more")
    void nonces() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String nonce = headers.nonce();
            assertTrue(nonce.matches("[A-Za-z0-9+/_-]{22,}={0,2}"), "a nonce of 128 bits");
            assertTrue(seen.add(nonce), "a nonce twice");
            assertTrue(seen.add(nonce.substring(0, 12)) && seen.add(nonce.substring(12)), "half a nonce twice");
        }
        String nonce = headers.nonce();
        String text = "";
        for (HttpHeader header : headers.headers(nonce, true, false)) {
            text += header.name().equals("Content-Security-Policy") ? header.value() : "";
        }
        assertEquals("'nonce-" + nonce + "'", directives(text).get("script-src"));
        assertEquals("'nonce-" + nonce + "'", directives(text).get("style-src"));
        assertFalse(text.contains("unsafe-"));
    }

    @Test
    @DisplayName("SH-3 https is remembered for a year or more, and told over https alone (RFC 6797, section 7.2)")
    void transport() {
        String value = page(true, false).getOrDefault("Strict-Transport-Security", "");
        assertTrue(value.startsWith("max-age="), value);
        assertTrue(Long.parseLong(value.substring(8).split(";", -1)[0]) >= 31_536_000, value);
        assertTrue(value.contains("includeSubDomains"), value);
        assertFalse(page(false, false).containsKey("Strict-Transport-Security"));
    }

    @Test
    @DisplayName("SH-4 what is for one user is kept nowhere")
    void cache() {
        assertEquals("no-store", page(true, true).get("Cache-Control"));
        assertFalse(page(true, false).containsKey("Cache-Control"));
    }

    @Test
    @DisplayName("SH-5 no value becomes two headers: line ends and other controls are refused, not taken out")
    void injection() {
        assertEquals("Location: /a?b=c d", headers.line("Location", "/a?b=c d"));
        for (String value : List.of(
                "/\r\nSet-Cookie: a=b",
                "/\nSet-Cookie: a=b",
                "/\rSet-Cookie: a=b",
                "/\r\n\r\n<script>",
                "a\0b",
                "a\u007fb",
                "a\tb",
                "a\u000bb",
                "é",
                "\u560d\u560a",
                "\u2028",
                " a",
                "a ",
                "a\n",
                "\ud800")) {
            refused(() -> headers.line("Location", value), value);
        }
        for (String name : List.of("", "a b", "a:", "a\r\nb", "é", " a", "a\0")) {
            refused(() -> headers.line(name, "x"), name);
        }
    }

    @Test
    @DisplayName("SH-6 no source becomes a directive, and none lets any script run")
    void sources() {
        assertEquals(
                "https://img.example 'self'",
                directives(headers.policyWith("img-src", "https://img.example", "'self'"))
                        .get("img-src"));
        for (String source : List.of("a;script-src", "a, b", "a b", "a\r\nb", "é", "")) {
            assertThrows(IllegalArgumentException.class, () -> headers.policyWith("img-src", source), source);
        }
        for (String directive : List.of("", "a b", "a;b", "A", "a\n")) {
            assertThrows(IllegalArgumentException.class, () -> headers.policyWith(directive, "'self'"), directive);
        }
        for (String unsafe :
                List.of("'unsafe-inline'", "'UNSAFE-INLINE'", "'unsafe-eval'", "*", "https:", "data:", "blob:")) {
            for (String directive : List.of("script-src", "default-src", "object-src", "base-uri", "script-src-elem")) {
                assertThrows(IllegalArgumentException.class, () -> headers.policyWith(directive, unsafe), unsafe);
            }
        }
        for (String nonce : List.of("", "x", "'; script-src *; '", "a".repeat(23) + "'", "a".repeat(25))) {
            refused(() -> headers.headers(nonce, true, true), nonce);
        }
    }

    @Test
    @DisplayName("SH-7 no frame holds a page, by the policy and by the older header")
    void frames() {
        assertEquals("'none'", directives(policy()).get("frame-ancestors"));
        assertEquals("DENY", page(true, false).get("X-Frame-Options"));
        assertThrows(IllegalArgumentException.class, () -> headers.policyWith("frame-ancestors"));
    }

    @Test
    @DisplayName("SH-8 any text is answered, and what passes is one line of visible ASCII")
    void anyText() {
        Texts.each(texts(), List.of("/path?x=y", "text/html", "Location", "'self'", headers.nonce()), text -> {
            passes(() -> assertTrue(headers.line("Location", text).matches("Location: [ -~]*")));
            passes(() -> assertTrue(headers.line(text, "x").matches("[!-9;-~]+: x")));
            passes(() -> headers.headers(text, true, true));
            try {
                assertEquals(
                        text, directives(headers.policyWith("img-src", text)).get("img-src"));
            } catch (IllegalArgumentException e) {
                assertFalse(text.equals("'self'"), "refused for no reason");
            }
        });
    }
}
