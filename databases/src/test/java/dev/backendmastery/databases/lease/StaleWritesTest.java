package dev.backendmastery.databases.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.lease.StaleEpochException;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.StorageAccessor;
import net.javacrumbs.shedlock.support.StorageBasedLockProvider;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * A holder that looks at its lease, is stopped for longer than that lasts, and then writes. Every write bears the number
 * of the turn it was meant for: one that comes after the next turn's is stale.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class StaleWritesTest {

    private static final String NAME = "ledger";
    private static final Duration TTL = Duration.ofMillis(700);

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static String url;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @BeforeAll
    static void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url).open();
        database.dsl().execute(PostgresLeaseStore.TABLE);
        database.dsl()
                .execute(
                        "CREATE TABLE shedlock (name text PRIMARY KEY, lock_until timestamptz, locked_at timestamptz)");
        database.dsl().execute("CREATE TABLE written (number bigint GENERATED ALWAYS AS IDENTITY, turn int NOT NULL)");
    }

    @AfterAll
    static void close() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    @BeforeEach
    void clear() {
        database.dsl().execute("TRUNCATE lease, shedlock, written");
    }

    /** Writes that come after one of a later turn. */
    private static int staleWrites() {
        return database.dsl()
                .fetchSingle("SELECT count(*) FROM written w WHERE EXISTS"
                        + " (SELECT FROM written l WHERE l.turn > w.turn AND l.number < w.number)")
                .get(0, int.class);
    }

    private static int writes() {
        return database.dsl().fetchSingle("SELECT count(*) FROM written").get(0, int.class);
    }

    private static void write(DSLContext tx, int turn) {
        tx.execute("INSERT INTO written (turn) VALUES (?)", turn);
    }

    /** One way to keep others out. */
    interface Lock {
        /** Whether it is ours now. */
        boolean take();

        /** Writes as its holder, once {@code pause} is over, which comes at the worst moment. @return whether it did */
        boolean write(int turn, Runnable pause);
    }

    /** Ours: the epoch is looked at inside the transaction. */
    private static final class Fenced implements Lock {
        private final Transactions transactions;
        private final LeaseStore leases;
        private Optional<Lease> lease = Optional.empty();

        Fenced(Database database) {
            transactions = new PostgresTransactions(database);
            leases = new PostgresLeaseStore(transactions, Ticker.system());
        }

        @Override
        public boolean take() {
            lease = leases.tryAcquire(NAME, "a", TTL);
            return lease.isPresent();
        }

        @Override
        public boolean write(int turn, Runnable pause) {
            Lease held = lease.orElseThrow();
            assertTrue(held.isValid(Ticker.system()), "it was to look while it still had the lease");
            pause.run();
            try {
                transactions.run(Isolation.READ_COMMITTED, tx -> {
                    PostgresLeaseStore.guard(tx, held);
                    StaleWritesTest.write(tx, turn);
                });
                return true;
            } catch (StaleEpochException e) {
                return false;
            }
        }
    }

    /** ShedLock's own provider over a table, as its JDBC provider has it: a lock that ends by time, and nothing else. */
    private static final class Shed implements Lock {
        private final Database database;
        private final LockProvider locks;
        private Optional<SimpleLock> lock = Optional.empty();

        Shed(Database database) {
            this.database = database;
            locks = new StorageBasedLockProvider(new Storage(database)) {};
        }

        @Override
        public boolean take() {
            lock = locks.lock(new LockConfiguration(Instant.now(), NAME, TTL, Duration.ZERO));
            return lock.isPresent();
        }

        @Override
        public boolean write(int turn, Runnable pause) {
            assertTrue(lock.isPresent());
            pause.run();
            new PostgresTransactions(database).run(Isolation.READ_COMMITTED, tx -> StaleWritesTest.write(tx, turn));
            return true;
        }
    }

    /** ShedLock's table. */
    private record Storage(Database database) implements StorageAccessor {
        @Override
        public boolean insertRecord(LockConfiguration lock) {
            return database.dsl()
                            .execute(
                                    "INSERT INTO shedlock VALUES (?, CAST(? AS timestamptz), now()) ON CONFLICT DO NOTHING",
                                    lock.getName(),
                                    utc(lock.getLockAtMostUntil()))
                    > 0;
        }

        @Override
        public boolean updateRecord(LockConfiguration lock) {
            return database.dsl()
                            .execute(
                                    "UPDATE shedlock SET lock_until = CAST(? AS timestamptz), locked_at = now()"
                                            + " WHERE name = ? AND lock_until <= now()",
                                    utc(lock.getLockAtMostUntil()),
                                    lock.getName())
                    > 0;
        }

        @Override
        public void unlock(LockConfiguration lock) {
            database.dsl().execute("UPDATE shedlock SET lock_until = now() WHERE name = ?", lock.getName());
        }

        private static OffsetDateTime utc(Instant time) {
            return time.atOffset(ZoneOffset.UTC);
        }
    }

    private static Lock lock(String kind, Database database) {
        return kind.equals("fenced") ? new Fenced(database) : new Shed(database);
    }

    /** A process that takes the lock for the turn that it is told, says so, waits for a word, writes, says whether it did. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (Database database = Database.at(arguments[0]).poolSize(2).open();
                    BufferedReader words =
                            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                Lock lock = lock(arguments[1], database);
                for (String word = words.readLine(); word != null; word = words.readLine()) {
                    while (!lock.take()) {
                        Thread.onSpinWait();
                    }
                    boolean done = lock.write(Integer.parseInt(word), () -> {
                        System.out.println("holding");
                        try {
                            words.readLine();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    System.out.println(done ? "written" : "refused");
                }
            }
        }
    }

    private static void signal(String signal, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, kill.exitValue());
    }

    /** Stops a holder past its time, {@code rounds} times; lets another take its turn meanwhile. @return what it said */
    private static List<String> stopped(String kind, int rounds) throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        url,
                        kind)
                .redirectError(Redirect.INHERIT)
                .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
                BufferedWriter input = holder.outputWriter(StandardCharsets.UTF_8)) {
            for (int round = 0; round < rounds; round++) {
                say(input, Integer.toString(2 * round));
                assertEquals("holding", output.readLine());
                signal("STOP", holder);
                Sleeper.system().sleep(TTL.plusMillis(50));
                Lock other = lock(kind, database);
                assertTrue(other.take(), "the lock did not end by time");
                assertTrue(other.write(2 * round + 1, () -> {}));
                signal("CONT", holder);
                say(input, "go on");
                said.add(output.readLine());
                Sleeper.system().sleep(TTL); // the other's
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }
        return said;
    }

    private static void say(BufferedWriter input, String word) throws IOException {
        input.write(word + "\n");
        input.flush();
    }

    @Test
    @DisplayName("PLS-3 a process that is stopped (SIGSTOP) past its time between look and write writes nothing stale")
    void stoppedFenced() throws Exception {
        assertEquals(List.of("refused", "refused", "refused"), stopped("fenced", 3));
        assertEquals(0, staleWrites());
        assertEquals(3, writes());
    }

    @Test
    @DisplayName("For contrast: ShedLock's holder writes after its successor, each time")
    void stoppedShedLock() throws Exception {
        assertEquals(List.of("written", "written", "written"), stopped("shedlock", 3));
        assertEquals(3, staleWrites());
    }

    /** Cuts a holder off for longer than its time. @return whether it wrote when it was back */
    private static boolean cutOff(String kind) throws Exception {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = Database.at(proxy.through(url)).poolSize(2).open()) {
            Lock cut = lock(kind, distant);
            assertTrue(cut.take());
            return cut.write(0, () -> {
                proxy.cut();
                try {
                    Sleeper.system().sleep(TTL.plusMillis(50));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                Lock other = lock(kind, database);
                assertTrue(other.take(), "the lock did not end by time");
                assertTrue(other.write(1, () -> {}));
                proxy.heal();
            });
        }
    }

    @Test
    @DisplayName("PLS-3 a holder that is cut off past its time writes nothing stale when it is back; ShedLock's does")
    void partition() throws Exception {
        assertFalse(cutOff("fenced"));
        assertEquals(0, staleWrites());
        assertTrue(cutOff("shedlock"));
        assertEquals(1, staleWrites());
    }

    @Test
    @DisplayName("PLS-3 a holder that stops inside its guarded transaction keeps its successor waiting, not writing")
    void stoppedInside() {
        Fenced holder = new Fenced(database);
        assertTrue(holder.take());
        try (Database hasty =
                Database.at(url).poolSize(1).lockTimeout(Duration.ofMillis(200)).open()) {
            Transactions transactions = new PostgresTransactions(database);
            transactions.run(Isolation.READ_COMMITTED, tx -> {
                PostgresLeaseStore.guard(tx, holder.lease.orElseThrow());
                write(tx, 0);
                try {
                    Sleeper.system().sleep(TTL.plusMillis(50));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                LeaseStore next = new PostgresLeaseStore(new PostgresTransactions(hasty), Ticker.system());
                // On a thread of its own: transactions do not nest.
                Thread asks = new Thread(
                        () -> assertThrows(LeaseStoreException.class, () -> next.tryAcquire(NAME, "b", TTL)));
                Throwable[] failure = new Throwable[1];
                asks.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
                asks.start();
                try {
                    asks.join(10_000);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                assertEquals(null, failure[0]);
                assertFalse(asks.isAlive());
            });
        }
        assertTrue(new Fenced(database).take());
        assertEquals(1, writes());
        assertEquals(0, staleWrites());
    }

    @Test
    @DisplayName("PLS-3 a backend that is terminated inside a guarded transaction leaves nothing written")
    void terminatedInside() {
        Fenced holder = new Fenced(database);
        assertTrue(holder.take());
        assertThrows(
                RuntimeException.class, () -> new PostgresTransactions(database).run(Isolation.READ_COMMITTED, tx -> {
                    PostgresLeaseStore.guard(tx, holder.lease.orElseThrow());
                    write(tx, 0);
                    int pid = tx.fetchSingle("SELECT pg_backend_pid()").get(0, int.class);
                    try (Database another = Database.at(url).poolSize(1).open()) {
                        another.dsl().fetch("SELECT pg_terminate_backend(?)", pid);
                    }
                    tx.fetch("SELECT 1");
                }));
        assertEquals(0, writes());
        assertTrue(holder.write(1, () -> {}), "the lease did not end with the session");
    }
}
