package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KafkaTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    @DisplayName("the shared broker carries records to a group of the new protocol")
    void roundTrip() throws Exception {
        String servers = Engines.kafka().bootstrapServers();
        String topic = topic(servers, 1);
        send(servers, topic, "hello");
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                servers,
                "group.id",
                topic,
                "group.protocol",
                "consumer",
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<String> values = new ArrayList<>();
            assertTrue(Await.until(SOON, () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
                return !values.isEmpty();
            }));
            assertEquals(List.of("hello"), values);
        }
    }

    @Test
    @DisplayName("a broker keeps its records over kill -9, on the same port")
    void survivesKill() throws Exception {
        try (Kafka kafka = Kafka.builder().setting("log.retention.hours", "7").start()) {
            String topic = topic(kafka.bootstrapServers(), 1);
            send(kafka.bootstrapServers(), topic, "kept");
            kafka.kill();
            assertFalse(kafka.isRunning());
            kafka.restart();
            send(kafka.bootstrapServers(), topic, "added");
            assertEquals(List.of("kept", "added"), read(kafka.bootstrapServers(), topic, 2));
        }
    }

    @Test
    @DisplayName("a cluster goes on when the leader of a partition is killed, and takes it back")
    void cluster() throws Exception {
        KafkaCluster cluster = Engines.kafkaCluster();
        assumeFalse(cluster.isExternal(), "an external cluster is not ours to kill");
        String servers = cluster.bootstrapServers();
        String topic = topic(servers, 3);
        send(servers, topic, "one");
        try (Admin admin = admin(servers)) {
            int leader = leader(admin, topic);
            Kafka broker = cluster.brokers().get(leader - 1);
            broker.kill();
            send(servers, topic, "two");
            assertTrue(leader(admin, topic) != leader);
            broker.restart();
            assertTrue(Await.until(SOON, () -> inSync(admin, topic) == 3));
        }
        assertEquals(List.of("one", "two"), read(servers, topic, 2));
    }

    private static String topic(String servers, int replicas) throws Exception {
        String topic = "t-" + UUID.randomUUID();
        try (Admin admin = admin(servers)) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.of((short) replicas))))
                    .all()
                    .get();
        }
        return topic;
    }

    private static void send(String servers, String topic, String value) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }

    private static List<String> read(String servers, String topic, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers);
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            Await.until(SOON, () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
                return values.size() >= count;
            });
            return values;
        }
    }

    private static Admin admin(String servers) {
        return Admin.create(Map.of("bootstrap.servers", servers));
    }

    private static int leader(Admin admin, String topic) throws Exception {
        return partition(admin, topic).leader().id();
    }

    private static int inSync(Admin admin, String topic) {
        try {
            return partition(admin, topic).isr().size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TopicPartitionInfo partition(Admin admin, String topic) throws Exception {
        return Objects.requireNonNull(admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic))
                .partitions()
                .get(0);
    }
}
