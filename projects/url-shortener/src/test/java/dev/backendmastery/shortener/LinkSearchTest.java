package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backendmastery.engines.Elasticsearch;
import dev.backendmastery.engines.Engines;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Links by words, in an index of the node's own and in Elasticsearch: what one gives the other gives. */
final class LinkSearchTest {

    private static final List<String> QUERIES = List.of(
            "spring sale",
            "sale",
            "sal",
            "SALE",
            "café",
            "cafe",
            "example",
            "docs guide",
            "guide",
            "summer",
            "summer-sale",
            "red",
            "2026",
            "shoes red",
            "release notes",
            "nothing at all",
            "a",
            "r");

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static String database;

    @SuppressWarnings("NullAway.Init") // as above
    private static ShortenerNode own;

    @SuppressWarnings("NullAway.Init") // as above
    private static ShortenerNode elastic;

    @SuppressWarnings("NullAway.Init") // as above
    private static Client admin;

    @SuppressWarnings("NullAway.Init") // as above
    private static Client user;

    @BeforeAll
    static void open() {
        Elasticsearch engine = Engines.elasticsearch();
        database = Engines.postgres().createDatabase();
        own = ShortenerNode.start(
                Nodes.on(database, Engines.redis()).baseUrl("https://sho.rt").build());
        elastic = ShortenerNode.start(Nodes.on(database, Engines.redis())
                .baseUrl("https://sho.rt")
                .elasticsearch(engine.host() + ":" + engine.port())
                .build());
        admin = new Client(own.url(), Nodes.ADMIN_KEY);
        user = new Client(own.url(), key("a-user"));
        make("Spring sale", "spring-sale", "https://example.com/shop/spring", "sale", "red");
        make("Summer sale 2026", "summer-sale", "https://example.com/shop/summer?year=2026", "sale");
        make("Red shoes", "red-shoes", "https://example.com/shop/shoes/red", "red", "shoes");
        make("Café <b>menu</b>", "menu", "https://example.com/cafe/menu", "food");
        make("Release notes", "notes", "https://example.com/docs/release-notes", "docs");
        make("Getting started", "guide", "https://example.com/docs/guide", "docs");
        admin.make(Map.of("target", Nodes.TARGET, "title", "Sale of somebody else", "alias", "their-sale"));
    }

    @AfterAll
    static void close() {
        elastic.close();
        own.close();
        Engines.postgres().dropDatabase(database);
    }

    private static String key(String name) {
        return admin.send("POST", "/api/keys", Map.of("name", name))
                .json()
                .get("key")
                .asText();
    }

    private static void make(String title, String alias, String target, String... tags) {
        user.make(Map.of("target", target, "title", title, "alias", alias, "tags", List.of(tags)));
    }

    private static Client at(ShortenerNode node) {
        return user.at(node.url());
    }

    private static JsonNode find(Client caller, String words, String more) {
        return caller.get("/api/links/search?q=" + URLEncoder.encode(words, StandardCharsets.UTF_8) + more)
                .json();
    }

    private static List<String> codes(JsonNode found) {
        List<String> codes = new ArrayList<>();
        for (JsonNode link : found.path("links")) {
            codes.add(link.get("link").get("code").asText());
        }
        return codes;
    }

    private static void awaitAll() {
        for (ShortenerNode node : List.of(own, elastic)) {
            Nodes.awaitEquals(
                    6L, () -> find(at(node), "example", "").path("total").asLong());
        }
    }

    @Test
    @DisplayName(
            "Links are found by title, tag, alias and target, by all words, the last one perhaps begun, best first")
    void finds() {
        awaitAll();
        for (ShortenerNode node : List.of(own, elastic)) {
            Client caller = at(node);
            assertEquals(List.of("spring-sale"), codes(find(caller, "spring sale", "")));
            assertEquals(List.of("summer-sale"), codes(find(caller, "2026", "")));
            assertEquals(List.of("menu"), codes(find(caller, "cafe", "")));
            assertEquals(List.of("menu"), codes(find(caller, "Café", "")));
            assertEquals(
                    List.of("notes", "guide"),
                    codes(find(caller, "docs", "")).stream()
                            .sorted((a, b) -> b.compareTo(a))
                            .toList());
            assertEquals(List.of("guide"), codes(find(caller, "gui", "")));
            assertEquals(List.of("guide"), codes(find(caller, "docs gui", "")));
            assertEquals(List.of(), codes(find(caller, "spring shoes", "")));
            assertEquals("red-shoes", codes(find(caller, "red", "")).get(0));
        }
    }

    @Test
    @DisplayName("Both indexes give the same links in the same order, the same counts and the same marks")
    void same() {
        awaitAll();
        for (String words : QUERIES) {
            for (String more : List.of("", "&tag=sale", "&tag=red", "&limit=2")) {
                assertEquals(find(at(own), words, more), find(at(elastic), words, more), words + more);
            }
        }
    }

    @Test
    @DisplayName("Others' links are found by nobody but an administrator; a found link is as the store has it")
    void ownership() {
        awaitAll();
        Client stranger = new Client(own.url(), key("a-stranger"));
        assertEquals(List.of(), codes(find(stranger, "sale", "")));
        Nodes.awaitEquals(3, () -> codes(find(admin, "sale", "")).size());
        assertTrue(!codes(find(user, "sale", "")).contains("their-sale"));
        user.send("POST", "/api/links/menu/disable", null);
        assertEquals(
                "DISABLED",
                find(user, "menu", "")
                        .get("links")
                        .get(0)
                        .get("link")
                        .get("status")
                        .asText());
    }

    @Test
    @DisplayName(
            "What was found is marked, and nothing of the title is HTML; tags are counted beside the one that is chosen")
    void marksAndTags() {
        awaitAll();
        JsonNode menu = find(user, "menu", "").get("links").get(0);
        assertEquals(
                "Café &lt;b&gt;<em>menu</em>&lt;/b&gt;", menu.get("markedTitle").asText());
        JsonNode sale = find(user, "sale", "&tag=red");
        assertEquals(List.of("spring-sale"), codes(sale));
        assertEquals(1, sale.get("total").asInt());
        assertEquals(
                Client.JSON.valueToTree(List.of(Map.of("tag", "sale", "links", 2), Map.of("tag", "red", "links", 1))),
                sale.get("tags"));
    }

    @Test
    @DisplayName("A question that is none is refused, and says why")
    void refuses() {
        for (String query : List.of("", "?q=", "?q=%20", "?q=" + "x".repeat(201), "?q=a&limit=0", "?q=a&limit=x")) {
            assertEquals(422, user.get("/api/links/search" + query).status(), query);
        }
        for (String query : List.of("*", "\"", "title:x", "(", "a AND", "\\", "%00")) {
            assertEquals(
                    200,
                    user.get("/api/links/search?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                            .status(),
                    query);
        }
        assertEquals(
                422,
                user.create(Map.of("target", Nodes.TARGET, "title", "x".repeat(201)))
                        .status());
        assertEquals(
                422,
                user.create(Map.of("target", Nodes.TARGET, "title", "a\u0007b")).status());
    }
}
