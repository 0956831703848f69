package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Kafka;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** On a broker of its own, which lets go of what is old more often than one does by default. */
final class KafkaLogTest extends MessageLogContract {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static Kafka kafka;

    @BeforeAll
    static void start() {
        kafka = Kafka.builder()
                .setting("log.retention.check.interval.ms", "300")
                .setting("log.initial.task.delay.ms", "100")
                .setting("log.cleaner.backoff.ms", "100")
                .start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Override
    protected MessageLog open() {
        return log(Duration.ofSeconds(20));
    }

    private static KafkaLog log(Duration timeout) {
        return KafkaLog.at(kafka.bootstrapServers())
                .timeout(timeout)
                .topicSetting("min.cleanable.dirty.ratio", "0.0001")
                .open();
    }

    @Override
    protected Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }

    @Override
    protected void elapse(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The broker does so by itself. */
    @Override
    protected void maintain(MessageLog log) {}

    @Override
    protected Duration untilMaintained() {
        return Duration.ofSeconds(2);
    }

    @Override
    protected Duration patience() {
        return SOON;
    }

    private static Message message(String text) {
        return Message.of(
                        UUID.nameUUIDFromBytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        "t",
                        Instant.EPOCH)
                .key(text)
                .text(text)
                .build();
    }

    private static List<String> texts(KafkaLog log, Partition partition) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        long next = 0;
        long end = log.endOffset(partition);
        while (next < end) {
            Chunk chunk = log.read(partition, next, 100, SOON);
            chunk.records()
                    .forEach(record -> texts.add(String.valueOf(
                            record.message().key() == null
                                    ? null
                                    : java.util.Objects.requireNonNull(
                                                    record.message().payload())
                                            .utf8())));
            next = chunk.next();
        }
        return texts;
    }

    /** The broker shows a transaction a moment after it has acked its commit. */
    private static void awaitTexts(List<String> wanted, KafkaLog log, Partition partition) throws InterruptedException {
        long start = System.nanoTime();
        while (texts(log, partition).size() < wanted.size() && System.nanoTime() - start < SOON.toNanos()) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        assertEquals(wanted, texts(log, partition));
    }

    private static void poll(GroupMember member, java.util.function.BooleanSupplier goal) throws InterruptedException {
        long start = System.nanoTime();
        while (!goal.getAsBoolean() && System.nanoTime() - start < SOON.toNanos()) {
            member.poll(Duration.ofMillis(50));
        }
        assertTrue(goal.getAsBoolean());
    }

    @Test
    @DisplayName("MT-1, MT-2, MT-4 what is committed is seen, what is aborted or fenced never; the id has one writer")
    void transactions() throws Exception {
        String topic = name();
        String id = name();
        Partition partition = new Partition(topic, 0);
        try (KafkaLog log = log(SOON)) {
            log.createTopic(Topic.of(topic, 1));
            try (LogTransactions first = log.transactions(id)) {
                first.begin();
                first.append(topic, message("aborted"));
                first.abort();
                first.begin();
                first.append(topic, message("committed"));
                assertEquals(List.of(), texts(log, partition));
                first.commit();
                awaitTexts(List.of("committed"), log, partition);
                first.begin();
                first.append(topic, message("zombie"));
                try (LogTransactions second = log.transactions(id)) {
                    second.begin();
                    second.append(topic, message("successor"));
                    second.commit();
                    assertThrows(FencedException.class, first::commit);
                }
                first.abort();
            }
            awaitTexts(List.of("committed", "successor"), log, partition);
        }
    }

    @Test
    @DisplayName(
            "MT-3, MT-5 offsets go with the transaction, and who is no longer a member is fenced with all that he wrote")
    void offsetsInTransactions() throws Exception {
        String in = name();
        String out = name();
        String group = name();
        Partition partition = new Partition(in, 0);
        Partition results = new Partition(out, 0);
        try (KafkaLog log = log(SOON)) {
            log.createTopic(Topic.of(in, 1));
            log.createTopic(Topic.of(out, 1));
            log.append(in, message("a")).get(20, TimeUnit.SECONDS);
            Subscription quick = Subscription.of(group, in).maxPollInterval(Duration.ofSeconds(1));
            try (GroupMember member = log.join(quick, new GroupListener() {});
                    LogTransactions writer = log.transactions(name())) {
                poll(member, () -> member.assignment().size() == 1);
                writer.begin();
                writer.append(out, message("undone"));
                writer.commitOffsets(member, Map.of(partition, Commit.at(1)));
                writer.abort();
                assertEquals(Map.of(), member.committed(Set.of(partition)));
                writer.begin();
                writer.append(out, message("done"));
                writer.commitOffsets(member, Map.of(partition, Commit.at(1)));
                writer.commit();
                assertEquals(Map.of(partition, Commit.at(1)), member.committed(Set.of(partition)));
                writer.begin();
                writer.append(out, message("zombie"));
                try (GroupMember successor = log.join(Subscription.of(group, in), new GroupListener() {})) {
                    poll(successor, () -> successor.assignment().size() == 1);
                    assertThrows(
                            FencedException.class, () -> writer.commitOffsets(member, Map.of(partition, Commit.at(0))));
                    writer.abort();
                    assertEquals(Map.of(partition, Commit.at(1)), successor.committed(Set.of(partition)));
                }
            }
            awaitTexts(List.of("done"), log, results);
        }
    }

    @Test
    @DisplayName("KL-1 a broker that hangs costs the timeout, and an error that says so")
    void hangs() throws Exception {
        String topic = name();
        try (KafkaLog log = log(Duration.ofSeconds(2))) {
            log.createTopic(Topic.of(topic, 1));
            Partition partition = new Partition(topic, 0);
            log.append(partition, message("a")).get(20, TimeUnit.SECONDS);
            kafka.pause();
            try {
                long start = System.nanoTime();
                ExecutionException failed =
                        assertThrows(ExecutionException.class, () -> log.append(partition, message("b"))
                                .get(20, TimeUnit.SECONDS));
                assertTrue(failed.getCause() instanceof LogUnavailableException, () -> "was " + failed.getCause());
                assertThrows(LogUnavailableException.class, () -> log.endOffset(partition));
                assertThrows(LogUnavailableException.class, () -> log.read(partition, 0, 1, Duration.ofMillis(100)));
                assertTrue(System.nanoTime() - start < Duration.ofSeconds(15).toNanos());
            } finally {
                kafka.resume();
            }
            log.append(partition, message("c")).get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("KL-2 what others wrote is read, with an envelope made up of where it lies")
    void foreign() throws Exception {
        String topic = name();
        Partition partition = new Partition(topic, 0);
        try (KafkaLog log = log(SOON);
                KafkaProducer<byte[], byte[]> other = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            log.createTopic(Topic.of(topic, 1));
            ProducerRecord<byte[], byte[]> bare = new ProducerRecord<>(topic, new byte[] {1});
            ProducerRecord<byte[], byte[]> liar = new ProducerRecord<>(topic, new byte[] {2});
            liar.headers().add(KafkaRecords.ENVELOPE, new byte[] {9, 9});
            other.send(bare).get(20, TimeUnit.SECONDS);
            other.send(liar).get(20, TimeUnit.SECONDS);
            for (int round = 0; round < 2; round++) {
                List<LogRecord> records = log.read(partition, 0, 10, SOON).records();
                assertEquals(
                        KafkaRecords.FOREIGN,
                        records.get(0).message().envelope().type());
                assertEquals(
                        UUID.nameUUIDFromBytes((topic + "-0-0").getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        records.get(0).message().envelope().id());
                LogRecord second = log.read(partition, 1, 10, SOON).records().get(0);
                assertEquals(
                        List.of(new Header(KafkaRecords.ENVELOPE, Bytes.of(new byte[] {9, 9}))),
                        second.message().headers());
            }
        }
    }
}
