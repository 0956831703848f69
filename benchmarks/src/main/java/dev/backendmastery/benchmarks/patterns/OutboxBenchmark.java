package dev.backendmastery.benchmarks.patterns;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Topic;
import dev.backendmastery.patterns.outbox.LogPublisher;
import dev.backendmastery.patterns.outbox.Outbox;
import dev.backendmastery.patterns.outbox.PollingRelay;
import dev.backendmastery.patterns.outbox.PostgresOutbox;
import dev.backendmastery.patterns.outbox.Publisher;
import dev.backendmastery.patterns.outbox.Relay;
import dev.backendmastery.patterns.outbox.RelaySettings;
import dev.backendmastery.patterns.outbox.WakeUps;
import dev.backendmastery.patterns.outbox.WalRelay;
import dev.backendmastery.patterns.outbox.WokenRelay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL, whose commits are on disk, and one Kafka broker, acks of all: how fast a backlog is carried away, what the relay costs those who
 * commit, and how soon a message is there when nothing else happens.
 *
 * <p>The backlog has 200 bytes a message, each of a key of its own, or of 8 keys. All publish idempotently; ours in
 * transactions, but for {@code -plain}. The peer has 16 threads, and a message's call waits for its ack, as its documentation
 * has it.
 */
public final class OutboxBenchmark {

    private static final int ROUNDS = 5;
    private static final int BACKLOG = 20_000;
    private static final int PEERS_BACKLOG = 2_000;
    private static final int CLIENTS = 64;
    private static final Duration COMMITS = Duration.ofSeconds(3);
    private static final int SAMPLES = 100;
    private static final String SLOT = "outbox_race";
    private static final String TOPIC = "outbox-race";

    private final Kafka kafka;
    private final String url;
    private final Database database;
    private final KafkaLog log;

    private OutboxBenchmark(Kafka kafka, String url, Database database, KafkaLog log) {
        this.kafka = kafka;
        this.url = url;
        this.database = database;
        this.log = log;
    }

    /** One round of a contestant. */
    private interface Round {
        double score() throws Exception;
    }

    /** Makes a relay. */
    private interface Kind {
        Relay make(Publisher publisher);
    }

    /** What the peer calls. */
    public interface Sender {
        /** Publishes and waits for the ack. */
        void send(String key, String text);
    }

    /** Runs all; about four minutes. */
    public static List<Measurement> run() throws InterruptedException {
        // The peer logs two lines for each message, which would count against it.
        System.setProperty("org.slf4j.simpleLogger.log.com.gruelbox", "warn");
        System.setProperty("org.slf4j.simpleLogger.log.org.apache.kafka", "warn");
        try (Postgres postgres = Postgres.builder()
                        .durable()
                        .setting("shared_buffers", "256MB")
                        .start();
                Kafka kafka = Kafka.builder().fullSpeed().start()) {
            String url = postgres.createDatabase();
            try (Database database = Database.at(url).poolSize(CLIENTS + 8).open();
                    KafkaLog log = KafkaLog.at(kafka.bootstrapServers()).open()) {
                database.dsl().execute(PostgresOutbox.TABLES);
                database.dsl().execute("CREATE TABLE business (id bigserial PRIMARY KEY, text text NOT NULL)");
                log.createTopic(Topic.of(TOPIC, 4));
                OutboxBenchmark race = new OutboxBenchmark(kafka, url, database, log);
                List<Measurement> measurements = new ArrayList<>();
                measurements.addAll(race.drain());
                measurements.addAll(race.commits());
                measurements.addAll(race.idle());
                return measurements;
            }
        }
    }

    private static List<Measurement> rounds(
            String discipline, int threads, String unit, boolean moreIsBetter, Map<String, Round> contestants) {
        Map<String, List<Double>> scores = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            boolean counts = round > 0;
            contestants.forEach((impl, contestant) -> {
                try {
                    double score = contestant.score();
                    if (counts) {
                        scores.computeIfAbsent(impl, i -> new ArrayList<>()).add(score);
                    }
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(impl + " did not finish", e);
                }
            });
        }
        List<Measurement> measurements = new ArrayList<>();
        scores.forEach(
                (impl, all) -> measurements.add(new Measurement(discipline, threads, impl, unit, moreIsBetter, all)));
        return measurements;
    }

    private static void await(BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(1)) {
                throw new IllegalStateException("nothing for a minute");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static RelaySettings settings() {
        return RelaySettings.of("race");
    }

    // Carrying a backlog away.

    private List<Measurement> drain() {
        Map<String, Round> contestants = new LinkedHashMap<>();
        contestants.put("ours-polling", () -> drained(0, false, true, this::polling));
        contestants.put("ours-woken", () -> drained(0, false, true, this::woken));
        contestants.put("ours-wal", () -> drained(0, true, true, this::wal));
        contestants.put("ours-polling-plain", () -> drained(0, false, false, this::polling));
        contestants.put("ours-polling-8-keys", () -> drained(8, false, true, this::polling));
        contestants.put("ours-wal-8-keys", () -> drained(8, true, true, this::wal));
        contestants.put("gruelbox", this::peer);
        return rounds("drain", 1, "messages/s", true, contestants);
    }

    private Relay polling(Publisher publisher) {
        return new PollingRelay(database, publisher, settings());
    }

    private Relay woken(Publisher publisher) {
        return new WokenRelay(database, url, publisher, settings().poll(Duration.ofSeconds(1), Duration.ofMillis(20)));
    }

    private Relay wal(Publisher publisher) {
        return new WalRelay(database, url, SLOT, publisher, settings());
    }

    private Publisher publisher(boolean transactional) {
        return transactional ? LogPublisher.transactional(log, "outbox-race") : LogPublisher.of(log);
    }

    /** @param keys how many, or 0 for one each */
    private double drained(int keys, boolean wal, boolean transactional, Kind kind) throws InterruptedException {
        empty();
        if (wal) {
            WalRelay.createSlot(database, SLOT);
        }
        fill(keys);
        try (Publisher publisher = publisher(transactional);
                Relay relay = kind.make(publisher)) {
            long begin = System.nanoTime();
            relay.start();
            await(() -> relay.stats().published() >= BACKLOG);
            return BACKLOG / ((System.nanoTime() - begin) / 1e9);
        } finally {
            if (wal) {
                WalRelay.dropSlot(database, SLOT);
            }
        }
    }

    private void empty() {
        database.dsl().execute("TRUNCATE outbox");
        database.dsl()
                .execute(
                        "UPDATE outbox_lane SET since = pg_current_snapshot(), until = pg_current_snapshot(), last_id = 0");
        database.dsl().execute("CHECKPOINT");
    }

    private static Message message(@Nullable String key) {
        Message.Builder builder =
                Message.of(UUID.randomUUID(), "race", Instant.EPOCH).text("x".repeat(200));
        return (key == null ? builder : builder.key(key)).build();
    }

    /** Copies one message for each key, or one without a key, on the server. */
    private void fill(int keys) {
        Transactions transactions = new PostgresTransactions(database);
        Outbox outbox = new PostgresOutbox();
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            for (int i = 0; i < Math.max(1, keys); i++) {
                outbox.append(tx, TOPIC, message(keys == 0 ? null : Integer.toString(i)));
            }
            String copy = keys == 0 ? "g % 256, topic, int8send(g), message" : "bucket, topic, key, message";
            int times = BACKLOG / Math.max(1, keys) - 1;
            tx.execute("INSERT INTO outbox (bucket, topic, key, message) SELECT " + copy + " FROM generate_series(1, "
                    + times + ") g, outbox o ORDER BY g");
        });
    }

    private double peer() throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        AtomicBoolean draining = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all", "enable.idempotence", true),
                new StringSerializer(),
                new StringSerializer())) {
            Sender sender = (key, text) -> {
                try {
                    producer.send(new ProducerRecord<>(TOPIC, key, text)).get(1, TimeUnit.MINUTES);
                    sent.incrementAndGet();
                } catch (InterruptedException | ExecutionException | TimeoutException e) {
                    throw new IllegalStateException("no ack", e);
                }
            };
            TransactionManager manager = TransactionManager.fromDataSource(database.dataSource());
            TransactionOutbox outbox = TransactionOutbox.builder()
                    .transactionManager(manager)
                    .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                    .instantiator(Instantiator.using(type -> sender))
                    .attemptFrequency(Duration.ofMinutes(10))
                    .flushBatchSize(4_096)
                    .submitter((entry, execute) -> {
                        if (draining.get()) {
                            pool.execute(() -> execute.accept(entry));
                        }
                    })
                    .build();
            for (int i = 0; i < PEERS_BACKLOG; i += 200) {
                manager.inTransaction(() -> {
                    for (int j = 0; j < 200; j++) {
                        outbox.schedule(Sender.class).send(Integer.toString(j), "x".repeat(200));
                    }
                });
            }
            database.dsl().execute("UPDATE txno_outbox SET nextattempttime = now() - interval '1 day'");
            draining.set(true);
            long begin = System.nanoTime();
            outbox.flush();
            await(() -> sent.get() >= PEERS_BACKLOG);
            double score = PEERS_BACKLOG / ((System.nanoTime() - begin) / 1e9);
            pool.shutdown();
            if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the peer does not end");
            }
            return score;
        } finally {
            pool.shutdownNow();
        }
    }

    // What it costs those who commit.

    private List<Measurement> commits() {
        Transactions plain = new PostgresTransactions(database);
        Map<String, Round> contestants = new LinkedHashMap<>();
        contestants.put("floor-no-relay", () -> {
            empty();
            return committed(plain, false);
        });
        contestants.put("ours-woken", () -> {
            empty();
            try (Publisher publisher = publisher(true);
                    Relay relay = woken(publisher);
                    WakeUps wakeUps = WakeUps.to(url, Duration.ofMillis(10))) {
                relay.start();
                return committed(WakeUps.waking(plain, wakeUps::committed), false);
            }
        });
        contestants.put("naive-notify", () -> {
            empty();
            return committed(plain, true);
        });
        return rounds("commits", CLIENTS, "transactions/s", true, contestants);
    }

    private static double committed(Transactions transactions, boolean notify) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        Outbox outbox = new PostgresOutbox();
        AtomicLong done = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String key = Integer.toString(i);
                clients.add(pool.submit(() -> {
                    go.await();
                    long begin = System.nanoTime();
                    while (System.nanoTime() - begin < COMMITS.toNanos()) {
                        transactions.run(Isolation.READ_COMMITTED, tx -> {
                            tx.execute("INSERT INTO business (text) VALUES ('x')");
                            outbox.append(tx, TOPIC, message(key));
                            if (notify) {
                                tx.fetch("SELECT pg_notify('outbox', '')::text");
                            }
                        });
                        done.incrementAndGet();
                    }
                    return null;
                }));
            }
            long begin = System.nanoTime();
            go.countDown();
            for (Future<?> client : clients) {
                client.get(1, TimeUnit.MINUTES);
            }
            return done.get() / ((System.nanoTime() - begin) / 1e9);
        } finally {
            pool.shutdownNow();
        }
    }

    // How soon.

    private List<Measurement> idle() {
        Map<String, Round> contestants = new LinkedHashMap<>();
        contestants.put("ours-woken", () -> latency(this::woken));
        contestants.put("ours-polling", () -> latency(this::polling));
        contestants.put("ours-wal", () -> {
            WalRelay.createSlot(database, SLOT);
            try {
                return latency(this::wal);
            } finally {
                WalRelay.dropSlot(database, SLOT);
            }
        });
        contestants.put("floor-50-ms", () -> 50.0);
        return rounds("commit to ack, p99 idle", 1, "ms", false, contestants);
    }

    /** Notes when each message was acked. */
    private static final class Timed implements Publisher {
        private final Publisher publisher;
        private final Map<UUID, Long> acked;

        Timed(Publisher publisher, Map<UUID, Long> acked) {
            this.publisher = publisher;
            this.acked = acked;
        }

        @Override
        public java.util.concurrent.CompletableFuture<Void> publish(String topic, Message message) {
            return publisher
                    .publish(topic, message)
                    .whenComplete((ack, failure) -> acked.put(message.envelope().id(), System.nanoTime()));
        }

        @Override
        public void flush() throws InterruptedException {
            publisher.flush();
        }

        @Override
        public boolean keepsOrder() {
            return publisher.keepsOrder();
        }

        @Override
        public Publisher forLane(String lane) {
            return new Timed(publisher.forLane(lane), acked);
        }

        @Override
        public void close() {
            publisher.close();
        }
    }

    private double latency(Kind kind) {
        empty();
        Map<UUID, Long> acked = new ConcurrentHashMap<>();
        List<Double> millis = new ArrayList<>();
        Random random = new Random(7);
        Outbox outbox = new PostgresOutbox();
        try (Publisher publisher = new Timed(publisher(true), acked);
                Relay relay = kind.make(publisher);
                WakeUps wakeUps = WakeUps.to(url, Duration.ofMillis(5))) {
            relay.start();
            Transactions transactions = WakeUps.waking(new PostgresTransactions(database), wakeUps::committed);
            for (int i = -20; i < SAMPLES; i++) {
                Message message = message(Integer.toString(i));
                transactions.run(Isolation.READ_COMMITTED, tx -> outbox.append(tx, TOPIC, message));
                long committed = System.nanoTime();
                await(() -> acked.containsKey(message.envelope().id()));
                if (i >= 0) {
                    millis.add((acked.getOrDefault(message.envelope().id(), committed) - committed) / 1e6);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5 + random.nextInt(10)));
            }
        }
        millis.sort(null);
        return millis.get((int) Math.ceil(millis.size() * 0.99) - 1);
    }
}
