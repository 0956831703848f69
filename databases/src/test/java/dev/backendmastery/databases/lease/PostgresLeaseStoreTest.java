package dev.backendmastery.databases.lease;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreContract;
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
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kit of core on a real server, and what only a database can promise. */
final class PostgresLeaseStoreTest extends LeaseStoreContract {

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static String url;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @SuppressWarnings("NullAway.Init") // as above
    private static FaultProxy proxy;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database distant;

    @BeforeAll
    static void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url).open();
        database.dsl().execute(PostgresLeaseStore.TABLE);
        database.dsl().execute(PostgresLeaseStore.TABLE);
        database.dsl().execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
        database.dsl().execute("INSERT INTO account VALUES (1, 0)");
        proxy = FaultProxy.to(Engines.postgres());
        distant = Database.at(proxy.through(url))
                .poolSize(2)
                .connectionTimeout(Duration.ofSeconds(2))
                .open();
    }

    @AfterAll
    static void close() {
        distant.close();
        proxy.close();
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    private static Transactions transactions() {
        return new PostgresTransactions(database);
    }

    @Override
    protected LeaseStore store() {
        return new PostgresLeaseStore(transactions(), Ticker.system());
    }

    @Override
    protected LeaseStore slow(Duration delay) {
        // A transaction is several round trips of two ways each.
        proxy.delay(delay.dividedBy(10));
        return new PostgresLeaseStore(new PostgresTransactions(distant), Ticker.system());
    }

    @Override
    protected Ticker ticker() {
        return Ticker.system();
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        Sleeper.system().sleep(time);
    }

    @Override
    protected Duration ttl() {
        return Duration.ofMillis(800);
    }

    private Lease acquire(String name) {
        return store().tryAcquire(name, "a", Duration.ofMinutes(1)).orElseThrow();
    }

    private static void deposit(Lease lease) {
        transactions().run(Isolation.READ_COMMITTED, tx -> {
            PostgresLeaseStore.guard(tx, lease);
            tx.execute("UPDATE account SET balance = balance + 1 WHERE id = 1");
        });
    }

    @Test
    @DisplayName("PLS-1 refuses the write of a holder who has lost the lease, and rolls it back")
    void fence() {
        Lease lost = acquire("fence");
        deposit(lost);
        assertTrue(store().release(lost));
        Lease next = acquire("fence");
        var refused = assertThrows(StaleEpochException.class, () -> deposit(lost));
        assertEquals(lost.epoch(), refused.epoch());
        assertEquals(next.epoch(), refused.newest());
        deposit(next);
        assertEquals(2, database.dsl().fetchValue("SELECT balance FROM account WHERE id = 1"));
        assertThrows(StaleEpochException.class, () -> deposit(new Lease("nobody's", "a", 1, 0)));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("PLS-1 lets a take-over wait for a guarded transaction that is under way; PLS-2 not a renewal")
    void takeOverWaits() throws Exception {
        Lease lease = store().tryAcquire("waits", "a", Duration.ofSeconds(9)).orElseThrow();
        CountDownLatch guarded = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<?> write = pool.submit(() -> transactions().run(Isolation.READ_COMMITTED, tx -> {
                PostgresLeaseStore.guard(tx, lease);
                guarded.countDown();
                await(end);
            }));
            assertTrue(guarded.await(10, SECONDS));
            assertTrue(store().renew(lease, Duration.ofMillis(500)).isPresent(), "PLS-2");
            pass(Duration.ofMillis(600));
            Future<Lease> takeOver =
                    pool.submit(() -> store().tryAcquire("waits", "b", ttl()).orElseThrow());
            assertThrows(TimeoutException.class, () -> takeOver.get(300, MILLISECONDS));
            end.countDown();
            write.get(10, SECONDS);
            assertTrue(takeOver.get(10, SECONDS).epoch() > lease.epoch());
        } finally {
            end.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("A server that does not answer is a typed error within the time-outs, and the lease stays what it was")
    void unreachable() {
        proxy.delay(Duration.ZERO);
        LeaseStore far = new PostgresLeaseStore(new PostgresTransactions(distant), Ticker.system());
        Lease lease = far.tryAcquire("far", "a", Duration.ofMinutes(1)).orElseThrow();
        proxy.cut();
        try {
            assertThrows(LeaseStoreException.class, () -> far.renew(lease, Duration.ofMinutes(1)));
            assertThrows(LeaseStoreException.class, () -> far.tryAcquire("far", "b", Duration.ofMinutes(1)));
        } finally {
            proxy.heal();
        }
        assertFalse(store().tryAcquire("far", "b", ttl()).isPresent());
        assertTrue(store().renew(lease, Duration.ofMinutes(1)).isPresent());
    }

    @Test
    @DisplayName("A backend that is terminated takes no lease along, unlike a lock of its session")
    void terminated() {
        Lease lease = acquire("terminated");
        database.dsl()
                .fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE pid <> pg_backend_pid() AND datname = current_database()");
        assertFalse(store().tryAcquire("terminated", "b", ttl()).isPresent());
        assertTrue(store().renew(lease, Duration.ofMinutes(1)).isPresent());
    }
}
