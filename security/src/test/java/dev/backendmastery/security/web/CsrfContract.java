package dev.backendmastery.security.web;

import static dev.backendmastery.security.web.Texts.passes;
import static dev.backendmastery.security.web.Texts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.CsrfPolicy.Request;
import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a guard against forged requests must hold. Extend it and say how to create yours. */
@DisplayName("CsrfPolicy")
public abstract class CsrfContract {

    static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    static final byte[] OLD = "fedcba9876543210fedcba9876543210".getBytes(StandardCharsets.US_ASCII);
    private static final String HERE = "https://app.example";
    private static final String FRIEND = "https://friend.example";

    /** What is under test. */
    protected interface Csrf {
        String issue(String session);

        String mask(String token);

        /** Returns, or throws {@link WebRefusedException}. */
        void check(Request request);
    }

    /** One that signs with the keys, is reached at {@code own} and trusts the others. */
    protected abstract Csrf create(MacKeys keys, Origin own, Set<Origin> trusted);

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private Csrf create(MacKeys keys) {
        return create(keys, Origin.of(HERE), Set.of(Origin.of(FRIEND)));
    }

    private final Csrf csrf = create(MacKeys.of("b", SECRET));

    private static Request with(String session, @Nullable String cookie, @Nullable String submitted) {
        return new Request("POST", HERE, null, "same-origin", false, null, session, cookie, submitted);
    }

    /** With its token, so that nothing but its source decides. */
    private Request from(@Nullable String origin, @Nullable String referer, @Nullable String site) {
        String token = csrf.issue("s");
        return new Request("POST", origin, referer, site, false, null, "s", token, csrf.mask(token));
    }

    private Request json(@Nullable String type) {
        String token = csrf.issue("s");
        return new Request("POST", HERE, null, "same-origin", true, type, "s", token, token);
    }

    @Test
    @DisplayName(
            "CS-1 what was made for a session is believed for it: masked or plain, on several pages, again and again")
    void believes() {
        String token = csrf.issue("s");
        for (int i = 0; i < 3; i++) {
            csrf.check(with("s", token, csrf.mask(token)));
        }
        csrf.check(with("s", token, token));
        for (String session : List.of("", "s".repeat(4_096), "é\0\n")) {
            String other = csrf.issue(session);
            csrf.check(with(session, other, csrf.mask(other)));
        }
    }

    @Test
    @DisplayName("CS-2 a token of another session is refused")
    void sessions() {
        String mine = csrf.issue("attacker");
        assertEquals(Reason.TOKEN, refused(() -> csrf.check(with("victim", mine, mine)), "of another session"));
        assertEquals(Reason.TOKEN, refused(() -> csrf.check(with("attacke", mine, mine)), "of a longer name"));
        assertEquals(Reason.TOKEN, refused(() -> csrf.check(with("attackerr", mine, mine)), "of a shorter name"));
    }

    @Test
    @DisplayName("CS-3 what no key has signed is refused, though cookie and submission agree")
    void signatures() {
        refused(() -> csrf.check(with("s", "b." + "A".repeat(64), "b." + "A".repeat(64))), "made up");
        String token = csrf.issue("s");
        for (int i = 2; i < token.length(); i++) {
            String changed = token.substring(0, i) + (token.charAt(i) == 'A' ? 'B' : 'A') + token.substring(i + 1);
            refused(() -> csrf.check(with("s", changed, changed)), "changed");
        }
        String other = create(MacKeys.of("b", OLD)).issue("s");
        refused(() -> csrf.check(with("s", other, other)), "by another key");
    }

    @Test
    @DisplayName("CS-4 without cookie or submission it is refused")
    void missing() {
        String token = csrf.issue("s");
        for (@Nullable String none : new @Nullable String[] {null, ""}) {
            refused(() -> csrf.check(with("s", token, none)), "nothing submitted");
            refused(() -> csrf.check(with("s", none, token)), "no cookie");
            refused(() -> csrf.check(with("s", none, none)), "neither");
        }
    }

    @Test
    @DisplayName("CS-5 two tokens of one session are two")
    void equal() {
        assertEquals(
                Reason.TOKEN,
                refused(() -> csrf.check(with("s", csrf.issue("s"), csrf.issue("s"))), "another than the cookie's"));
    }

    @Test
    @DisplayName("CS-6 each page has another text, and no part of the token")
    void masks() {
        String token = csrf.issue("s");
        Set<String> parts = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            String text = csrf.mask(token).substring(2);
            for (int at = 0; at + 8 <= text.length(); at++) {
                assertTrue(parts.add(text.substring(at, at + 8)), "eight characters that were on another page");
                assertFalse(token.contains(text.substring(at, at + 8)), "eight characters of the token");
            }
        }
    }

    @Test
    @DisplayName("CS-7 the current key signs, former ones are believed, removed ones are not")
    void rotation() {
        String old = create(MacKeys.of("a", OLD)).issue("s");
        Csrf both = create(MacKeys.of("b", SECRET).andFormer("a", OLD));
        both.check(with("s", old, both.mask(old)));
        String now = both.issue("s");
        csrf.check(with("s", now, now));
        refused(() -> csrf.check(with("s", old, old)), "by a key that was removed");
        Csrf renamed = create(MacKeys.of("b", SECRET).andFormer("c", OLD));
        refused(() -> renamed.check(with("s", old, old)), "by a key of another name");
    }

    @Test
    @DisplayName("CS-8 from another origin it is refused, though the token is right")
    void origins() {
        csrf.check(from(HERE, null, null));
        csrf.check(from(FRIEND, null, "cross-site"));
        for (String origin : List.of(
                "https://app.example.evil.test",
                "https://app.exampleevil.test",
                "https://evilapp.example",
                "https://evil.app.example",
                "http://app.example",
                "https://app.example:8443",
                "https://app.example:443",
                "https://app.example/",
                "https://app.example.",
                "https://APP.example",
                "https://app.example@evil.test",
                "https://evil.test#https://app.example",
                "https://evil.test https://app.example",
                "null",
                "*",
                "")) {
            assertEquals(Reason.ORIGIN, refused(() -> csrf.check(from(origin, null, null)), origin));
        }
    }

    @Test
    @DisplayName("CS-9 what the browser calls another site, or a neighbour on this one, is refused")
    void fetchSites() {
        csrf.check(from(null, null, "same-origin"));
        csrf.check(from(null, null, "none"));
        for (String site : List.of("cross-site", "same-site", "Same-Origin", "", "same-origin, cross-site")) {
            refused(() -> csrf.check(from(HERE, null, site)), site);
            refused(() -> csrf.check(from(null, HERE + "/", site)), site);
        }
        refused(() -> csrf.check(from(FRIEND, null, "other")), "a word that nobody knows");
    }

    @Test
    @DisplayName(
            "CS-10 where the browser says nothing of it the page decides from which it comes; without one it is refused")
    void referers() {
        csrf.check(from(null, HERE + "/form?x=1", null));
        csrf.check(from(null, FRIEND + "/form", null));
        for (String referer : List.of(
                "https://evil.test/https://app.example/",
                "https://app.example.evil.test/",
                "https://app.example@evil.test/",
                "https://evil.test?app.example",
                "http://app.example/",
                "/form",
                "")) {
            refused(() -> csrf.check(from(null, referer, null)), referer);
        }
        refused(() -> csrf.check(from(null, null, null)), "from nowhere");
    }

    @Test
    @DisplayName("CS-11 a call that takes JSON takes no other type")
    void types() {
        csrf.check(json("application/json"));
        csrf.check(json("Application/JSON; charset=UTF-8"));
        csrf.check(json(null));
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain; application/json",
                "text/plain;charset=application/json",
                "application/jsonp",
                "application/json, text/plain",
                "application/json;charset=utf-7",
                "application/csp-report+application/json",
                "")) {
            assertEquals(Reason.CONTENT_TYPE, refused(() -> csrf.check(json(type)), type));
        }
    }

    @Test
    @DisplayName("CS-12 safe methods pass, and all others are not safe, however they are written")
    void methods() {
        for (String method : List.of("GET", "HEAD", "OPTIONS")) {
            csrf.check(
                    new Request(method, "https://evil.test", null, "cross-site", true, "text/plain", "s", null, null));
        }
        for (String method :
                List.of("POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE", "CONNECT", "get", "Get", "BREW", "")) {
            refused(() -> csrf.check(new Request(method, HERE, null, null, false, null, "s", null, null)), method);
        }
    }

    @Test
    @DisplayName("CS-13 any text is answered")
    void anyText() {
        String token = csrf.issue("s");
        List<String> seeds = List.of(
                token,
                csrf.mask(token),
                "b.",
                HERE,
                FRIEND,
                HERE + "/a?b#c",
                "same-origin",
                "application/json",
                "[::1]:1");
        Texts.each(texts(), seeds, text -> {
            assertEquals(text.equals(token), passes(() -> csrf.check(with("s", text, token))), "as the cookie");
            passes(() -> csrf.check(with("s", token, text)));
            boolean trusted = text.equals(HERE) || text.equals(FRIEND);
            assertEquals(
                    trusted,
                    passes(() -> csrf.check(new Request("POST", text, null, null, false, null, "s", token, token))),
                    "as the origin");
            passes(() -> csrf.check(new Request("POST", null, text, null, false, null, "s", token, token)));
            passes(() -> csrf.check(new Request(text, HERE, null, text, true, text, "s", token, token)));
        });
    }
}
