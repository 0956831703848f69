package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Publishing to logs, Kafka foremost; and each relay on it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class LogPublisherTest {

    private static final int KEYS = 4;
    private static final int MESSAGES = 200;

    private static KafkaLog kafka() {
        return KafkaLog.at(Engines.kafka().bootstrapServers())
                .timeout(Duration.ofSeconds(20))
                .open();
    }

    private static Message message(String text) {
        return Message.of(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), "t", Instant.EPOCH)
                .key(text.substring(0, 1))
                .text(text)
                .build();
    }

    private static List<String> texts(MessageLog log, String topic) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        Partition partition = new Partition(topic, 0);
        long end = log.endOffset(partition);
        for (long next = 0; next < end; ) {
            var chunk = log.read(partition, next, 1_000, Duration.ofSeconds(1));
            for (LogRecord record : chunk.records()) {
                texts.add(Objects.requireNonNull(record.message().payload()).utf8());
            }
            next = chunk.next();
        }
        return texts;
    }

    private static Throwable failure(CompletableFuture<Void> ack) {
        return Objects.requireNonNull(assertThrows(ExecutionException.class, () -> ack.get(30, TimeUnit.SECONDS))
                .getCause());
    }

    @Test
    @DisplayName("OP-1 of a shared log one message of a key is under way, of one in the process many")
    void keepsOrder() {
        try (InMemoryLog memory = new InMemoryLog();
                KafkaLog kafka = kafka()) {
            assertTrue(LogPublisher.of(memory).keepsOrder());
            assertFalse(LogPublisher.of(kafka).keepsOrder());
            assertTrue(LogPublisher.transactional(kafka, "op-1").keepsOrder());
            assertThrows(IllegalArgumentException.class, () -> LogPublisher.transactional(memory, "op-1"));
            Throwable unknown = failure(LogPublisher.of(memory).publish("nowhere", message("a1")));
            assertFalse(unknown instanceof PublisherUnavailableException, unknown::toString);
        }
    }

    @Test
    @DisplayName(
            "OP-2 in transactions a page is seen whole or not at all, what is refused alone is, and a former owner is fenced")
    void transactions() throws Exception {
        String topic = "op-2-" + UUID.randomUUID();
        try (KafkaLog log = kafka();
                LogPublisher publisher = LogPublisher.transactional(log, topic);
                Publisher former = publisher.forLane("0")) {
            log.createTopic(Topic.of(topic, 1));
            CompletableFuture<Void> first = former.publish(topic, message("a1"));
            assertFalse(first.isDone());
            former.flush();
            first.get(20, TimeUnit.SECONDS);
            try (Publisher owner = publisher.forLane("0")) {
                CompletableFuture<Void> good = owner.publish(topic, message("a2"));
                CompletableFuture<Void> bad = owner.publish(topic + "-missing", message("b1"));
                CompletableFuture<Void> behind = owner.publish(topic + "-missing", message("b2"));
                CompletableFuture<Void> other = owner.publish(topic, message("c1"));
                owner.flush();
                good.get(20, TimeUnit.SECONDS);
                other.get(20, TimeUnit.SECONDS);
                assertFalse(failure(bad) instanceof PublisherUnavailableException);
                assertFalse(failure(behind) instanceof PublisherUnavailableException);
                CompletableFuture<Void> late = former.publish(topic, message("z1"));
                former.flush();
                assertTrue(failure(late) instanceof PublisherUnavailableException);
            }
            assertEquals(List.of("a1", "a2", "c1"), texts(log, topic));
        }
    }

    /** How a relay is made. */
    private interface Kind {
        Relay make(Database database, String url, Publisher publisher, RelaySettings settings);
    }

    @Test
    @DisplayName("A polling relay carries all to Kafka in order")
    void polling() throws Exception {
        carries("polling", (database, url, publisher, settings) -> new PollingRelay(database, publisher, settings));
    }

    @Test
    @DisplayName("A woken relay carries all to Kafka in order")
    void woken() throws Exception {
        carries("woken", WokenRelay::new);
    }

    @Test
    @DisplayName("A relay from the log carries all to Kafka in order")
    void wal() throws Exception {
        carries(
                "wal",
                (database, url, publisher, settings) ->
                        new WalRelay(database, url, "outbox_kafka", publisher, settings));
    }

    private static void carries(String name, Kind kind) throws Exception {
        String topic = name + "-" + UUID.randomUUID();
        String url = Engines.postgres().createDatabase();
        try (Database database = Database.at(url).poolSize(5).open();
                KafkaLog log = kafka()) {
            log.createTopic(Topic.of(topic, 1));
            database.dsl().execute(PostgresOutbox.TABLES);
            WalRelay.createSlot(database, "outbox_kafka");
            RelaySettings settings = RelaySettings.of(name)
                    .attempts(10, Backoff.fixed(Duration.ofMillis(50)))
                    .poll(Duration.ofMillis(50), Duration.ofMillis(5));
            Transactions transactions = new PostgresTransactions(database);
            Outbox outbox = new PostgresOutbox();
            List<String> wanted = new ArrayList<>();
            for (Publisher publisher : List.of(LogPublisher.of(log), LogPublisher.transactional(log, topic))) {
                try (publisher;
                        Relay relay = kind.make(database, url, publisher, settings);
                        WakeUps wakeUps = WakeUps.to(url, Duration.ofMillis(5))) {
                    relay.start();
                    Transactions waking = WakeUps.waking(transactions, wakeUps::committed);
                    for (int i = 0; i < MESSAGES / 2; i++) {
                        String text = i % KEYS + ":" + wanted.size();
                        wanted.add(text);
                        waking.run(Isolation.READ_COMMITTED, tx -> outbox.append(tx, topic, message(text)));
                    }
                    long start = System.nanoTime();
                    while (new LinkedHashSet<>(texts(log, topic)).size() < wanted.size()) {
                        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), relay.stats()::toString);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                    }
                }
            }
            List<String> once = List.copyOf(new LinkedHashSet<>(texts(log, topic)));
            for (int key = 0; key < KEYS; key++) {
                String prefix = key + ":";
                assertEquals(
                        wanted.stream().filter(text -> text.startsWith(prefix)).toList(),
                        once.stream().filter(text -> text.startsWith(prefix)).toList());
            }
            WalRelay.dropSlot(database, "outbox_kafka");
        } finally {
            Engines.postgres().dropDatabase(url);
        }
    }
}
