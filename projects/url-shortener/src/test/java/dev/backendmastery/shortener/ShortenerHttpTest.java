package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backendmastery.shortener.Client.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes on one database and one Redis, as callers see them. */
@SuppressWarnings("NullAway.Init") // start() comes first
final class ShortenerHttpTest {

    private static ShortenerNode one;
    private static ShortenerNode two;
    private static Client admin;
    private static Client user;
    private static Client other;
    private static Client visitor;
    private static Client visitorOfTwo;

    @BeforeAll
    static void start() {
        ShortenerConfig config = Nodes.fresh().build();
        one = ShortenerNode.start(config);
        two = ShortenerNode.start(config);
        admin = new Client(one.url(), Nodes.ADMIN_KEY);
        user = new Client(one.url(), newKey("user"));
        other = new Client(two.url(), newKey("other"));
        visitor = new Client(one.url(), null);
        visitorOfTwo = new Client(two.url(), null);
    }

    private static String newKey(String name) {
        Reply reply = admin.send("POST", "/api/keys", Map.of("name", name));
        assertEquals(201, reply.status(), reply.text());
        return reply.json().get("key").asText();
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
    }

    @Test
    void makesAndFollowsALinkOnBothNodes() {
        Reply made = user.create(Map.of("target", "https://example.com/a?b=c#d", "tags", List.of("x", "a")));
        assertEquals(201, made.status(), made.text());
        String code = made.json().get("code").asText();
        assertEquals(7, code.length());
        assertEquals(one.url() + "/" + code, made.json().get("shortUrl").asText());
        assertEquals(made.json().get("shortUrl").asText(), made.header("Location"));
        assertEquals("[\"a\",\"x\"]", made.json().get("tags").toString());
        for (Client node : List.of(visitor, visitorOfTwo)) {
            Reply followed = node.get("/" + code);
            assertEquals(302, followed.status());
            assertEquals("https://example.com/a?b=c#d", followed.header("Location"));
            assertEquals("no-store", followed.header("Cache-Control"));
        }
        assertEquals(404, visitor.get("/nothing1").status());
        assertEquals(404, visitor.send("HEAD", "/nothing1", null).status());
    }

    @Test
    void refusesWhoHasNoKeyAndShowsNobodyElsesLinks() {
        String code = user.make(Map.of("target", Nodes.TARGET));
        assertEquals(401, visitor.create(Map.of("target", Nodes.TARGET)).status());
        assertEquals(401, new Client(one.url(), "bmk_wrong").get("/api/links").status());
        assertEquals(404, other.get("/api/links/" + code).status());
        assertEquals(
                404, other.send("POST", "/api/links/" + code + "/disable", null).status());
        assertEquals(403, user.send("POST", "/api/links/" + code + "/ban", null).status());
        assertEquals(403, user.send("POST", "/api/keys", Map.of("name", "mine")).status());
        assertEquals(200, admin.get("/api/links/" + code).status());
        assertEquals(302, visitor.get("/" + code).status(), "nothing was changed");
    }

    @Test
    void refusesBadWishesWithAReason() {
        Map<Object, String> wishes = Map.ofEntries(
                Map.entry(Map.of(), "target"),
                Map.entry(Map.of("target", "ftp://example.com"), "http"),
                Map.entry(Map.of("target", "https://inside.example.com"), "public"),
                Map.entry(Map.of("target", "http://127.0.0.1:" + one.port() + "/x"), "public"),
                Map.entry(Map.of("target", Nodes.TARGET, "alias", "api"), "reserved"),
                Map.entry(Map.of("target", Nodes.TARGET, "alias", "a b"), "alias"),
                Map.entry(Map.of("target", Nodes.TARGET, "maxVisits", 0), "maxVisits"),
                Map.entry(Map.of("target", Nodes.TARGET, "expiresAt", "2020-01-01T00:00:00Z"), "expiresAt"),
                Map.entry(Map.of("target", Nodes.TARGET, "tags", List.of("A")), "tag"));
        wishes.forEach((wish, reason) -> {
            Reply reply = user.send("POST", "/api/links", wish);
            assertEquals(422, reply.status(), () -> wish + ": " + reply.text());
            assertTrue(reply.json().get("detail").asText().contains(reason), reply.text());
        });
        for (String body :
                List.of("", "{", "[]", "{\"target\":1", "{\"target\":\"https://example.com\",\"unknown\":1}")) {
            assertEquals(400, user.send("POST", "/api/links", body).status(), body);
        }
        assertEquals(
                413,
                user.send("POST", "/api/links", "\"" + "a".repeat(20_000) + "\"")
                        .status());
        assertEquals(422, user.get("/api/links?limit=0").status());
        assertEquals(422, user.get("/api/links?limit=many").status());
        assertEquals(422, user.get("/api/links?cursor=forged").status());
    }

    @Test
    void keepsAnAliasForWhoHadItFirst() {
        assertEquals(
                201,
                user.create(Map.of("target", Nodes.TARGET + "first", "alias", "mine-first"))
                        .status());
        Reply second = other.create(Map.of("target", Nodes.TARGET + "second", "alias", "mine-first"));
        assertEquals(409, second.status());
        assertEquals(Nodes.TARGET + "first", visitorOfTwo.get("/mine-first").header("Location"));
    }

    @Test
    void answersOneIdempotencyKeyWithOneLink() {
        Map<String, String> wish = Map.of("target", Nodes.TARGET);
        Reply first = user.create(wish, "Idempotency-Key", "k1");
        Reply again = user.create(wish, "Idempotency-Key", "k1");
        assertEquals(first.json().get("code"), again.json().get("code"));
        assertEquals(
                409,
                user.create(Map.of("target", Nodes.TARGET + "x"), "Idempotency-Key", "k1")
                        .status());
        assertNotEquals(
                first.json().get("code"),
                other.create(wish, "Idempotency-Key", "k1").json().get("code"));
    }

    @Test
    void stopsRedirectingOnBothNodesWithinTheBoundAfterABan() {
        String code = user.make(Map.of("target", Nodes.TARGET));
        assertEquals(302, visitor.get("/" + code).status());
        assertEquals(302, visitorOfTwo.get("/" + code).status());
        assertEquals(
                200, admin.send("POST", "/api/links/" + code + "/ban", null).status());
        long banned = System.nanoTime();
        assertEquals(410, visitor.get("/" + code).status(), "at once on the node that was told");
        long last = 0;
        while (System.nanoTime() - banned < Nodes.NEAR_LIFE.multipliedBy(3).toNanos()) {
            long asked = System.nanoTime() - banned;
            if (visitorOfTwo.get("/" + code).status() == 302) {
                last = asked;
            }
        }
        Duration lastRedirect = Duration.ofNanos(last);
        assertTrue(last <= Nodes.NEAR_LIFE.toNanos(), () -> "redirected " + lastRedirect + " after the ban");
        assertEquals(
                409, user.send("POST", "/api/links/" + code + "/enable", null).status());
    }

    @Test
    void stopsRedirectingTheMomentALinkExpires() {
        Instant expires = Instant.now().plusMillis(600);
        String code = user.make(Map.of("target", Nodes.TARGET, "expiresAt", expires.toString()));
        int redirects = 0;
        while (Instant.now().isBefore(expires)) {
            redirects += visitorOfTwo.get("/" + code).status() == 302 ? 1 : 0;
        }
        assertTrue(redirects > 0);
        assertEquals(410, visitorOfTwo.get("/" + code).status());
        assertEquals(410, visitor.get("/" + code).status());
    }

    @Test
    void disablesAndEnables() {
        String code = user.make(Map.of("target", Nodes.TARGET));
        assertEquals(
                "DISABLED",
                user.send("POST", "/api/links/" + code + "/disable", null)
                        .json()
                        .get("status")
                        .asText());
        assertEquals(410, visitor.get("/" + code).status());
        assertEquals(
                "ACTIVE",
                user.send("POST", "/api/links/" + code + "/enable", null)
                        .json()
                        .get("status")
                        .asText());
        assertEquals(302, visitor.get("/" + code).status());
    }

    @Test
    void letsNoMoreVisitorsThroughTwoNodesThanAsked() {
        String code = user.make(Map.of("target", Nodes.TARGET, "maxVisits", 10));
        List<Integer> statuses = Together.run(
                40, i -> (i % 2 == 0 ? visitor : visitorOfTwo).get("/" + code).status());
        assertEquals(10, statuses.stream().filter(status -> status == 302).count(), statuses::toString);
        assertEquals(30, statuses.stream().filter(status -> status == 410).count(), statuses::toString);
        assertEquals(302, visitor.send("HEAD", "/" + code, null).status(), "a look is no visit");
        assertEquals(
                10,
                user.get("/api/links/" + code + "/stats").json().get("visits").asInt());
    }

    @Test
    void countsVisitsByDayAndReferrerAndRobotsApart() {
        String code = user.make(Map.of("target", Nodes.TARGET));
        for (int i = 0; i < 3; i++) {
            visitor.get("/" + code, "Referer", "https://News.example.org/page?id=" + i);
        }
        visitorOfTwo.get("/" + code, "Referer", "not an address at all");
        visitorOfTwo.get("/" + code, "User-Agent", "Googlebot/2.1");
        visitor.send("HEAD", "/" + code, null);
        JsonNode stats = user.get("/api/links/" + code + "/stats").json();
        assertEquals(4, stats.get("visits").asInt());
        assertEquals(1, stats.get("bots").asInt());
        assertEquals(1, stats.get("heads").asInt());
        assertEquals(
                4,
                stats.get("days").get(LocalDate.now(ZoneOffset.UTC).toString()).asInt());
        assertEquals(
                "[{\"host\":\"news.example.org\",\"visits\":3}]",
                stats.get("referrers").toString());
    }

    @Test
    void pagesThroughAllLinksOnceWhileNewOnesCome() {
        Client own = new Client(one.url(), newKey("pager"));
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 25; i++) {
            made.add(own.make(Map.of("target", Nodes.TARGET, "tags", List.of(i % 2 == 0 ? "even" : "odd"))));
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = own.get("/api/links?limit=7" + cursor).json();
            page.get("links").forEach(link -> seen.add(link.get("code").asText()));
            own.make(Map.of("target", Nodes.TARGET, "tags", List.of("late")));
            cursor = page.get("next").isNull()
                    ? ""
                    : "&cursor=" + page.get("next").asText();
        } while (!cursor.isEmpty());
        assertEquals(25, seen.size());
        assertEquals(made, new HashSet<>(seen));
        assertEquals(
                13, own.get("/api/links?limit=100&tag=even").json().get("links").size());
        assertEquals(0, own.get("/api/links?tag=none").json().get("links").size());
    }

    @Test
    void drawsTheAddressAsAQrCode() {
        String code = user.make(Map.of("target", Nodes.TARGET));
        Reply reply = user.get("/api/links/" + code + "/qr.svg");
        assertEquals(200, reply.status());
        assertTrue(reply.header("Content-Type").startsWith("image/svg+xml"));
        assertEquals(one.url() + "/" + code, QrReader.read(reply.text()));
    }

    @Test
    void limitsCreationsByKeyAndVisitsByAddress() {
        try (ShortenerNode limited = ShortenerNode.start(
                Nodes.fresh().creationsPerMinute(3).visitsPerSecond(5).build())) {
            Client caller = new Client(limited.url(), Nodes.ADMIN_KEY);
            List<Integer> created = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                created.add(caller.create(Map.of("target", Nodes.TARGET)).status());
            }
            assertEquals(201, created.get(0));
            assertTrue(created.contains(429), created::toString);
            Reply refused = caller.create(Map.of("target", Nodes.TARGET));
            assertTrue(Integer.parseInt(refused.header("Retry-After")) >= 1);
            int tooMany = 0;
            for (int i = 0; i < 40; i++) {
                tooMany += caller.get("/unknown1").status() == 429 ? 1 : 0;
            }
            assertTrue(tooMany > 0);
        }
    }

    @Test
    void documentsEveryRouteAndServesItsPage() throws IOException {
        JsonNode paths = visitor.get("/openapi.json").json().get("paths");
        assertEquals(25, paths.size());
        for (String path : List.of("/api/links", "/api/links/{code}/stats", "/{code}", "/api/keys")) {
            assertNotNull(paths.get(path), path);
        }
        assertTrue(visitor.get("/").text().contains("<h1>Short links</h1>"));
        assertEquals(200, visitor.get("/static/shortener.js").status());
        assertEquals(200, visitor.get("/health/live").status());
        assertEquals(200, visitor.get("/health/startup").status());
        assertEquals("UP", visitor.get("/health/ready").json().get("status").asText());
        assertEquals(200, visitor.send("HEAD", "/health/ready", null).status());
        try (InputStream script = getClass().getResourceAsStream("/web/shortener.js")) {
            assertNotNull(script);
        }
        assertFalse(visitor.get("/api/links").text().contains("Exception"));
    }
}
