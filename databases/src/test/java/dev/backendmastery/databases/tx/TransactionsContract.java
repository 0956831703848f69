package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.RetryBudget;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.tx.CommitProxy.Fault;
import dev.backendmastery.engines.Engines;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What every {@link Transactions} must hold, on a real PostgreSQL. Extend it, say how to create yours, run it. */
@DisplayName("Transactions")
public abstract class TransactionsContract {

    private static final RetryPolicy POLICY = new RetryPolicy(
            4, Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofSeconds(1));
    private static final RetryBudget PLENTY = RetryBudget.of(1_000, 1_000_000);
    private static final String FAIL = "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '%s'; END $$";

    /** A database for each kit. */
    private record Place(String url, Database database) {}

    private static final Map<Class<?>, Place> PLACES = new ConcurrentHashMap<>();

    private String url = "";
    private Database database;
    private final ManualTicker ticker = new ManualTicker();
    private final List<Duration> pauses = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private Transactions transactions;
    private Connection other;

    /** Everything that transactions are made of; {@code random} gives numbers from 0 to 1. */
    public record Parts(
            Database database,
            RetryPolicy policy,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random) {}

    protected abstract Transactions create(Parts parts);

    @BeforeAll
    static void openDatabase(TestInfo test) {
        String url = Engines.postgres().createDatabase();
        Database database = pool(url, Duration.ofMillis(500));
        PLACES.put(test.getTestClass().orElseThrow(), new Place(url, database));
        database.dsl().execute("CREATE TABLE test (id int PRIMARY KEY, value int NOT NULL)");
        database.dsl().execute("CREATE SEQUENCE commits");
        database.dsl().execute("CREATE TABLE fragile (failures int NOT NULL)");
        // Fails COMMIT as often as the row says; a sequence counts, since it is not rolled back.
        database.dsl().execute("""
                CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('commits') <= NEW.failures THEN
                        RAISE EXCEPTION 'told to' USING ERRCODE = '40001';
                    END IF;
                    RETURN NEW;
                END $$""");
        database.dsl().execute("""
                CREATE CONSTRAINT TRIGGER fail_commit AFTER INSERT ON fragile DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION fail_commit()""");
    }

    @AfterAll
    static void closeDatabase(TestInfo test) {
        Place place = Objects.requireNonNull(PLACES.remove(test.getTestClass().orElseThrow()));
        place.database.close();
        Engines.postgres().dropDatabase(place.url);
    }

    @BeforeEach
    void fresh() throws SQLException {
        Place place = Objects.requireNonNull(PLACES.get(getClass()));
        url = place.url;
        database = place.database;
        database.dsl().execute("TRUNCATE test, fragile");
        database.dsl().execute("ALTER SEQUENCE commits RESTART");
        database.dsl().execute("INSERT INTO test VALUES (1, 10), (2, 20)");
        other = DriverManager.getConnection(url);
        transactions = over(database, POLICY, PLENTY);
    }

    @AfterEach
    void closeOther() throws SQLException {
        other.close();
    }

    // ---- what is committed

    @Test
    @DisplayName("TX-1 commits what a closure wrote when it returns, and undoes it when it throws")
    void commitsOrUndoes() {
        assertEquals("value", transactions.call(Isolation.READ_COMMITTED, tx -> {
            set(tx, 1, 11);
            return "value";
        }));
        IllegalStateException thrown = new IllegalStateException("no");
        assertSame(
                thrown,
                assertThrows(
                        IllegalStateException.class,
                        () -> transactions.run(Isolation.READ_COMMITTED, tx -> {
                            set(tx, 2, 21);
                            throw thrown;
                        })));
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-16 reports no success when a closure hides the failure of a statement")
    void noSuccessWithoutCommit() {
        for (String state : List.of("22012", "40001")) {
            assertThrows(
                    DataAccessException.class,
                    () -> transactions.run(Isolation.READ_COMMITTED, tx -> {
                        set(tx, 1, 11);
                        assertThrows(DataAccessException.class, () -> tx.execute(FAIL.formatted(state)));
                    }));
        }
        assertEquals(List.of(10, 20), values());
    }

    @Test
    @DisplayName("TX-13 runs at the isolation level asked for, and leaves no trace of it on the connection")
    void isolation() {
        for (Isolation level : Isolation.values()) {
            String asked = level.sql().toLowerCase(java.util.Locale.ROOT);
            assertEquals(asked, transactions.call(level, tx -> show(tx, "transaction_isolation")));
            assertEquals(asked, transactions.read(level, tx -> show(tx, "transaction_isolation")));
            for (int i = 0; i < 3; i++) {
                assertEquals("read committed", show(database.dsl(), "transaction_isolation"));
            }
        }
    }

    @Test
    @DisplayName("TX-14 writes nothing in read")
    void readOnly() {
        DataAccessException refused = assertThrows(
                DataAccessException.class, () -> transactions.read(Isolation.REPEATABLE_READ, tx -> set(tx, 1, 11)));
        assertEquals("25006", refused.sqlState());
        assertEquals(List.of(10, 20), transactions.read(Isolation.REPEATABLE_READ, TransactionsContract::values));
        transactions.run(Isolation.READ_COMMITTED, tx -> set(tx, 1, 11));
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-18 refuses a call inside a call, and the outer one goes on")
    void refusesNesting() {
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            set(tx, 1, 11);
            assertThrows(
                    IllegalStateException.class,
                    () -> transactions.run(Isolation.READ_COMMITTED, inner -> set(inner, 2, 21)));
            set(tx, 1, 12);
        });
        assertEquals(List.of(12, 20), values());
        transactions.run(Isolation.READ_COMMITTED, tx -> set(tx, 2, 22));
        assertEquals(List.of(12, 22), values());
    }

    @Test
    @DisplayName("TX-17 keeps no connection, however a call ends")
    void keepsNoConnection() {
        transactions.run(Isolation.SERIALIZABLE, tx -> set(tx, 1, 11));
        assertEquals(0, database.stats().active());
        assertThrows(
                IllegalStateException.class,
                () -> transactions.run(Isolation.SERIALIZABLE, tx -> {
                    throw new IllegalStateException("no");
                }));
        assertEquals(0, database.stats().active());
        failTimes(1, "40001");
        assertEquals(0, database.stats().active());
        runs.set(0);
        assertThrows(DataAccessException.class, () -> failTimes(1, "23505"));
        assertEquals(0, database.stats().active());
    }

    // ---- what is run again

    @Test
    @DisplayName("TX-2 runs the whole closure again, in a new transaction, after 40001")
    void rerunsTheClosure() {
        List<String> ids = new ArrayList<>();
        transactions.run(Isolation.REPEATABLE_READ, tx -> {
            ids.add(show(tx, "transaction_isolation") + tx.fetchValue("SELECT pg_current_xact_id()::text"));
            int read = value(tx, 1);
            if (runs.incrementAndGet() == 1) {
                elsewhere("UPDATE test SET value = value + 100 WHERE id = 1");
            }
            set(tx, 1, read + 1);
        });
        assertEquals(2, runs.get());
        assertEquals(2, Set.copyOf(ids).size());
        assertEquals(List.of(111, 20), values());
    }

    @Test
    @DisplayName("TX-3 does so after 40P01, a deadlock")
    void rerunsAfterADeadlock() {
        failTimes(2, "40P01");
        assertEquals(3, runs.get());
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-4 does so when it is COMMIT that fails")
    void rerunsWhenCommitFails() {
        transactions.run(Isolation.SERIALIZABLE, tx -> {
            runs.incrementAndGet();
            set(tx, 1, value(tx, 1) + 1);
            tx.execute("INSERT INTO fragile VALUES (2)");
        });
        assertEquals(3, runs.get());
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-5 runs nothing again after any other failure")
    void rerunsNothingElse() {
        for (String state : List.of("23505", "55P03", "57014", "XX000", "25P02", "40002", "40003")) {
            runs.set(0);
            DataAccessException failure = assertThrows(DataAccessException.class, () -> failTimes(1, state));
            assertEquals(state, failure.sqlState());
            assertEquals(1, runs.get(), state);
        }
        runs.set(0);
        assertThrows(
                DataAccessException.class,
                () -> transactions.run(Isolation.READ_COMMITTED, tx -> {
                    runs.incrementAndGet();
                    elsewhere("SELECT pg_terminate_backend(" + tx.fetchValue("SELECT pg_backend_pid()") + ")");
                    set(tx, 1, 11);
                }));
        assertEquals(1, runs.get());
        assertEquals(List.of(10, 20), values());
    }

    @Test
    @DisplayName("TX-6 gives up after the most attempts, and shows the failure of each")
    void boundedAttempts() {
        TransactionFailedException failure =
                assertThrows(TransactionFailedException.class, () -> failTimes(50, "40001"));
        assertEquals(4, runs.get());
        assertEquals(4, failure.attempts());
        assertEquals(TransactionFailedException.Limit.ATTEMPTS, failure.limit());
        List<Throwable> all = new ArrayList<>(List.of(failure.getSuppressed()));
        all.add(assertNotNullCause(failure));
        assertEquals(4, Set.copyOf(all).size());
        all.forEach(each -> assertEquals("40001", ((DataAccessException) each).sqlState()));
        assertEquals(List.of(10, 20), values());
    }

    @Test
    @DisplayName("TX-7 starts no attempt after the deadline")
    void deadline() {
        transactions = over(
                database,
                new RetryPolicy(
                        900,
                        Duration.ofMillis(100),
                        Duration.ofMillis(40),
                        Duration.ofMillis(40),
                        Duration.ofSeconds(1)),
                PLENTY);
        TransactionFailedException failure =
                assertThrows(TransactionFailedException.class, () -> failTimes(50, "40001"));
        assertEquals(TransactionFailedException.Limit.DEADLINE, failure.limit());
        assertEquals(3, runs.get()); // at 0, 40 and 80 ms
    }

    @Test
    @DisplayName("TX-8 takes re-runs from a budget that callers share")
    void budget() {
        RetryBudget budget = RetryBudget.of(0, 3);
        transactions = over(database, POLICY, budget);
        failTimes(2, "40001");
        transactions = over(database, POLICY, budget);
        runs.set(0);
        TransactionFailedException failure =
                assertThrows(TransactionFailedException.class, () -> failTimes(2, "40001"));
        assertEquals(TransactionFailedException.Limit.BUDGET, failure.limit());
        assertEquals(2, runs.get());
    }

    @Test
    @DisplayName("TX-9 waits between attempts with full jitter under a bound that doubles up to its cap")
    void jitter() {
        failTimes(3, "40001");
        assertEquals(List.of(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(25)), pauses);
        pauses.clear();
        runs.set(0);
        transactions = create(new Parts(database, POLICY, PLENTY, ticker, this::pause, () -> 0.1));
        failTimes(3, "40001");
        assertEquals(List.of(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofNanos(2_500_000)), pauses);
    }

    // ---- COMMIT without an answer

    @Test
    @DisplayName("TX-10 returns the value, and runs nothing again, when COMMIT took place and its answer was lost")
    void answerLost() throws IOException {
        assertEquals("value", withFault(Fault.ANSWER_LOST, POLICY, false));
        assertEquals(1, runs.get());
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-11 runs the closure again when COMMIT never arrived")
    void neverArrives() throws IOException {
        assertEquals("value", withFault(Fault.NEVER_ARRIVES, POLICY, false));
        assertEquals(2, runs.get());
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-12 does so also when the server still waits for the COMMIT that was lost, and holds its locks")
    void serverWaits() throws IOException {
        assertEquals("value", withFault(Fault.NEVER_ARRIVES_AND_SERVER_WAITS, POLICY, false));
        assertEquals(2, runs.get());
        assertEquals(List.of(11, 20), values());
    }

    @Test
    @DisplayName("TX-15 says that the outcome is unknown when nobody can be asked in time")
    void unknown() throws IOException {
        RetryPolicy impatient = new RetryPolicy(
                4, Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(20));
        UnknownOutcomeException failure =
                assertThrows(UnknownOutcomeException.class, () -> withFault(Fault.ANSWER_LOST, impatient, true));
        assertEquals(1, runs.get());
        String status = "SELECT pg_xact_status('" + failure.transactionId() + "'::xid8)";
        // We gave up after 20 ms; the server may still be about to commit.
        for (int i = 0; i < 5_000 && "in progress".equals(database.dsl().fetchValue(status)); i++) {
            LockSupport.parkNanos(1_000_000);
        }
        assertEquals("committed", database.dsl().fetchValue(status));
        assertEquals(List.of(11, 20), values());
    }

    // ---- Hermitage: an anomaly, and the weakest level that must prevent it

    @Test
    @DisplayName("TX-20 prevents G0, dirty writes, from READ COMMITTED on")
    void g0() {
        forEach(Isolation.READ_COMMITTED, level -> {
            transactions.run(level, tx -> {
                set(tx, 1, 11);
                assertEquals("55P03", refusal("UPDATE test SET value = 12 WHERE id = 1"));
                set(tx, 2, 21);
            });
            assertEquals(List.of(11, 21), values());
        });
    }

    @Test
    @DisplayName("TX-21 prevents G1a, aborted reads, from READ COMMITTED on")
    void g1a() {
        forEach(
                Isolation.READ_COMMITTED,
                level -> transactions.run(level, tx -> {
                    begin(level);
                    elsewhere("UPDATE test SET value = 101 WHERE id = 1");
                    assertEquals(10, value(tx, 1));
                    elsewhere("ROLLBACK");
                    assertEquals(10, value(tx, 1));
                }));
    }

    @Test
    @DisplayName("TX-22 prevents G1b, intermediate reads, from READ COMMITTED on")
    void g1b() {
        forEach(
                Isolation.READ_COMMITTED,
                level -> transactions.run(level, tx -> {
                    begin(level);
                    elsewhere("UPDATE test SET value = 101 WHERE id = 1");
                    assertEquals(10, value(tx, 1));
                    elsewhere("UPDATE test SET value = 11 WHERE id = 1");
                    elsewhere("COMMIT");
                    assertTrue(value(tx, 1) != 101);
                }));
    }

    @Test
    @DisplayName("TX-23 prevents G1c, circular information flow, from READ COMMITTED on")
    void g1c() {
        forEach(
                Isolation.READ_COMMITTED,
                level -> transactions.run(level, tx -> {
                    boolean first = runs.incrementAndGet() == 1;
                    set(tx, 1, 11);
                    if (first) {
                        begin(level);
                        elsewhere("UPDATE test SET value = 22 WHERE id = 2");
                        assertEquals(20, value(tx, 2));
                        assertEquals(10, elsewhereValue(1));
                        elsewhere("COMMIT");
                    }
                }));
    }

    @Test
    @DisplayName("TX-24 prevents OTV, observed transaction vanishes, from READ COMMITTED on")
    void otv() {
        forEach(
                Isolation.READ_COMMITTED,
                level -> transactions.run(level, tx -> {
                    begin(level);
                    elsewhere("UPDATE test SET value = 11 WHERE id = 1");
                    elsewhere("UPDATE test SET value = 19 WHERE id = 2");
                    elsewhere("COMMIT");
                    int seen = value(tx, 1);
                    begin(level);
                    elsewhere("UPDATE test SET value = 12 WHERE id = 1");
                    elsewhere("UPDATE test SET value = 18 WHERE id = 2");
                    assertEquals(seen, value(tx, 1));
                    assertEquals(19, value(tx, 2));
                    elsewhere("COMMIT");
                    boolean newer = value(tx, 2) == 18;
                    assertEquals(newer ? 12 : 11, value(tx, 1));
                }));
    }

    @Test
    @DisplayName("TX-25 prevents PMP, predicates over many preceders, from REPEATABLE READ on")
    void pmp() {
        forEach(
                Isolation.REPEATABLE_READ,
                level -> transactions.run(level, tx -> {
                    assertEquals(0, threes(tx));
                    elsewhere("INSERT INTO test VALUES (3, 30)");
                    assertEquals(0, threes(tx));
                }));
    }

    @Test
    @DisplayName("TX-26 prevents P4, lost updates, from REPEATABLE READ on")
    void p4() {
        forEach(Isolation.REPEATABLE_READ, level -> {
            transactions.run(level, tx -> {
                int read = value(tx, 1);
                if (runs.incrementAndGet() == 1) {
                    elsewhere("UPDATE test SET value = 50 WHERE id = 1");
                }
                set(tx, 1, read + 1);
            });
            assertEquals(List.of(51, 20), values());
        });
    }

    @Test
    @DisplayName("TX-27 prevents G-single, read skew, from REPEATABLE READ on")
    void gSingle() {
        forEach(
                Isolation.REPEATABLE_READ,
                level -> transactions.run(level, tx -> {
                    assertEquals(10, value(tx, 1));
                    elsewhere("UPDATE test SET value = value + 2");
                    assertEquals(20, value(tx, 2));
                }));
    }

    @Test
    @DisplayName("TX-28 prevents G2-item, write skew, at SERIALIZABLE")
    void g2Item() {
        forEach(Isolation.SERIALIZABLE, level -> {
            List<Integer> seen = new ArrayList<>();
            transactions.run(level, tx -> {
                seen.add(value(tx, 1) + value(tx, 2));
                if (runs.incrementAndGet() == 1) {
                    begin(level);
                    assertEquals(30, elsewhereValue(1) + elsewhereValue(2));
                    elsewhere("UPDATE test SET value = 21 WHERE id = 2");
                    elsewhere("COMMIT");
                }
                set(tx, 1, 11);
            });
            assertEquals(List.of(30, 31), seen);
            assertEquals(List.of(11, 21), values());
        });
    }

    @Test
    @DisplayName("TX-29 prevents G2, anti-dependency cycles over predicates, at SERIALIZABLE")
    void g2() {
        forEach(Isolation.SERIALIZABLE, level -> {
            List<Integer> seen = new ArrayList<>();
            transactions.run(level, tx -> {
                seen.add(threes(tx));
                if (runs.incrementAndGet() == 1) {
                    begin(level);
                    elsewhere("SELECT count(*) FROM test WHERE value % 3 = 0");
                    elsewhere("INSERT INTO test VALUES (3, 30)");
                    elsewhere("COMMIT");
                }
                tx.execute("INSERT INTO test VALUES (4, 42)");
            });
            assertEquals(List.of(0, 1), seen);
        });
    }

    // ---- the other transaction, and small helpers

    private interface AtLevel {
        void check(Isolation level) throws SQLException;
    }

    /** Runs the case, on fresh rows, at each level from {@code weakest} on. */
    private void forEach(Isolation weakest, AtLevel test) {
        for (Isolation level : EnumSet.range(weakest, Isolation.SERIALIZABLE)) {
            runs.set(0);
            try {
                fresh();
                test.check(level);
                closeOther();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Transactions over(Database on, RetryPolicy policy, RetryBudget budget) {
        return create(new Parts(on, policy, budget, ticker, this::pause, () -> 1.0));
    }

    private static Database pool(String at, Duration connectionTimeout) {
        return Database.at(at)
                .poolSize(3)
                .connectionTimeout(connectionTimeout)
                .lockTimeout(Duration.ofMillis(500))
                .open();
    }

    /** Time passes at once for the transactions; a server that is polled gets a little real time. */
    private void pause(Duration duration) {
        pauses.add(duration);
        ticker.advance(duration);
        LockSupport.parkNanos(Math.min(duration.toNanos(), 20_000_000));
    }

    private String withFault(Fault fault, RetryPolicy policy, boolean thenRefuse) throws IOException {
        try (CommitProxy proxy = new CommitProxy(url);
                Database proxied = pool(proxy.url(), Duration.ofMillis(thenRefuse ? 250 : 500))) {
            if (thenRefuse) {
                proxy.thenRefuse();
            }
            Transactions through = over(proxied, policy, PLENTY);
            proxy.onNextCommit(fault);
            String value = through.call(Isolation.SERIALIZABLE, tx -> {
                runs.incrementAndGet();
                set(tx, 1, value(tx, 1) + 1);
                return "value";
            });
            assertEquals(0, proxied.stats().active());
            return value;
        }
    }

    /** Adds one to row 1 in a closure whose first {@code times} runs fail. */
    private void failTimes(int times, String state) {
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            int run = runs.incrementAndGet();
            set(tx, 1, value(tx, 1) + 1);
            if (run <= times) {
                tx.execute(FAIL.formatted(state));
            }
        });
    }

    private void begin(Isolation level) {
        elsewhere("BEGIN ISOLATION LEVEL " + level.sql());
    }

    private void elsewhere(String sql) {
        try (Statement statement = other.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private int elsewhereValue(int id) {
        try (Statement statement = other.createStatement();
                var row = statement.executeQuery("SELECT value FROM test WHERE id = " + id)) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The SQLSTATE with which another transaction is refused that does not wait for locks. */
    private String refusal(String sql) {
        elsewhere("SET lock_timeout = '50ms'");
        try (Statement statement = other.createStatement()) {
            statement.execute(sql);
            return "none";
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState());
        }
    }

    private static Throwable assertNotNullCause(Throwable failure) {
        Throwable cause = failure.getCause();
        assertNotNull(cause, "the failure of the last attempt");
        return cause;
    }

    private static int set(DSLContext tx, int id, int value) {
        return tx.execute("UPDATE test SET value = ? WHERE id = ?", value, id);
    }

    private static int value(DSLContext tx, int id) {
        return tx.resultQuery("SELECT value FROM test WHERE id = ?", id).fetchSingle(0, int.class);
    }

    private static int threes(DSLContext tx) {
        return tx.fetch("SELECT id FROM test WHERE value % 3 = 0").size();
    }

    private List<Integer> values() {
        return values(database.dsl());
    }

    private static List<Integer> values(DSLContext tx) {
        return tx.resultQuery("SELECT value FROM test ORDER BY id").fetch(0, Integer.class);
    }

    private static String show(DSLContext tx, String setting) {
        return tx.resultQuery("SHOW " + setting).fetchSingle(0, String.class);
    }
}
