package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.patterns.inbox.PostgresInbox;
import dev.backendmastery.patterns.outbox.PostgresOutbox;
import dev.backendmastery.security.apikey.PostgresApiKeyStore;
import dev.backendmastery.security.session.PostgresSessionStore;
import dev.backendmastery.shortener.ShortenerConfig.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node whose clicks and events go through Kafka: what happened is told and counted, once, and not if it did not happen. */
final class MessagesTest {

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static Kafka kafka;

    @SuppressWarnings("NullAway.Init") // as above
    private static String database;

    @SuppressWarnings("NullAway.Init") // as above
    private static ShortenerNode node;

    @BeforeAll
    static void open() {
        kafka = Kafka.builder().start();
        database = Engines.postgres().createDatabase();
        node = ShortenerNode.start(config().build());
    }

    @AfterAll
    static void close() {
        node.close();
        kafka.close();
        Engines.postgres().dropDatabase(database);
    }

    private static ShortenerConfig.Builder config() {
        return Nodes.on(database, Engines.redis()).kafka(kafka.bootstrapServers());
    }

    private static List<String> history(Client caller, String code) {
        List<String> types = new ArrayList<>();
        for (JsonNode event : caller.get("/api/links/" + code + "/history").json()) {
            types.add(event.get("type").asText());
        }
        return types;
    }

    private static int visits(Client caller, String code) {
        return caller.get("/api/links/" + code + "/stats").json().get("visits").asInt();
    }

    @Test
    @DisplayName("What happens to a link is told of, in order, and once: also if it was asked for twice")
    void history() {
        Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
        String code = caller.make(Map.of("target", Nodes.TARGET));
        for (String change : List.of("disable", "disable", "enable", "ban", "ban")) {
            caller.send("POST", "/api/links/" + code + "/" + change, null);
        }
        assertEquals(
                409, caller.send("POST", "/api/links/" + code + "/enable", null).status());
        Nodes.awaitEquals(List.of("CREATED", "CHANGED", "CHANGED", "BANNED"), () -> history(caller, code));
        String refused = caller.make(Map.of("target", Nodes.TARGET, "alias", "history-alias"));
        assertEquals(
                409,
                caller.create(Map.of("target", Nodes.TARGET, "alias", "history-alias"))
                        .status());
        Nodes.awaitEquals(List.of("CREATED"), () -> history(caller, refused));
    }

    @Test
    @DisplayName("A link whose time is over is told of, once, whoever looks")
    void expiry() {
        try (ShortenerNode other =
                ShortenerNode.start(config().roles(EnumSet.of(Role.RELAY)).build())) {
            assertEquals(0, other.port());
            Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
            String code = caller.make(Map.of(
                    "target",
                    Nodes.TARGET,
                    "expiresAt",
                    Instant.now().plusSeconds(2).toString()));
            Nodes.awaitEquals(List.of("CREATED", "EXPIRED"), () -> history(caller, code));
            String later = caller.make(Map.of(
                    "target",
                    Nodes.TARGET,
                    "expiresAt",
                    Instant.now().plusSeconds(2).toString()));
            Nodes.awaitEquals(List.of("CREATED", "EXPIRED"), () -> history(caller, later));
            assertEquals(List.of("CREATED", "EXPIRED"), history(caller, code));
        }
    }

    @Test
    @DisplayName("Each redirect is counted once, of links with a limit too, and the limit holds")
    void clicks() {
        Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
        String free = caller.make(Map.of("target", Nodes.TARGET));
        String limited = caller.make(Map.of("target", Nodes.TARGET, "maxVisits", 7));
        int through = 0;
        for (int i = 0; i < 20; i++) {
            assertEquals(302, caller.get("/" + free).status());
            through += caller.get("/" + limited).status() == 302 ? 1 : 0;
        }
        assertEquals(7, through);
        Nodes.awaitEquals(20, () -> visits(caller, free));
        Nodes.awaitEquals(7, () -> visits(caller, limited));
    }

    @Test
    @DisplayName("A broker that hangs: an error in bounded time, no answered click lost, and it goes on after")
    void brokerHangs() {
        Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
        String code = caller.make(Map.of("target", Nodes.TARGET));
        int answered = 0;
        answered += caller.get("/" + code).status() == 302 ? 1 : 0;
        kafka.pause();
        long start = System.nanoTime();
        try {
            assertEquals(503, caller.get("/" + code).status());
            assertEquals(201, caller.create(Map.of("target", Nodes.TARGET)).status(), "events wait in the outbox");
        } finally {
            kafka.resume();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(30)) < 0, () -> "took " + took);
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (caller.get("/" + code).status() != 302) {
            assertTrue(System.nanoTime() < deadline, "redirects again");
        }
        int least = answered + 1;
        long counted = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (visits(caller, code) < least) {
            assertTrue(System.nanoTime() < counted, "counts again");
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    @DisplayName("The migration has the tables that the blocks ask for")
    void tables() throws IOException {
        try (InputStream in = MessagesTest.class.getResourceAsStream("/db/blocks/V3__inbox_outbox.sql")) {
            String migration = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(squeezed(migration).contains(squeezed(PostgresInbox.TABLE)));
            assertTrue(squeezed(migration).contains(squeezed(PostgresOutbox.TABLES)));
        }
        try (InputStream in = MessagesTest.class.getResourceAsStream("/db/blocks/V7__security.sql")) {
            String migration = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(squeezed(migration).contains(squeezed(PostgresSessionStore.TABLE)));
            assertTrue(squeezed(migration).contains(squeezed(PostgresApiKeyStore.TABLES)));
        }
    }

    private static String squeezed(String sql) {
        return sql.strip().replaceAll("\\s+", " ");
    }
}
