package dev.backendmastery.patterns.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.FileLog;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Delivery semantics by murder: a process reads a log, has effects in PostgreSQL and commits how far it got; it is killed
 * again and again. What becomes of the effects depends on the order of the steps alone.
 */
@Timeout(value = 540, threadMode = ThreadMode.SEPARATE_THREAD)
final class InboxKillTest {

    private static final String GROUP = "worker";

    /** So many messages are worked on before the offset is committed. */
    private static final int COMMIT_EVERY = 40;

    @TempDir
    Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init") // open() comes first
    private String url;

    @SuppressWarnings("NullAway.Init") // as above
    private Database database;

    private final Random random = new Random(7);

    /** How to go about it. */
    enum Way {
        COMMIT_THEN_WORK,
        WORK_THEN_COMMIT,
        INBOX
    }

    /** The process: says the number of each message when its effect is done. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            Way way = Way.valueOf(arguments[2]);
            try (Database database = Database.at(arguments[1]).poolSize(2).open();
                    FileLog log = FileLog.in(Path.of(arguments[0])).open();
                    GroupMember member = log.join(
                            Subscription.of(GROUP, "things").maxRecords(COMMIT_EVERY), new GroupListener() {})) {
                Transactions transactions = new PostgresTransactions(database);
                Inbox<DSLContext> inbox = new PostgresInbox(
                        transactions, Isolation.READ_COMMITTED, Duration.ofDays(7), InstantSource.system());
                while (true) {
                    List<LogRecord> batch = member.poll(Duration.ofSeconds(2));
                    if (batch.isEmpty()) {
                        return;
                    }
                    LogRecord last = batch.get(batch.size() - 1);
                    Runnable commit = () -> member.commit(Map.of(last.partition(), Commit.at(last.offset() + 1)));
                    if (way == Way.COMMIT_THEN_WORK) {
                        commit.run();
                    }
                    for (LogRecord record : batch) {
                        UUID id = record.message().envelope().id();
                        Transactions.Task<RuntimeException> effect =
                                tx -> tx.execute("INSERT INTO effect VALUES (?)", id);
                        if (way == Way.INBOX) {
                            inbox.receive(GROUP, record.message().envelope(), effect::in);
                        } else {
                            transactions.run(Isolation.READ_COMMITTED, effect);
                        }
                        System.out.println(record.offset());
                    }
                    if (way != Way.COMMIT_THEN_WORK) {
                        commit.run();
                    }
                }
            }
        }
    }

    @BeforeEach
    void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url).open();
        database.dsl().execute(PostgresInbox.TABLE);
        database.dsl().execute("CREATE TABLE effect (id uuid NOT NULL)");
    }

    @AfterEach
    void close() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    @Test
    @DisplayName("PI-1 with an inbox every message takes effect exactly once, whenever the process is killed")
    void exactlyOnce() throws Exception {
        work(Way.INBOX, 4, 500);
        assertEquals(500, effects("count(*)"));
        assertEquals(500, effects("count(DISTINCT id)"));
    }

    @Test
    @Tag("soak")
    @DisplayName("PI-1 the same, killed 50 times")
    void exactlyOnceManyTimes() throws Exception {
        work(Way.INBOX, 50, 6_000);
        assertEquals(6_000, effects("count(*)"));
        assertEquals(6_000, effects("count(DISTINCT id)"));
    }

    @Test
    @DisplayName("At least once: work, then commit; nothing is lost, what was killed in between is done twice")
    void atLeastOnce() throws Exception {
        work(Way.WORK_THEN_COMMIT, 2, 300);
        assertEquals(300, effects("count(DISTINCT id)"));
        assertTrue(effects("count(*)") > 300);
    }

    @Test
    @DisplayName("At most once: commit, then work; nothing is done twice, what was killed in between is lost")
    void atMostOnce() throws Exception {
        work(Way.COMMIT_THEN_WORK, 2, 300);
        assertTrue(effects("count(DISTINCT id)") < 300);
        assertEquals(effects("count(DISTINCT id)"), effects("count(*)"));
    }

    private long effects(String what) {
        return database.dsl().fetchSingle("SELECT " + what + " FROM effect").get(0, long.class);
    }

    /** Lets workers go through {@code messages}, of whom the first {@code kills} are killed in the middle of a batch. */
    private void work(Way way, int kills, int messages) throws Exception {
        Path logs = folder.resolve("log");
        try (FileLog log = FileLog.in(logs).open()) {
            log.createTopic(Topic.of("things", 1));
            CompletableFuture<?> last = CompletableFuture.completedFuture(null);
            for (int i = 0; i < messages; i++) {
                last = log.append(
                        "things",
                        Message.of(UUID.randomUUID(), "thing.happened", Instant.now())
                                .build());
            }
            last.join();
        }
        for (int kill = 0; kill < kills; kill++) {
            // Not at the end of a batch, where the commit may have come first.
            int after = COMMIT_EVERY * random.nextInt(3) + 1 + random.nextInt(COMMIT_EVERY - 10);
            Process worker = start(logs, way);
            try (BufferedReader output = worker.inputReader(StandardCharsets.UTF_8)) {
                for (int line = 0; line < after; line++) {
                    assertNotNull(output.readLine(), "the worker ended before it could be killed");
                }
            } finally {
                worker.destroyForcibly().waitFor();
            }
        }
        Process worker = start(logs, way);
        try (BufferedReader output = worker.inputReader(StandardCharsets.UTF_8)) {
            assertTrue(output.lines().count() > 0);
        } finally {
            worker.destroyForcibly().waitFor();
        }
    }

    private Process start(Path logs, Way way) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName(),
                        logs.toString(),
                        url,
                        way.name())
                .redirectError(Redirect.INHERIT)
                .start();
    }
}
