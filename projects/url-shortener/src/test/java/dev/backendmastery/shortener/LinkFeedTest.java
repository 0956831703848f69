package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.shortener.postgres.LinkFeed;
import dev.backendmastery.shortener.postgres.LinkFeed.Change;
import dev.backendmastery.shortener.postgres.LinkFeed.Place;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whoever follows the links misses no change, whatever order transactions commit in. */
@SuppressWarnings("NullAway.Init") // open() comes first
final class LinkFeedTest {

    private String url;
    private Database database;
    private LinkFeed feed;
    private final Map<String, Change> seen = new HashMap<>();

    @BeforeEach
    void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url)
                .migrations("classpath:db/migration", "classpath:db/blocks")
                .poolSize(4)
                .open();
        feed = new LinkFeed(new PostgresTransactions(database));
        database.dsl().execute("INSERT INTO account (name, created_at) VALUES ('k', now())");
    }

    @AfterEach
    void close() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    private static String insert(int id) {
        return "INSERT INTO link (id, code, target, owner, status, created_at) VALUES (" + id + ", 'code" + id
                + "', 'https://example.com/', 1, 'ACTIVE', now())";
    }

    private Place read(Place since, int size) {
        return feed.read(
                since,
                size,
                changes -> changes.forEach(change -> seen.put(change.link().code(), change)));
    }

    @Test
    @DisplayName("A change that commits late, after others of later transactions were seen, is seen")
    void late() throws Exception {
        Place after;
        try (Connection slow = DriverManager.getConnection(url);
                Statement statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute(insert(1));
            database.dsl().execute(insert(2));
            after = read(Place.START, 10);
            assertEquals(new TreeSet<>(List.of("code2")), new TreeSet<>(seen.keySet()));
            slow.commit();
        }
        // Who goes on after the greatest that he has seen never sees it.
        long greatest = (Long) database.dsl().fetchValue("SELECT max(changed::text::bigint) FROM link WHERE id = 2");
        long missed = (Long) database.dsl()
                .fetchValue("SELECT count(*) FROM link WHERE id = 1 AND changed::text::bigint < " + greatest);
        assertEquals(1, missed);
        read(after, 10);
        assertTrue(seen.containsKey("code1"));
    }

    @Test
    @DisplayName("Pages of any size give all, each link as it is at last, and then nothing")
    void pages() {
        IntStream.rangeClosed(1, 25).forEach(i -> database.dsl().execute(insert(i)));
        database.dsl().execute("INSERT INTO link_tag VALUES (7, 'a'), (7, 'b')");
        for (int size : new int[] {1, 5, 24, 25, 26}) {
            seen.clear();
            read(Place.START, size);
            assertEquals(25, seen.size());
        }
        assertEquals(new TreeSet<>(List.of("a", "b")), seen("code7").link().tags());
        Place now = read(Place.START, 10);
        seen.clear();
        now = read(now, 10);
        assertEquals(Map.of(), seen);
        database.dsl().execute("UPDATE link SET status = 'DISABLED' WHERE id = 3");
        database.dsl().execute("UPDATE link SET status = 'BANNED' WHERE id = 3");
        database.dsl().execute("UPDATE link SET visits = visits + 1 WHERE id = 4");
        read(now, 10);
        assertEquals(new TreeSet<>(List.of("code3")), new TreeSet<>(seen.keySet()), "visits are no change");
        assertEquals(2, seen("code3").version());
    }

    @Test
    @DisplayName("A hand-over that fails is made again from the same place")
    void failed() {
        database.dsl().execute(insert(1));
        assertThrows(
                IllegalStateException.class,
                () -> feed.read(Place.START, 10, changes -> {
                    throw new IllegalStateException("planted");
                }));
        read(Place.START, 10);
        assertEquals(1, seen.size());
    }

    private Change seen(String code) {
        Change change = seen.get(code);
        if (change == null) {
            throw new AssertionError(code + " was not seen");
        }
        return change;
    }
}
