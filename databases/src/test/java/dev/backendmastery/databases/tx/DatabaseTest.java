package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Postgres;
import java.net.ServerSocket;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A Database")
final class DatabaseTest {

    /** Far above every bound below; only a hang gets here. */
    private static final Duration HANG = Duration.ofSeconds(30);

    private static String url = "";

    @BeforeAll
    static void createDatabase() {
        url = Engines.postgres().createDatabase();
    }

    @AfterAll
    static void dropDatabase() {
        Engines.postgres().dropDatabase(url);
    }

    @Test
    @DisplayName("DB-1 gives a connection, or a typed error within the connection timeout, when the pool is exhausted")
    void exhausted() throws Exception {
        try (Database database = Database.at(url)
                        .name("small")
                        .poolSize(1)
                        .connectionTimeout(Duration.ofMillis(300))
                        .open();
                Connection taken = database.acquire()) {
            assertTrue(taken.isValid(1));
            assertEquals(new PoolStats(1, 0, 0, 1), database.stats());
            DatabaseUnavailableException refused = assertTimeoutPreemptively(
                    HANG, () -> assertThrows(DatabaseUnavailableException.class, database::acquire));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("no connection to small within PT0.3S"));
        }
    }

    @Test
    @DisplayName("DB-1 does so when nobody listens, and when somebody listens and answers nothing")
    void down() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertUnavailable(silent.getLocalPort());
        }
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertUnavailable(closed);
    }

    private static void assertUnavailable(int port) {
        Database.Builder builder = Database.at("jdbc:postgresql://127.0.0.1:" + port + "/any?user=u&password=p")
                .connectionTimeout(Duration.ofMillis(500));
        assertTimeoutPreemptively(HANG, () -> assertThrows(DatabaseUnavailableException.class, builder::open));
    }

    @Test
    @DisplayName("DB-1, DB-3 bounds every wait while the server is stopped, and works when it goes on")
    void paused() {
        try (Postgres server = Postgres.builder().start();
                Database database = Database.at(server.jdbcUrl())
                        .poolSize(2)
                        .connectionTimeout(Duration.ofSeconds(1))
                        .socketTimeout(Duration.ofSeconds(1))
                        .open()) {
            Transactions transactions = new PostgresTransactions(database);
            transactions.run(Isolation.READ_COMMITTED, tx -> tx.execute("SELECT 1"));
            server.pause();
            try {
                assertTimeoutPreemptively(HANG, () -> {
                    assertThrows(
                            RuntimeException.class,
                            () -> transactions.run(Isolation.READ_COMMITTED, tx -> tx.execute("SELECT 1")));
                    // By now what was open is known to be dead.
                    assertThrows(
                            DatabaseUnavailableException.class,
                            () -> transactions.run(Isolation.READ_COMMITTED, tx -> tx.execute("SELECT 1")));
                    assertThrows(DatabaseUnavailableException.class, database::acquire);
                });
            } finally {
                server.resume();
            }
            assertTimeoutPreemptively(HANG, () -> untilItWorks(transactions));
            assertEquals(0, database.stats().active());
        }
    }

    private static void untilItWorks(Transactions transactions) {
        while (true) {
            try {
                transactions.run(Isolation.READ_COMMITTED, tx -> tx.execute("SELECT 1"));
                return;
            } catch (DatabaseUnavailableException stillComingBack) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    @DisplayName("DB-2 ends statements and waits for locks in time")
    void timeouts() throws Exception {
        try (Database database = Database.at(url)
                        .poolSize(2)
                        .statementTimeout(Duration.ofMillis(200))
                        .lockTimeout(Duration.ofMillis(50))
                        .open();
                Connection holder = database.acquire()) {
            assertEquals("57014", state(database, "SELECT pg_sleep(20)"));
            database.dsl().execute("CREATE TABLE locked (id int)");
            holder.setAutoCommit(false);
            holder.createStatement().execute("LOCK TABLE locked");
            assertEquals("55P03", state(database, "SELECT * FROM locked"));
        }
    }

    @Test
    @DisplayName("DB-3 notices in a statement that the server has fallen silent")
    void silent() {
        try (Database database = Database.at(url)
                .poolSize(1)
                .socketTimeout(Duration.ofSeconds(1))
                .open()) {
            assertEquals("08006", assertTimeoutPreemptively(HANG, () -> state(database, "SELECT pg_sleep(20)")));
        }
    }

    @Test
    @DisplayName("DB-4 has migrated when it opens, once, however many open at the same time")
    void migrates() {
        String fresh = Engines.postgres().createDatabase();
        try {
            List<CompletableFuture<Database>> opening = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> Database.at(fresh)
                                    .poolSize(1)
                                    .migrations("classpath:db/migration")
                                    .open()))
                    .limit(3)
                    .toList();
            for (CompletableFuture<Database> each : opening) {
                try (Database database = each.join()) {
                    assertEquals(
                            List.of("1", "2"),
                            database.dsl()
                                    .resultQuery("SELECT version FROM flyway_schema_history ORDER BY installed_rank")
                                    .fetch(0, String.class));
                    assertEquals(0, database.dsl().fetchValue("SELECT count(*)::int FROM link"));
                }
            }
        } finally {
            Engines.postgres().dropDatabase(fresh);
        }
    }

    @Test
    void refusesSettingsOutOfRange() {
        Database.Builder builder = Database.at(url);
        assertThrows(IllegalArgumentException.class, () -> Database.at("jdbc:mysql://127.0.0.1/any"));
        assertThrows(IllegalArgumentException.class, () -> builder.poolSize(0));
        assertThrows(IllegalArgumentException.class, () -> builder.connectionTimeout(Duration.ofMillis(249)));
        assertThrows(IllegalArgumentException.class, () -> builder.statementTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.lockTimeout(Duration.ofHours(2)));
        assertThrows(IllegalArgumentException.class, () -> builder.socketTimeout(Duration.ofMillis(999)));
    }

    private static String state(Database database, String sql) {
        return assertThrows(DataAccessException.class, () -> database.dsl().execute(sql))
                .sqlState();
    }
}
