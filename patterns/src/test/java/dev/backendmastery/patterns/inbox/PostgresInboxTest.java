package dev.backendmastery.patterns.inbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.kit.TestDatabase;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.engines.FaultProxy.Direction;
import dev.backendmastery.messaging.log.Envelope;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.patterns.outbox.PostgresOutbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kit on a real server at each level of isolation, and what only a database can promise. */
final class PostgresInboxTest {

    private static final Duration HORIZON = Duration.ofDays(7);

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static TestDatabase own;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @BeforeAll
    static void open() {
        own = TestDatabase.with(PostgresInbox.TABLE);
        database = own.database();
        database.dsl().execute("CREATE TABLE effect (note text NOT NULL)");
    }

    @AfterAll
    static void close() {
        own.close();
    }

    private static PostgresInbox inbox(Database database, Isolation isolation) {
        return new PostgresInbox(new PostgresTransactions(database), isolation, HORIZON, InstantSource.system());
    }

    private static Envelope message() {
        return new Envelope(UUID.randomUUID(), "thing.happened", 1, Instant.now(), null, "text/plain");
    }

    private static void take(DSLContext tx, Envelope message) {
        tx.execute("INSERT INTO effect VALUES (?)", message.id().toString());
    }

    private static List<String> effects(String prefix) {
        return database.dsl()
                .fetch("SELECT note FROM effect WHERE starts_with(note, ?)", prefix)
                .getValues(0, String.class);
    }

    private abstract static class OnPostgres extends InboxContract<DSLContext> {
        private final Isolation isolation;

        OnPostgres(Isolation isolation) {
            this.isolation = isolation;
        }

        @Override
        protected Inbox<DSLContext> create(Duration horizon, InstantSource clock) {
            return new PostgresInbox(new PostgresTransactions(database), isolation, horizon, clock);
        }

        @Override
        protected void note(DSLContext context, String note) {
            context.execute("INSERT INTO effect VALUES (?)", note);
        }

        @Override
        protected List<String> notes(String prefix) {
            return effects(prefix);
        }

        @Override
        protected long remembered(Inbox<DSLContext> inbox) {
            return database.dsl().fetchSingle("SELECT count(*) FROM inbox").get(0, long.class);
        }
    }

    @Nested
    final class ReadCommitted extends OnPostgres {
        ReadCommitted() {
            super(Isolation.READ_COMMITTED);
        }
    }

    @Nested
    final class Serializable extends OnPostgres {
        Serializable() {
            super(Isolation.SERIALIZABLE);
        }
    }

    @Test
    @DisplayName("PI-2 an answer to COMMIT that is lost makes no second effect")
    void lostCommit() {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = Database.at(proxy.through(own.url()))
                        .poolSize(2)
                        .connectionTimeout(Duration.ofSeconds(2))
                        .open()) {
            PostgresInbox inbox = inbox(distant, Isolation.READ_COMMITTED);
            inbox.receive("g", message(), tx -> {});
            Envelope message = message();
            CompletableFuture<Void> lost =
                    proxy.cutAfter(Direction.TO_ENGINE, "COMMIT".getBytes(StandardCharsets.US_ASCII));
            AtomicInteger runs = new AtomicInteger();
            assertTrue(inbox.receive("g", message, tx -> {
                runs.incrementAndGet();
                take(tx, message);
            }));
            assertTrue(lost.isDone());
            assertEquals(1, runs.get());
            assertFalse(inbox.receive("g", message, tx -> take(tx, message)));
            assertEquals(1, effects(message.id().toString()).size());
        }
    }

    @Test
    @DisplayName("PI-3 a session that the server ends leaves neither the effect nor the memory of the message")
    void terminated() {
        PostgresInbox inbox = inbox(database, Isolation.READ_COMMITTED);
        Envelope message = message();
        assertThrows(
                RuntimeException.class,
                () -> inbox.receive("g", message, tx -> {
                    take(tx, message);
                    int pid = tx.fetchSingle("SELECT pg_backend_pid()").get(0, int.class);
                    database.dsl().fetch("SELECT pg_terminate_backend(?)", pid);
                    tx.fetch("SELECT 1");
                }));
        assertEquals(0, effects(message.id().toString()).size());
        assertTrue(inbox.receive("g", message, tx -> take(tx, message)));
        assertEquals(1, effects(message.id().toString()).size());
    }

    @Test
    @DisplayName("PI-4 what an effect sends through an outbox leaves with it, once, or not at all")
    void outgoing() {
        database.dsl().execute(PostgresOutbox.TABLES);
        PostgresOutbox outbox = new PostgresOutbox();
        PostgresInbox inbox = inbox(database, Isolation.READ_COMMITTED);
        Envelope message = message();
        Message answer =
                Message.of(UUID.randomUUID(), "thing.answered", Instant.now()).build();
        assertThrows(
                IllegalStateException.class,
                () -> inbox.receive("g", message, tx -> {
                    outbox.append(tx, "answers", answer);
                    throw new IllegalStateException("no luck");
                }));
        assertEquals(
                0, database.dsl().fetchSingle("SELECT count(*) FROM outbox").get(0, int.class));
        for (int delivery = 0; delivery < 2; delivery++) {
            inbox.receive("g", message, tx -> {
                take(tx, message);
                outbox.append(tx, "answers", answer);
            });
        }
        assertEquals(
                1, database.dsl().fetchSingle("SELECT count(*) FROM outbox").get(0, int.class));
        assertEquals(1, effects(message.id().toString()).size());
    }

    @Test
    @DisplayName("Many who see a day's first message make its partition once, and nobody is turned away")
    void firstOfTheDay() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int day = 1; day <= 5; day++) {
                Instant time = Instant.now().minus(Duration.ofDays(day));
                List<Future<Boolean>> all = IntStream.range(0, 8)
                        .mapToObj(i -> pool.submit(() -> inbox(database, Isolation.READ_COMMITTED)
                                .receive(
                                        "days",
                                        new Envelope(UUID.randomUUID(), "t", 1, time, null, "text/plain"),
                                        tx -> {})))
                        .toList();
                for (Future<Boolean> one : all) {
                    assertTrue(one.get(20, SECONDS));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("A server that does not answer is an error within the time-outs")
    void unreachable() {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = own.through(proxy)) {
            PostgresInbox inbox = inbox(distant, Isolation.READ_COMMITTED);
            inbox.receive("g", message(), tx -> {});
            proxy.cut();
            Envelope message = message();
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThrows(
                            RuntimeException.class, () -> inbox.receive("g", message, tx -> take(tx, message))));
            proxy.heal();
            assertTrue(inbox.receive("g", message, tx -> take(tx, message)));
            assertEquals(1, effects(message.id().toString()).size());
        }
    }
}
