package dev.backendmastery.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Engine;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.shortener.ShortenerNode;
import dev.backendmastery.showcase.view.Faults.Fault;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Each fault does to a real node what its button says, and is over by itself. */
final class PlantedFaultsTest {

    private static final String KEY = ShortenerConfig.KEYS.generate(new SecureRandom());
    private static final String WAITING =
            "select count(*) from pg_locks where not granted and relation = '%s'::regclass";

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private static void await(String what, Condition condition) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, () -> "never: " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static long count(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void eachDoesWhatItSaysAndIsOver() throws SQLException {
        Engines.start(Engine.POSTGRES, Engine.REDIS);
        Redis redis = Engines.redis();
        String database = Engines.postgres().createDatabase();
        ShortenerConfig config = ShortenerConfig.on(
                        database, redis.host(), redis.port(), "a secret for the faults, 32 characters long", KEY)
                .host("example.com", "93.184.216.34")
                .build();
        try (ShortenerNode node = ShortenerNode.start(config);
                PlantedFaults faults = new PlantedFaults(database, List.of(node.url()), KEY, 8);
                Connection connection = DriverManager.getConnection(database)) {
            assertEquals(List.of(), running(faults));
            assertFalse(faults.plant("no such fault"));

            assertTrue(faults.plant("slow-query"));
            assertFalse(faults.plant("slow-query"), "it runs already");
            await("a query waits", () -> count(connection, WAITING.formatted("link_event")) > 0);
            await("it is over", () -> running(faults).isEmpty());
            await("nothing waits", () -> count(connection, WAITING.formatted("link_event")) == 0);

            assertTrue(faults.plant("exhausted-pool"));
            await("all of the pool wait", () -> count(connection, WAITING.formatted("link")) >= 10);
            assertEquals(List.of("exhausted-pool"), running(faults));
            await("it is over", () -> running(faults).isEmpty());
            await("nothing waits", () -> count(connection, WAITING.formatted("link")) == 0);

            long before = count(connection, "select count(*) from click");
            assertTrue(faults.plant("hot-key"));
            await("it is over", () -> running(faults).isEmpty());
            await("many visits of one link", () -> count(connection, "select count(*) from click") > before + 50);
            assertEquals(1, count(connection, "select count(distinct link_id) from click"));
        }
    }

    private static List<String> running(PlantedFaults faults) {
        return faults.all().stream().filter(Fault::running).map(Fault::name).toList();
    }
}
