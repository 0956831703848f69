package dev.backendmastery.patterns.idempotency;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.kit.TestDatabase;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.patterns.idempotency.Idempotency.Reply;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kit on a real server, and what is left when a process is killed between effect and answer. */
final class PostgresIdempotencyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Answer ANSWER = Answer.of(201, "made");

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static TestDatabase own;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @BeforeAll
    static void open() {
        own = TestDatabase.with(PostgresIdempotency.TABLE);
        database = own.database();
        database.dsl().execute("CREATE TABLE effect (note text NOT NULL)");
    }

    @AfterAll
    static void close() {
        own.close();
    }

    private static PostgresIdempotency inside(Database database) {
        Transactions transactions = new PostgresTransactions(database);
        return new PostgresIdempotency(transactions, Isolation.READ_COMMITTED, PATIENCE, KEPT, InstantSource.system());
    }

    private static LeasedIdempotency outside(Database database, Duration lease) {
        return new LeasedIdempotency(
                new PostgresTransactions(database),
                lease,
                PATIENCE,
                KEPT,
                InstantSource.system(),
                Ticker.system(),
                Sleeper.system());
    }

    private static Request request(String key) {
        return new Request("test", key, Bytes.utf8("content"));
    }

    private static void take(DSLContext context, String note) {
        context.execute("INSERT INTO effect VALUES (?)", note);
    }

    private static long effects(String note) {
        return database.dsl()
                .fetchSingle("SELECT count(*) FROM effect WHERE note = ?", note)
                .get(0, long.class);
    }

    private abstract static class Inside extends IdempotencyContract<DSLContext> {
        private final Isolation isolation;

        Inside(Isolation isolation) {
            this.isolation = isolation;
        }

        @Override
        protected Idempotency<DSLContext> create(Duration patience, Duration kept, InstantSource clock) {
            return new PostgresIdempotency(new PostgresTransactions(database), isolation, patience, kept, clock);
        }

        @Override
        protected void note(DSLContext context, String note) {
            take(context, note);
        }

        @Override
        protected long notes(String note) {
            return effects(note);
        }
    }

    @Nested
    final class ReadCommitted extends Inside {
        ReadCommitted() {
            super(Isolation.READ_COMMITTED);
        }
    }

    @Nested
    final class Serializable extends Inside {
        Serializable() {
            super(Isolation.SERIALIZABLE);
        }
    }

    @Nested
    final class Leased extends IdempotencyContract<Attempt> {
        @Override
        protected Idempotency<Attempt> create(Duration patience, Duration kept, InstantSource clock) {
            return new LeasedIdempotency(
                    new PostgresTransactions(database),
                    Duration.ofSeconds(30),
                    patience,
                    kept,
                    clock,
                    Ticker.system(),
                    Sleeper.system());
        }

        @Override
        protected void note(Attempt context, String note) {
            take(database.dsl(), note);
        }

        @Override
        protected long notes(String note) {
            return effects(note);
        }
    }

    /** A process that does its work, says so, and never comes to its answer. */
    static final class Doomed {
        private Doomed() {}

        public static void main(String[] arguments) {
            try (Database database = Database.at(arguments[0]).poolSize(2).open()) {
                if (arguments[1].equals("inside")) {
                    inside(database).run(request("inside"), tx -> {
                        take(tx, "inside");
                        return sayAndWait("done");
                    });
                } else {
                    outside(database, Duration.ofSeconds(2)).run(request("outside"), attempt -> {
                        take(database.dsl(), "outside " + attempt.id());
                        return sayAndWait(attempt.id().toString());
                    });
                }
            }
        }

        private static Answer sayAndWait(String word) {
            System.out.println(word);
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** @return what it said before it was killed */
    private static String kill(String where) throws Exception {
        Process doomed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName(),
                        own.url(),
                        where)
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader output = doomed.inputReader(StandardCharsets.UTF_8)) {
            String word = output.readLine();
            assertNotNull(word, "it ended before it had done its work");
            return word;
        } finally {
            doomed.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("PID-1 killed between effect and answer: nothing was done, the next one does it")
    void killedInside() throws Exception {
        kill("inside");
        Reply reply = inside(database).run(request("inside"), tx -> {
            take(tx, "inside");
            return ANSWER;
        });
        assertEquals(new Reply(ANSWER, false), reply);
        assertEquals(1, effects("inside"));
    }

    @Test
    @DisplayName(
            "LID-1 killed between effect and answer: the next one waits for the lease, and knows what it is to look for")
    void killedOutside() throws Exception {
        String id = kill("outside");
        List<Attempt> attempts = new ArrayList<>();
        Reply reply = outside(database, Duration.ofSeconds(2)).run(request("outside"), attempt -> {
            attempts.add(attempt);
            assertEquals(1, effects("outside " + attempt.id()), "the effect that it is to find");
            return ANSWER;
        });
        assertEquals(new Reply(ANSWER, false), reply);
        assertEquals(id, attempts.get(0).id().toString());
        assertEquals(2, attempts.get(0).number());
    }

    @Test
    @DisplayName("PID-2 of many who bring a new key at the same moment one runs, and all get its answer")
    void atOnceInside() throws Exception {
        atOnce(inside(database), PostgresIdempotencyTest::take);
    }

    @Test
    @DisplayName("PID-2 the same, where the effect is elsewhere")
    void atOnceOutside() throws Exception {
        atOnce(outside(database, Duration.ofSeconds(30)), (attempt, note) -> take(database.dsl(), note));
    }

    private static <C> void atOnce(Idempotency<C> keys, BiConsumer<? super C, String> effect) throws Exception {
        int callers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 25; round++) {
                String key = "at-once-" + keys.getClass().getSimpleName() + round;
                CyclicBarrier start = new CyclicBarrier(callers);
                List<Future<Reply>> replies = new ArrayList<>();
                for (int caller = 0; caller < callers; caller++) {
                    Answer mine = Answer.of(200, "caller " + caller);
                    replies.add(pool.submit(() -> {
                        start.await(10, SECONDS);
                        return keys.run(request(key), context -> {
                            effect.accept(context, key);
                            return mine;
                        });
                    }));
                }
                Set<Answer> answers = new HashSet<>();
                int first = 0;
                for (Future<Reply> reply : replies) {
                    answers.add(reply.get(20, SECONDS).answer());
                    first += reply.get().replayed() ? 0 : 1;
                }
                assertEquals(1, answers.size(), answers::toString);
                assertEquals(1, first);
                assertEquals(1, effects(key));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("LID-2 an attempt that was succeeded gives the answer that was kept, not its own")
    void succeeded() throws Exception {
        Idempotency<Attempt> keys = outside(database, Duration.ofMillis(100));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Reply> slow = pool.submit(() -> keys.run(request("slow"), attempt -> {
                begun.countDown();
                assertTrue(end.await(20, SECONDS));
                return Answer.of(200, "slow");
            }));
            assertTrue(begun.await(10, SECONDS));
            Reply second = keys.run(request("slow"), attempt -> ANSWER);
            assertEquals(new Reply(ANSWER, false), second);
            end.countDown();
            assertEquals(new Reply(ANSWER, true), slow.get(10, SECONDS));
        } finally {
            end.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("A server that does not answer is an error within the time-outs, and the key is free afterwards")
    void unreachable() {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = own.through(proxy)) {
            PostgresIdempotency keys = inside(distant);
            proxy.cut();
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThrows(RuntimeException.class, () -> keys.run(request("far"), tx -> ANSWER)));
            proxy.heal();
            assertFalse(keys.run(request("far"), tx -> ANSWER).replayed());
        }
    }
}
