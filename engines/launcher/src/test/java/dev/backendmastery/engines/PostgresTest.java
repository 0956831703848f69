package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    @DisplayName(
            "the shared server gives each caller an empty database of its own, and drops it even under open sessions")
    void databases() throws SQLException {
        Postgres postgres = Engines.postgres();
        String first = postgres.createDatabase();
        String second = postgres.createDatabase();
        assertNotEquals(first, second);
        update(first, "CREATE TABLE t (id int)");
        assertEquals("0", query(second, "SELECT count(*) FROM pg_tables WHERE tablename = 't'"));
        try (Connection open = DriverManager.getConnection(first)) {
            assertTrue(open.isValid(5));
            postgres.dropDatabase(first);
        }
        assertEquals(
                "3D000",
                assertThrows(SQLException.class, () -> query(first, "SELECT 1")).getSQLState());
        postgres.dropDatabase(first);
        postgres.dropDatabase(second);
        assertThrows(IllegalArgumentException.class, () -> postgres.dropDatabase(postgres.jdbcUrl()));
    }

    @Test
    @DisplayName(
            "the shared server decodes the log logically, prepares transactions, checks passwords, and is not durable")
    void settings() throws SQLException {
        assumeFalse(Engines.postgres().isExternal(), "settings of an external server are its owner's");
        String url = Engines.postgres().jdbcUrl();
        assertEquals("logical", query(url, "SHOW wal_level"));
        assertEquals("32", query(url, "SHOW max_prepared_transactions"));
        assertEquals("off", query(url, "SHOW fsync"));
        assertEquals("off", query(url, "SHOW synchronous_commit"));
        String wrong = url.replace("password=postgres", "password=wrong");
        assertEquals(
                "28P01",
                assertThrows(SQLException.class, () -> query(wrong, "SELECT 1")).getSQLState());
        assertThrows(IllegalStateException.class, () -> Engines.postgres().close());
    }

    @Test
    @DisplayName("a durable server keeps its commits over kill -9, on the same port")
    void survivesKill() throws SQLException {
        try (Postgres postgres =
                Postgres.builder().durable().setting("max_connections", "17").start()) {
            String url = postgres.createDatabase();
            assertEquals("on", query(url, "SHOW fsync"));
            assertEquals("on", query(url, "SHOW synchronous_commit"));
            assertEquals("17", query(url, "SHOW max_connections"));
            update(url, "CREATE TABLE t (id int)");
            update(url, "INSERT INTO t VALUES (42)");
            long pid = postgres.pid();
            postgres.kill();
            assertFalse(postgres.isRunning());
            assertThrows(SQLException.class, () -> query(url, "SELECT 1"));
            assertThrows(IllegalStateException.class, postgres::kill);
            postgres.restart();
            assertNotEquals(pid, postgres.pid());
            assertEquals("42", query(url, "SELECT id FROM t"));
            postgres.restart();
            assertEquals("42", query(url, "SELECT id FROM t"));
        }
    }

    @Test
    @DisplayName("a paused server answers nothing on open connections, and answers when resumed")
    void pause() throws SQLException {
        try (Postgres postgres = Postgres.builder().start()) {
            Properties patience = new Properties();
            patience.setProperty("socketTimeout", "1");
            try (Connection open = DriverManager.getConnection(postgres.jdbcUrl());
                    Connection impatient = DriverManager.getConnection(postgres.jdbcUrl(), patience)) {
                postgres.pause();
                assertTrue(postgres.isRunning());
                assertThrows(
                        SQLException.class, () -> impatient.createStatement().execute("SELECT 1"));
                postgres.resume();
                assertTrue(open.isValid(10));
            }
            postgres.pause();
            postgres.stop();
            assertFalse(postgres.isRunning(), "a paused server stops");
        }
    }

    @Test
    @DisplayName("a replica has what was there, follows what comes, and refuses writes")
    void replica() throws SQLException {
        try (Postgres primary = Postgres.builder().start()) {
            String url = primary.createDatabase();
            update(url, "CREATE TABLE t (id int)");
            update(url, "INSERT INTO t VALUES (1)");
            try (Postgres replica = primary.startReplica()) {
                String there = url.replace(":" + primary.port() + "/", ":" + replica.port() + "/");
                assertEquals("t", query(there, "SELECT pg_is_in_recovery()"));
                update(url, "INSERT INTO t VALUES (2)");
                assertTrue(Await.until(
                        SOON, () -> query2(there, "SELECT sum(id) FROM t").equals("3")));
                assertEquals(
                        "25006",
                        assertThrows(SQLException.class, () -> update(there, "INSERT INTO t VALUES (3)"))
                                .getSQLState());
                replica.kill();
                update(url, "INSERT INTO t VALUES (4)");
                replica.restart();
                assertTrue(Await.until(
                        SOON, () -> query2(there, "SELECT sum(id) FROM t").equals("7")));
                assertEquals(
                        "replica_" + replica.port(),
                        query(url, "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Unprivileged.class,
            names = {"NAMESPACE", "NOBODY"})
    @DisplayName("as root it runs in a user namespace, and as the user nobody where there are none")
    void asRoot(Unprivileged way) throws SQLException {
        assumeTrue(Unprivileged.isRoot(), "only root has to give up its rights");
        assumeTrue(
                Tools.succeeds(SOON, way.command(java.util.List.of("true"))), way + " is not allowed on this machine");
        try (Postgres postgres = Postgres.builder().runAs(way).start()) {
            assertEquals("1", query(postgres.jdbcUrl(), "SELECT 1"));
        }
    }

    @Test
    @DisplayName("close leaves neither process nor folder, also after pause and kill; a second close does nothing")
    void close() {
        Postgres running = Postgres.builder().start();
        Postgres paused = Postgres.builder().start();
        Postgres killed = Postgres.builder().start();
        paused.pause();
        killed.kill();
        ProcessHandle process = ProcessHandle.of(running.pid()).orElseThrow();
        ProcessHandle pausedProcess = ProcessHandle.of(paused.pid()).orElseThrow();
        for (Postgres postgres : new Postgres[] {running, paused, killed}) {
            var folder = postgres.logFile().getParent();
            postgres.close();
            postgres.close();
            assertFalse(Files.exists(folder));
        }
        assertFalse(process.isAlive());
        assertFalse(pausedProcess.isAlive());
        assertThrows(IllegalStateException.class, running::restart);
    }

    static String query(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private static String query2(String url, String sql) {
        try {
            return query(url, sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static void update(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
