package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Chunk;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Topic;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Relays in processes of their own, killed at random points under load, while the broker is killed and restarted. */
final class RelayKillTest {

    private static final String TOPIC = "outbox";
    private static final String SLOT = "outbox_kill";
    private static final int PARTITIONS = 3;
    private static final int KEYS = 8;
    private static final int WRITERS = 4;

    /** A relay, until it is killed. Says once that it has published something. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            String url = arguments[0];
            RelaySettings settings = RelaySettings.of("child")
                    .leaseTtl(Duration.ofSeconds(1))
                    .page(50, 1 << 20)
                    .attempts(1_000_000, Backoff.fullJitter(Duration.ofMillis(50), Duration.ofMillis(500)));
            boolean wal = arguments[2].equals("wal");
            try (Database database = Database.at(url).poolSize(4).open();
                    KafkaLog log = KafkaLog.at(arguments[1])
                            .timeout(Duration.ofSeconds(5))
                            .open();
                    Publisher publisher = wal ? LogPublisher.of(log) : LogPublisher.transactional(log, "outbox-kill");
                    Relay relay = wal
                            ? new WalRelay(database, url, SLOT, publisher, settings)
                            : new WokenRelay(database, url, publisher, settings)) {
                relay.start();
                while (relay.stats().published() == 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
                System.out.println("published");
                while (System.in.read() >= 0) {
                    // Until the parent ends it, or ends.
                }
            }
        }
    }

    @Test
    @DisplayName("kill -9 of a woken relay, and of the broker: nothing is lost, every key is in order")
    @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
    void woken() throws Exception {
        System.out.println(run("woken", 3, new Random(1)));
    }

    @Test
    @DisplayName("kill -9 of a relay from the log, and of the broker: nothing is lost, every key is in order")
    @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
    void wal() throws Exception {
        System.out.println(run("wal", 2, new Random(2)));
    }

    @Test
    @Tag("soak")
    @DisplayName("kill -9, many times")
    @Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
    void manyTimes() throws Exception {
        long seed = System.nanoTime();
        System.out.println(run("woken", 35, new Random(seed)));
        System.out.println(run("wal", 15, new Random(seed + 1)));
    }

    private static String run(String kind, int kills, Random random) throws Exception {
        String url = Durable.server().createDatabase();
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS + 1);
        List<Process> children = new ArrayList<>();
        int restarts = 0;
        try (Database database = Database.at(url).poolSize(WRITERS + 2).open();
                Kafka kafka = Kafka.builder().start();
                KafkaLog log = KafkaLog.at(kafka.bootstrapServers()).open()) {
            database.dsl().execute(PostgresOutbox.tables(4, 1_000_000));
            database.dsl().execute("CREATE TABLE aggregate (key int PRIMARY KEY, version int NOT NULL)");
            database.dsl().execute("INSERT INTO aggregate SELECT generate_series(0, " + (KEYS - 1) + "), 0");
            log.createTopic(Topic.of(TOPIC, PARTITIONS));
            if (kind.equals("wal")) {
                WalRelay.createSlot(database, SLOT);
            }
            Set<Integer> end = new HashSet<>();
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                long seed = random.nextLong();
                writers.add(pool.submit(() -> write(database, new Random(seed), end)));
            }
            for (int i = 0; i < kills; i++) {
                Process child = child(url, kafka.bootstrapServers(), kind);
                children.add(child);
                awaitPublished(child);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
                if (i % 3 == 1) {
                    kafka.kill();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(200)));
                }
                child.destroyForcibly().waitFor();
                if (i % 3 == 1) {
                    kafka.restart();
                    restarts++;
                }
            }
            synchronized (end) {
                end.add(0);
            }
            for (Future<?> writer : writers) {
                writer.get(20, TimeUnit.SECONDS);
            }
            children.add(child(url, kafka.bootstrapServers(), kind));
            OutboxAdmin admin = new OutboxAdmin(database);
            await(() -> admin.lag().waiting() == 0 && admin.lag().held() == 0);
            return kind + ": " + kills + " kills of the relay, " + restarts + " of the broker; " + check(database, log);
        } finally {
            for (Process child : children) {
                child.destroyForcibly().waitFor();
            }
            pool.shutdownNow();
            if (kind.equals("wal")) {
                try (Database database = Database.at(url).poolSize(1).open()) {
                    WalRelay.dropSlot(database, SLOT);
                }
            }
            Durable.server().dropDatabase(url);
        }
    }

    /** Counts up versions of random keys, one or two a transaction, and appends each; some are rolled back. */
    private static void write(Database database, Random random, Set<Integer> end) {
        Transactions transactions = new PostgresTransactions(database);
        Outbox outbox = new PostgresOutbox();
        while (true) {
            synchronized (end) {
                if (!end.isEmpty()) {
                    return;
                }
            }
            int first = random.nextInt(KEYS);
            int second = random.nextInt(KEYS);
            boolean undone = random.nextInt(10) == 0;
            try {
                transactions.run(Isolation.READ_COMMITTED, tx -> {
                    if (random.nextBoolean()) {
                        tx.fetch("SELECT pg_current_xact_id()::text");
                    }
                    for (int key : first == second ? new int[] {first} : new int[] {first, second}) {
                        Object version = tx.fetchValue(
                                "UPDATE aggregate SET version = version + 1 WHERE key = " + key + " RETURNING version");
                        outbox.append(
                                tx,
                                TOPIC,
                                Message.of(UUID.randomUUID(), "t", Instant.EPOCH)
                                        .key(Integer.toString(key))
                                        .text(String.valueOf(version))
                                        .build());
                    }
                    if (undone) {
                        throw new IllegalStateException("undone");
                    }
                });
            } catch (IllegalStateException e) {
                assertTrue(undone, e::toString);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static Process child(String url, String bootstrap, String kind) throws Exception {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        url,
                        bootstrap,
                        kind))
                .redirectError(Redirect.INHERIT)
                .start();
    }

    private static void awaitPublished(Process child) throws Exception {
        BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
        assertEquals("published", output.readLine(), "the child ended before it published anything");
    }

    private static void await(java.util.function.BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60), "not all has left after a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** All versions of each key, from 1, in order, once repeats are removed by id; and no others. */
    private static String check(Database database, MessageLog log) throws InterruptedException {
        Map<String, Integer> versions = new TreeMap<>();
        Set<UUID> ids = new HashSet<>();
        int records = 0;
        for (int i = 0; i < PARTITIONS; i++) {
            Partition partition = new Partition(TOPIC, i);
            long next = 0;
            long end = log.endOffset(partition);
            while (next < end) {
                Chunk chunk = log.read(partition, next, 1_000, Duration.ofSeconds(5));
                for (LogRecord record : chunk.records()) {
                    records++;
                    if (ids.add(record.message().envelope().id())) {
                        String key = text(record.message().key());
                        assertEquals(
                                versions.merge(key, 1, Integer::sum),
                                Integer.parseInt(text(record.message().payload())),
                                () -> "key " + key);
                    }
                }
                next = chunk.next();
            }
        }
        Map<String, Integer> committed = new TreeMap<>();
        database.dsl()
                .fetch("SELECT key::text, version FROM aggregate WHERE version > 0")
                .forEach(row -> committed.put(
                        Objects.requireNonNull(row.get(0, String.class)),
                        Objects.requireNonNull(row.get(1, Integer.class))));
        assertEquals(committed, versions);
        return ids.size() + " messages committed and delivered, " + (records - ids.size()) + " repeats";
    }

    private static String text(@Nullable Bytes bytes) {
        assertNotNull(bytes);
        return bytes.utf8();
    }
}
