package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Kafka;
import dev.backendmastery.engines.KafkaCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** {@link KafkaLog} on three brokers, some of which are killed: what an ack is worth there. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class KafkaClusterTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int AT_ONCE = 100;

    private static KafkaCluster cluster;
    private static Admin admin;

    @BeforeAll
    static void start() {
        cluster = KafkaCluster.start();
        admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close(Duration.ZERO);
        cluster.close();
    }

    private static KafkaLog log(Duration timeout) {
        return KafkaLog.at(cluster.bootstrapServers()).timeout(timeout).open();
    }

    private static Message message(int number) {
        return Message.of(new UUID(1, number), "t", Instant.EPOCH)
                .key("k")
                .text(Integer.toString(number))
                .build();
    }

    private static TopicPartitionInfo partition(String topic) throws Exception {
        Map<String, TopicDescription> found =
                admin.describeTopics(Set.of(topic)).allTopicNames().get(SOON.toSeconds(), TimeUnit.SECONDS);
        return Objects.requireNonNull(found.get(topic)).partitions().get(0);
    }

    /** Node ids are 1, 2, 3 in the order of the brokers. */
    private static Kafka leader(String topic) throws Exception {
        return cluster.brokers().get(partition(topic).leader().id() - 1);
    }

    private static void awaitInSync(String topic, int replicas) throws Exception {
        long start = System.nanoTime();
        while (partition(topic).isr().size() < replicas) {
            assertTrue(System.nanoTime() - start < SOON.toNanos(), () -> "not " + replicas + " replicas in sync");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static List<Integer> numbers(KafkaLog log, Partition partition) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        long end = log.endOffset(partition);
        for (long next = 0; next < end; ) {
            Chunk chunk = log.read(partition, next, 1000, SOON);
            for (LogRecord record : chunk.records()) {
                Bytes payload = record.message().payload();
                numbers.add(Integer.parseInt(payload == null ? "" : payload.utf8()));
            }
            next = chunk.next();
        }
        return numbers;
    }

    /** Appends, some at a time, until told to stop. */
    private static final class Sender {
        private final KafkaLog log;
        private final String topic;
        private final Queue<CompletableFuture<Position>> waiting = new ArrayDeque<>();
        private final Set<Integer> acked = new HashSet<>();
        private int next;

        Sender(KafkaLog log, String topic) {
            this.log = log;
            this.topic = topic;
        }

        void send(BooleanSupplier until) throws Exception {
            while (!until.getAsBoolean()) {
                int number = next++;
                waiting.add(log.append(topic, message(number)).whenComplete((position, thrown) -> {
                    if (thrown == null) {
                        synchronized (acked) {
                            acked.add(number);
                        }
                    }
                }));
                if (waiting.size() == AT_ONCE) {
                    waiting.remove().get(SOON.toSeconds(), TimeUnit.SECONDS);
                }
            }
        }

        int acked() {
            synchronized (acked) {
                return acked.size();
            }
        }

        void finish() throws Exception {
            for (CompletableFuture<Position> ack : waiting) {
                ack.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    private static void killLeaders(int times) throws Exception {
        String topic = MessageLogContract.name();
        try (KafkaLog log = log(SOON)) {
            log.createTopic(Topic.of(topic, 1));
            Sender sender = new Sender(log, topic);
            for (int i = 0; i < times; i++) {
                int goal = sender.acked() + 500;
                sender.send(() -> sender.acked() >= goal);
                Kafka leader = leader(topic);
                leader.kill();
                int after = sender.acked() + 500;
                sender.send(() -> sender.acked() >= after);
                leader.restart();
                awaitInSync(topic, 3);
            }
            sender.finish();
            List<Integer> there = numbers(log, new Partition(topic, 0));
            assertEquals(
                    java.util.stream.IntStream.range(0, sender.next).boxed().toList(), there);
            assertEquals(sender.next, sender.acked());
        }
    }

    @Test
    @DisplayName(
            "KC-1 the leader is killed under load: every message is acked in the end, and read back once, in order")
    void leaderKilled() throws Exception {
        killLeaders(1);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
    @DisplayName("KC-1 leaders are killed, many times")
    void leadersKilled() throws Exception {
        killLeaders(20);
    }

    /** What is there of {@code number} after a leader that alone has it is killed. */
    private static boolean survives(String topic, Appends appends) throws Exception {
        awaitInSync(topic, 3);
        Kafka leader = leader(topic);
        List<Kafka> others =
                cluster.brokers().stream().filter(broker -> broker != leader).toList();
        CompletableFuture<?> ack;
        boolean acked;
        others.forEach(Kafka::pause);
        try {
            ack = appends.append();
            acked = isDone(ack, Duration.ofMillis(500));
            leader.kill();
        } finally {
            others.forEach(Kafka::resume);
        }
        try (KafkaLog log = log(SOON)) {
            long start = System.nanoTime();
            while (partition(topic).leader() == null || leader(topic) == leader) {
                assertTrue(System.nanoTime() - start < SOON.toNanos(), "no new leader");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            boolean there = numbers(log, new Partition(topic, 0)).contains(1);
            return !acked || there;
        } finally {
            leader.restart();
            awaitInSync(topic, 3);
        }
    }

    private interface Appends {
        CompletableFuture<?> append();
    }

    private static boolean isDone(CompletableFuture<?> ack, Duration within) throws Exception {
        try {
            ack.get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException e) {
            return false;
        }
    }

    @Test
    @DisplayName(
            "KC-2 an ack waits for a second broker: what one alone has is not acked. With acks=1 it is, and is lost")
    void ackIsTwoBrokers() throws Exception {
        String topic = MessageLogContract.name();
        try (KafkaLog log = log(SOON);
                KafkaProducer<byte[], byte[]> leaderOnly = new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "1", "retries", 0),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            log.createTopic(Topic.of(topic, 1));
            log.append(topic, message(0)).get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertTrue(survives(topic, () -> log.append(topic, message(1))));

            String naive = MessageLogContract.name();
            log.createTopic(Topic.of(naive, 1));
            leaderOnly.send(record(naive, 0)).get(SOON.toSeconds(), TimeUnit.SECONDS);
            boolean kept = survives(naive, () -> {
                CompletableFuture<Void> ack = new CompletableFuture<>();
                var unused = leaderOnly.send(record(naive, 1), (metadata, thrown) -> {
                    if (thrown == null) {
                        ack.complete(null);
                    } else {
                        ack.completeExceptionally(thrown);
                    }
                });
                return ack;
            });
            assertEquals(false, kept, "with acks=1 what was acked is lost");
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int number) {
        return new ProducerRecord<>(topic, Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName(
            "KC-3 one broker of three is not enough: an append fails within the timeout; what was acked is there again")
    void minorityLeft() throws Exception {
        String topic = MessageLogContract.name();
        try (KafkaLog log = log(Duration.ofSeconds(3))) {
            log.createTopic(Topic.of(topic, 1));
            awaitInSync(topic, 3);
            log.append(topic, message(0)).get(SOON.toSeconds(), TimeUnit.SECONDS);
            List<Kafka> killed = cluster.brokers().subList(0, 2);
            killed.forEach(Kafka::kill);
            long start = System.nanoTime();
            ExecutionException failed = assertThrows(ExecutionException.class, () -> log.append(topic, message(1))
                    .get(SOON.toSeconds(), TimeUnit.SECONDS));
            assertInstanceOf(LogUnavailableException.class, failed.getCause());
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10));
            // In parallel: none of them serves before it sees another.
            List<Thread> starts =
                    killed.stream().map(broker -> new Thread(broker::restart)).toList();
            starts.forEach(Thread::start);
            for (Thread thread : starts) {
                thread.join();
            }
            awaitInSync(topic, 3);
            assertEquals(0, numbers(log, new Partition(topic, 0)).get(0));
            log.append(topic, message(2)).get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
