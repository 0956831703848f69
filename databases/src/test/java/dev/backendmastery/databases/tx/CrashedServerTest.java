package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.resilience.RetryBudget;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Postgres;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * A server that is killed in COMMIT and, when it is back, gives the id of the transaction that it has lost to another one,
 * which commits.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class CrashedServerTest {

    /** Stops in COMMIT, as long as the server was not restarted. */
    private static final String STOP_IN_COMMIT = """
            CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
                IF pg_postmaster_start_time() = (SELECT started FROM server) THEN PERFORM pg_sleep(60); END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER stop AFTER INSERT ON written
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stop()
            """;

    private static final String STOPPED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";

    private static final RetryPolicy POLICY = new RetryPolicy(
            5, Duration.ofMinutes(1), Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofMinutes(1));

    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicLong lostId = new AtomicLong();

    /** @return how often the row is there in the end */
    private int killInCommit(boolean timestamps, boolean givesIdAgain) throws InterruptedException {
        // The log of the server must not reach the disk before COMMIT, or the id would not be given again.
        try (Postgres server = Postgres.builder()
                .durable()
                .setting("wal_writer_delay", "10s")
                .setting("autovacuum", "off")
                .setting("track_commit_timestamp", timestamps ? "on" : "off")
                .start()) {
            String url = server.createDatabase();
            try (Database database = Database.at(url)
                    .poolSize(2)
                    .connectionTimeout(Duration.ofSeconds(1))
                    .open()) {
                database.dsl().execute("CREATE TABLE written (id int)");
                database.dsl().execute("CREATE TABLE other (id int)");
                database.dsl().execute("CREATE TABLE server AS SELECT pg_postmaster_start_time() AS started");
                database.dsl().execute(STOP_IN_COMMIT);
                AtomicBoolean first = new AtomicBoolean(true);
                Sleeper whileItAsks = pause -> {
                    if (first.getAndSet(false)) {
                        server.restart();
                        if (givesIdAgain) {
                            try (Database others = Database.at(url).poolSize(1).open()) {
                                giveIdAgain(others);
                            }
                        }
                    }
                    Sleeper.system().sleep(pause);
                };
                Thread killer = new Thread(() -> {
                    while (database.dsl().fetchSingle(STOPPED).get(0, int.class) == 0) {
                        LockSupport.parkNanos(5_000_000);
                    }
                    server.kill();
                });
                killer.start();
                Transactions transactions = new PostgresTransactions(
                        database, POLICY, RetryBudget.of(1, 10), Ticker.system(), whileItAsks, () -> 0.5);
                try {
                    transactions.run(Isolation.READ_COMMITTED, tx -> {
                        runs.incrementAndGet();
                        tx.execute("INSERT INTO written VALUES (1)");
                        lostId.compareAndSet(
                                0,
                                tx.fetchSingle("SELECT pg_current_xact_id()::text")
                                        .get(0, long.class));
                    });
                } finally {
                    killer.join();
                }
                return database.dsl()
                        .fetchSingle("SELECT count(*) FROM written")
                        .get(0, int.class);
            }
        }
    }

    /** Statements that commit by themselves, until one has the id of the transaction that was lost. */
    private void giveIdAgain(Database database) {
        long id = 0;
        while (id < lostId.get()) {
            id = database.dsl()
                    .fetchSingle("INSERT INTO other VALUES (1) RETURNING pg_current_xact_id()::text")
                    .get(0, long.class);
        }
        assertEquals(lostId.get(), id, "the id that was lost was not given again");
    }

    @Test
    @DisplayName("TX-19 another's commit under the id that was lost is not taken for ours: it runs again")
    void toldApart() throws InterruptedException {
        assertEquals(1, killInCommit(true, true));
        assertEquals(2, runs.get());
    }

    @Test
    @DisplayName("TX-19 an id that nobody has had yet is not ours any more either: it runs again")
    void future() throws InterruptedException {
        assertEquals(1, killInCommit(false, false));
        assertEquals(2, runs.get());
    }

    @Test
    @DisplayName("TX-19 where nobody knows whose commit it was, the outcome is unknown, and is called so")
    void unknown() {
        assertThrows(UnknownOutcomeException.class, () -> killInCommit(false, true));
        assertEquals(1, runs.get());
    }
}
