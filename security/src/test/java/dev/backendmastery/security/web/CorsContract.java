package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.CorsPolicy.Answer;
import dev.backendmastery.security.web.CorsPolicy.Decision;
import dev.backendmastery.security.web.CorsPolicy.Request;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a policy on other origins must hold. Extend it and say how to create yours. */
@DisplayName("CorsPolicy")
public abstract class CorsContract {

    static final String APP = "https://app.example";
    static final String OTHER = "http://127.0.0.1:8080";

    /** What is under test. */
    @FunctionalInterface
    protected interface Cors {
        Decision decide(Request request);
    }

    /**
     * One that allows GET and PUT, the request headers content-type and x-csrf-token, shows etag, and is remembered for ten minutes.
     *
     * @param origins whom it allows; none for everybody
     */
    protected abstract Cors create(List<Origin> origins, boolean credentials, boolean privateNetwork);

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private final Cors cors = create(List.of(Origin.of(APP), Origin.of(OTHER)), true, false);

    private static Request get(@Nullable String origin) {
        return new Request("GET", origin, null, null, null);
    }

    private static Request preflight(String origin, String method, @Nullable String headers) {
        return new Request("OPTIONS", origin, method, headers, null);
    }

    private static @Nullable String header(Decision decision, String name) {
        String found = null;
        for (HttpHeader header : decision.headers()) {
            if (header.name().equalsIgnoreCase(name)) {
                assertNull(found, name + " twice");
                found = header.value();
            }
        }
        return found;
    }

    private static Set<String> names(@Nullable String list) {
        Set<String> names = new TreeSet<>();
        for (String name : (list == null ? "" : list).split(",", -1)) {
            names.add(name.strip());
        }
        return names;
    }

    private static void assertNothingGranted(Decision decision, String what) {
        for (HttpHeader header : decision.headers()) {
            assertTrue(header.name().equals("Vary"), () -> what + " was granted " + header);
        }
    }

    @Test
    @DisplayName("CO-1 an origin that was named may read, with cookies if so configured, and what is shown")
    void allows() {
        for (String origin : List.of(APP, OTHER)) {
            Decision decision = cors.decide(get(origin));
            assertEquals(Answer.ALLOWED, decision.answer());
            assertEquals(origin, header(decision, "Access-Control-Allow-Origin"));
            assertEquals("true", header(decision, "Access-Control-Allow-Credentials"));
            assertEquals("etag", header(decision, "Access-Control-Expose-Headers"));
        }
        Decision plain = create(List.of(Origin.of(APP)), false, false).decide(get(APP));
        assertEquals(APP, header(plain, "Access-Control-Allow-Origin"));
        assertNull(header(plain, "Access-Control-Allow-Credentials"));
    }

    @Test
    @DisplayName("CO-2 others may not: beginnings, endings, other schemes, ports, spellings")
    void exact() {
        for (String origin : List.of(
                "https://app.example.evil.test",
                "https://app.exampleevil.test",
                "https://evilapp.example",
                "https://evil.app.example",
                "https://appxexample",
                "http://app.example",
                "https://app.example:8443",
                "https://app.example:443",
                "https://app.example/",
                "https://app.example.",
                "https://APP.example",
                "HTTPS://app.example",
                "https://app.example@evil.test",
                "https://app.example, https://evil.test",
                "https://evil.test",
                "http://127.0.0.1",
                "http://127.1:8080",
                "http://localhost:8080",
                "file://",
                "*",
                "")) {
            Decision decision = cors.decide(get(origin));
            assertEquals(Answer.NONE, decision.answer(), origin);
            assertNothingGranted(decision, origin);
            assertEquals(
                    Answer.PREFLIGHT_REFUSED,
                    cors.decide(preflight(origin, "GET", null)).answer(),
                    origin);
        }
    }

    @Test
    @DisplayName("CO-3 the origin null is nobody: sandboxed frames, files and redirects all have it")
    void nobody() {
        assertNothingGranted(cors.decide(get("null")), "null");
        assertNothingGranted(cors.decide(preflight("null", "GET", null)), "null");
        assertNothingGranted(create(List.of(), false, false).decide(get("null")), "null");
    }

    @Test
    @DisplayName("CO-4 every answer varies by origin, also those that allow nothing")
    void varies() {
        for (@Nullable String origin : new @Nullable String[] {null, APP, "https://evil.test", "null"}) {
            assertTrue(names(header(cors.decide(get(origin)), "Vary")).contains("Origin"), "for " + origin);
        }
        for (String origin : List.of(APP, "https://evil.test")) {
            assertEquals(
                    Set.of("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"),
                    names(header(cors.decide(preflight(origin, "PUT", null)), "Vary")));
        }
    }

    @Test
    @DisplayName("CO-5 whoever asks may read what is public, and never with cookies")
    void anyone() {
        Decision decision = create(List.of(), false, false).decide(get("https://whoever.test"));
        assertEquals("*", header(decision, "Access-Control-Allow-Origin"));
        assertNull(header(decision, "Access-Control-Allow-Credentials"));
    }

    @Test
    @DisplayName("CO-6 a preflight is granted what was named, and refused anything else whole")
    void asks() {
        for (String headers : List.of("content-type", "Content-Type, X-CSRF-Token", "x-csrf-token,content-type")) {
            assertEquals(
                    Answer.PREFLIGHT,
                    cors.decide(preflight(APP, "PUT", headers)).answer(),
                    headers);
        }
        for (String method : List.of("DELETE", "put", "PUT ", "*", "", "GET, PUT")) {
            Decision decision = cors.decide(preflight(APP, method, null));
            assertEquals(Answer.PREFLIGHT_REFUSED, decision.answer(), method);
            assertNothingGranted(decision, method);
        }
        for (String headers : List.of(
                "authorization",
                "content-type, authorization",
                "content",
                "content-type-x",
                "*",
                "content-type,",
                ",",
                "a b",
                "content-type,".repeat(10_000) + "content-type")) {
            Decision decision = cors.decide(preflight(APP, "PUT", headers));
            assertEquals(Answer.PREFLIGHT_REFUSED, decision.answer(), headers);
            assertNothingGranted(decision, headers);
        }
    }

    @Test
    @DisplayName("CO-7 what a preflight is granted is what was named, for so long")
    void grants() {
        Decision decision = cors.decide(preflight(APP, "GET", "content-type"));
        assertEquals(APP, header(decision, "Access-Control-Allow-Origin"));
        assertEquals("true", header(decision, "Access-Control-Allow-Credentials"));
        assertEquals(Set.of("GET", "PUT"), names(header(decision, "Access-Control-Allow-Methods")));
        assertEquals(Set.of("content-type", "x-csrf-token"), names(header(decision, "Access-Control-Allow-Headers")));
        assertEquals(Long.toString(Duration.ofMinutes(10).toSeconds()), header(decision, "Access-Control-Max-Age"));
    }

    @Test
    @DisplayName("CO-8 the way into a private network is open if it was opened by name")
    void privateNetworks() {
        Request request = new Request("OPTIONS", APP, "GET", null, "true");
        assertNull(header(cors.decide(request), "Access-Control-Allow-Private-Network"));
        Cors open = create(List.of(Origin.of(APP)), false, true);
        assertEquals("true", header(open.decide(request), "Access-Control-Allow-Private-Network"));
        assertNull(header(open.decide(preflight(APP, "GET", null)), "Access-Control-Allow-Private-Network"));
    }

    @Test
    @DisplayName("CO-9 without an origin nothing is granted; OPTIONS without a question is no preflight")
    void others() {
        Decision decision = cors.decide(get(null));
        assertEquals(Answer.NONE, decision.answer());
        assertNothingGranted(decision, "no origin");
        assertEquals(
                Answer.NONE,
                cors.decide(new Request("OPTIONS", null, "GET", null, null)).answer());
        assertEquals(
                Answer.ALLOWED,
                cors.decide(new Request("OPTIONS", APP, null, null, null)).answer());
        assertNotEquals(
                Answer.PREFLIGHT,
                cors.decide(new Request("GET", APP, "GET", null, null)).answer());
    }

    @Test
    @DisplayName("CO-10 any text is answered, and allowed if it is one that was named")
    void anyText() {
        List<String> seeds =
                List.of(APP, OTHER, "null", "https://[2001:db8::1]:8443", "content-type, x-csrf-token", "PUT");
        Texts.each(texts(), seeds, text -> {
            boolean named = text.equals(APP) || text.equals(OTHER);
            assertEquals(
                    named ? Answer.ALLOWED : Answer.NONE, cors.decide(get(text)).answer());
            cors.decide(preflight(APP, text, text));
            cors.decide(new Request(text, text, text, text, text));
        });
    }
}
