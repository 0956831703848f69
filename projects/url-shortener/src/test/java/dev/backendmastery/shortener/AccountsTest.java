package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.shortener.Client.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Accounts, sessions, keys and what stands before all of them, as browsers and programs see it; on two nodes. */
@SuppressWarnings("NullAway.Init") // start() comes first
final class AccountsTest {

    private static final String PASSWORD = "a long sentence nobody would guess";
    private static final List<String> SECRETS = new ArrayList<>(List.of(PASSWORD, "another long sentence of mine"));
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();

    private static ShortenerNode one;
    private static ShortenerNode two;
    private static final OutputStreamAppender<ILoggingEvent> logged = new OutputStreamAppender<>();
    private static int people;

    @BeforeAll
    static void start() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(ROOT.getLoggerContext());
        encoder.setPattern("%msg %mdc %kvp%n");
        encoder.start();
        logged.setContext(ROOT.getLoggerContext());
        logged.setEncoder(encoder);
        logged.setOutputStream(LOG);
        logged.start();
        ROOT.addAppender(logged);
        ShortenerConfig config = Nodes.on(Engines.postgres().createDatabase(), Engines.redis())
                .corsOrigin("https://friends.example.org")
                .build();
        one = ShortenerNode.start(config);
        two = ShortenerNode.start(config);
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        ROOT.detachAppender(logged);
        String text = LOG.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("serving on port"), "it is the log that was looked at");
        for (String secret : SECRETS) {
            assertFalse(text.contains(secret), "a secret is in the log");
        }
    }

    private static Browser browser() {
        return new Browser(one.url(), "Firefox on a test");
    }

    private static String newName() {
        return "person-" + ++people;
    }

    private static Browser signedUp(String name) {
        Browser browser = browser();
        Reply reply = browser.signUp(name, PASSWORD);
        assertEquals(201, reply.status(), reply.text());
        SECRETS.add(browser.cookies().get("__Host-session"));
        return browser;
    }

    private static Browser elsewhere(Browser browser) {
        Browser other = new Browser(two.url(), "Firefox on a test");
        other.cookies().putAll(browser.cookies());
        return other;
    }

    @Test
    @DisplayName("Somebody signs up, makes a link, signs out, and signs in again on the other node")
    void signsInAndOut() {
        String name = newName();
        Browser browser = signedUp(name);
        assertEquals(name, browser.get("/api/session").json().get("name").asText());
        Reply made = browser.call("POST", "/api/links", Map.of("target", Nodes.TARGET));
        assertEquals(201, made.status(), made.text());
        assertEquals(204, browser.call("DELETE", "/api/session", null).status());
        assertTrue(browser.get("/api/session").json().get("name").isNull());
        assertEquals(401, browser.get("/api/links").status());
        Browser other = new Browser(two.url(), "another");
        Reply in = other.signIn(name.toUpperCase(java.util.Locale.ROOT), PASSWORD);
        assertEquals(200, in.status(), in.text());
        assertEquals(1, other.get("/api/links").json().get("links").size());
    }

    @Test
    @DisplayName("Nobody is told whether it was the name or the password")
    void oneAnswer() {
        String name = newName();
        signedUp(name);
        Reply wrongPassword = browser().signIn(name, PASSWORD + ".");
        Reply wrongName = browser().signIn(newName(), PASSWORD);
        assertEquals(401, wrongPassword.status());
        assertEquals(wrongPassword.text(), wrongName.text());
        assertEquals(401, wrongName.status());
        assertEquals(409, browser().signUp(name, PASSWORD).status());
        assertEquals(422, browser().signUp("no spaces", PASSWORD).status());
        for (String bad : List.of("", "short", "x".repeat(5_000))) {
            assertEquals(422, browser().signUp(newName(), bad).status(), bad);
        }
        String own = newName();
        assertEquals(422, browser().signUp(own, own + own + own).status());
    }

    @Test
    @DisplayName(
            "After a few guesses at one account an address must wait, and its owner, who was here before, need not")
    void guesses() {
        String name = newName();
        Browser owner = signedUp(name);
        owner.call("DELETE", "/api/session", null);
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            statuses.add(browser().signIn(name, "guess number " + i).status());
        }
        assertEquals(401, statuses.get(0));
        assertEquals(429, statuses.get(7), statuses::toString);
        Reply refused = browser().signIn(name, PASSWORD);
        assertEquals(429, refused.status());
        assertTrue(Integer.parseInt(refused.header("Retry-After")) >= 1);
        assertEquals(200, owner.signIn(name, PASSWORD).status(), "his browser is known");
    }

    @Test
    @DisplayName("What another page sends with our cookies is refused, also a sign-in")
    void forged() {
        Browser browser = signedUp(newName());
        Map<String, String> wish = Map.of("target", Nodes.TARGET);
        String csrf = browser.get("/api/session").json().get("csrf").asText();
        assertEquals(403, browser.send("POST", "/api/links", wish).status(), "no token");
        assertEquals(
                403,
                browser.send("POST", "/api/links", wish, "X-CSRF-Token", csrf + "A")
                        .status());
        String others =
                signedUp(newName()).get("/api/session").json().get("csrf").asText();
        assertEquals(
                403,
                browser.send("POST", "/api/links", wish, "X-CSRF-Token", others).status(),
                "another's token");
        assertEquals(
                201,
                browser.send("POST", "/api/links", wish, "X-CSRF-Token", csrf).status());
        Client bare = new Client(one.url(), null);
        String cookies = "__Host-session=" + browser.cookies().get("__Host-session") + "; __Host-csrf="
                + browser.cookies().get("__Host-csrf");
        assertEquals(
                403,
                bare.send(
                                "POST",
                                "/api/links",
                                wish,
                                "Cookie",
                                cookies,
                                "X-CSRF-Token",
                                csrf,
                                "Origin",
                                "https://evil.example",
                                "Content-Type",
                                "application/json")
                        .status());
        assertEquals(
                403,
                bare.send("POST", "/api/session", Map.of("name", "x", "password", PASSWORD))
                        .status(),
                "signing somebody in as another");
        assertEquals(
                1, bare.get("/api/links", "Cookie", cookies).json().get("links").size(), "but for the one");
    }

    @Test
    @DisplayName("He sees where he is signed in, and ends what he likes")
    void devices() {
        String name = newName();
        Browser here = signedUp(name);
        Browser there = new Browser(two.url(), "Telephone");
        assertEquals(200, there.signIn(name, PASSWORD).status());
        JsonNode list = here.get("/api/sessions").json();
        assertEquals(2, list.size());
        assertEquals("Telephone", list.get(0).get("device").asText());
        assertFalse(list.get(0).get("here").asBoolean());
        assertTrue(list.get(1).get("here").asBoolean());
        Browser stranger = signedUp(newName());
        String telephone = list.get(0).get("id").asText();
        assertEquals(
                404, stranger.call("DELETE", "/api/sessions/" + telephone, null).status());
        assertEquals(200, there.get("/api/links").status());
        assertEquals(
                204, here.call("DELETE", "/api/sessions/" + telephone, null).status());
        assertEquals(401, there.get("/api/links").status());
        there.cookies().clear();
        assertEquals(200, there.signIn(name, PASSWORD).status());
        assertEquals(204, there.call("DELETE", "/api/sessions", null).status());
        assertEquals(401, here.get("/api/links").status(), "everywhere");
        assertEquals(200, stranger.get("/api/links").status());
    }

    @Test
    @DisplayName("A changed password ends all other sessions, and takes the old one")
    void changesThePassword() {
        String name = newName();
        Browser here = signedUp(name);
        Browser there = new Browser(two.url(), "another");
        there.signIn(name, PASSWORD);
        String fresh = SECRETS.get(1);
        assertEquals(
                403,
                here.call("POST", "/api/password", Map.of("current", "not it", "fresh", fresh))
                        .status());
        assertEquals(
                422,
                here.call("POST", "/api/password", Map.of("current", PASSWORD, "fresh", "short"))
                        .status());
        assertEquals(
                204,
                here.call("POST", "/api/password", Map.of("current", PASSWORD, "fresh", fresh))
                        .status());
        assertEquals(200, here.get("/api/links").status());
        assertEquals(401, there.get("/api/links").status());
        assertEquals(401, browser().signIn(name, PASSWORD).status());
        assertEquals(200, browser().signIn(name, fresh).status());
    }

    private static Client program(Reply issued) {
        String key = issued.json().get("key").asText();
        SECRETS.add(key);
        return new Client(one.url(), key);
    }

    @Test
    @DisplayName("A key may do what it was made for, is replaced with an overlap, and ends when it is revoked")
    void keys() {
        Browser browser = signedUp(newName());
        Reply issued = browser.call(
                "POST", "/api/keys", Map.of("name", "reader", "scopes", List.of("links:read"), "days", 30));
        assertEquals(201, issued.status(), issued.text());
        Client reader = program(issued);
        assertEquals(200, reader.get("/api/links").status());
        Reply refused = reader.create(Map.of("target", Nodes.TARGET));
        assertEquals(403, refused.status());
        assertTrue(refused.header("WWW-Authenticate").contains("insufficient_scope"));
        assertEquals(
                403, reader.send("POST", "/api/keys", Map.of("name", "more")).status(), "a key makes no keys");
        assertEquals(401, reader.get("/api/keys").status());
        for (Object bad : List.of(
                Map.of("name", ""),
                Map.of("name", "x", "scopes", List.of("admin")),
                Map.of("name", "x", "scopes", List.of()),
                Map.of("name", "x", "days", 0))) {
            assertEquals(422, browser.call("POST", "/api/keys", bad).status(), bad.toString());
        }
        JsonNode list = browser.get("/api/keys").json();
        assertEquals(1, list.size());
        assertFalse(list.toString().contains(issued.json().get("key").asText()));
        String id = list.get(0).get("id").asText();
        assertEquals(
                404, signedUp(newName()).call("DELETE", "/api/keys/" + id, null).status());
        Client successor = program(browser.call("POST", "/api/keys/" + id + "/rotate", Map.of("overlapHours", 1)));
        assertEquals(200, reader.get("/api/links").status());
        assertEquals(200, successor.at(two.url()).get("/api/links").status());
        assertEquals(
                409,
                browser.call("POST", "/api/keys/" + id + "/rotate", Map.of("overlapHours", 1))
                        .status());
        assertEquals(204, browser.call("DELETE", "/api/keys/" + id, null).status());
        assertEquals(401, reader.get("/api/links").status());
        assertEquals(401, reader.at(two.url()).get("/api/links").status());
        assertEquals(
                404,
                browser.call("DELETE", "/api/keys/" + UUID.randomUUID(), null).status());
    }

    @Test
    @DisplayName("What is one's own is shown to nobody else, neither by key nor by session")
    void ownLinks() {
        Browser browser = signedUp(newName());
        String code = browser.call("POST", "/api/links", Map.of("target", Nodes.TARGET))
                .json()
                .get("code")
                .asText();
        assertEquals(404, signedUp(newName()).get("/api/links/" + code).status());
        assertEquals(
                403, browser.call("POST", "/api/links/" + code + "/ban", null).status());
        Client own = program(browser.call("POST", "/api/keys", Map.of("name", "own")));
        assertEquals(200, own.get("/api/links/" + code).status());
        assertEquals(200, elsewhere(browser).get("/api/links/" + code).status());
    }

    @Test
    @DisplayName("A page that is for one person leads to the sign-in and from there back, but nowhere else")
    void pages() {
        Client visitor = new Client(one.url(), null);
        Reply away = visitor.get("/account");
        assertEquals(302, away.status());
        assertEquals("/sign-in?next=/account", away.header("Location"));
        assertTrue(visitor.get(away.header("Location")).text().contains("data-next=\"/account\""));
        for (String evil : List.of(
                "https://evil.example",
                "//evil.example",
                "/%5Cevil.example",
                "/%09/evil.example",
                "javascript:alert(1)",
                "%22%3E%3Cscript%3E")) {
            String page = visitor.get("/sign-in?next=" + evil).text();
            assertTrue(page.contains("data-next=\"/\""), evil);
            assertFalse(page.contains("evil"), evil);
        }
        Browser browser = signedUp(newName());
        assertEquals(200, browser.get("/account").status());
        assertEquals("/account", browser.get("/sign-in?next=/account").header("Location"));
        assertEquals("no-store", browser.get("/account").header("Cache-Control"));
    }

    @Test
    @DisplayName(
            "Pages say what they may run, each answer with a nonce of its own, and others' pages may call with a key if they are friends")
    void headers() {
        Client visitor = new Client(one.url(), null);
        Reply first = visitor.get("/");
        String policy = first.header("Content-Security-Policy");
        assertTrue(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), policy);
        String nonce = policy.replaceAll(".*script-src 'nonce-([^']+)'.*", "$1");
        assertTrue(first.text().contains("nonce=\"" + nonce + "\""));
        assertFalse(first.text().contains("{{"));
        assertNotEquals(policy, visitor.get("/").header("Content-Security-Policy"));
        assertEquals("nosniff", visitor.get("/static/api.js").header("X-Content-Type-Options"));
        assertEquals("nosniff", visitor.get("/nothing-here").header("X-Content-Type-Options"));
        Reply friend = visitor.send(
                "OPTIONS",
                "/api/links",
                null,
                "Origin",
                "https://friends.example.org",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,content-type");
        assertEquals("https://friends.example.org", friend.header("Access-Control-Allow-Origin"));
        assertEquals("", friend.header("Access-Control-Allow-Credentials"));
        for (String origin :
                List.of("null", "https://friends.example.org.evil.example", "http://friends.example.org")) {
            Reply stranger = visitor.get("/api/links", "Origin", origin);
            assertEquals("", stranger.header("Access-Control-Allow-Origin"), origin);
        }
        Browser browser = signedUp(newName());
        Reply in = browser.call("GET", "/api/links", null);
        assertEquals("no-store", in.header("Cache-Control"));
        List<String> cookies = new ArrayList<>();
        Reply up = browser().signUp(newName(), PASSWORD);
        Objects.requireNonNull(up.raw()).headers().allValues("Set-Cookie").forEach(cookies::add);
        assertEquals(2, cookies.size());
        for (String cookie : cookies) {
            assertTrue(
                    cookie.contains("HttpOnly")
                            && cookie.contains("Secure")
                            && cookie.contains("SameSite=")
                            && cookie.contains("Path=/"),
                    cookie.replaceAll("=[^;]*;", "=…;"));
        }
    }
}
