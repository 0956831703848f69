package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A log on Kafka, 4.0 or later.
 *
 * <p><b>Guarantee.</b> As {@link MessageLog}, with every {@link Capability}. An ack means that all replicas in sync
 * have the message ({@code acks=all}; how many those are at least is the topic's {@code min.insync.replicas}); the
 * producer is idempotent, so a retry of its own adds nothing twice and keeps the order. Groups use the protocol of
 * KIP-848. Only what is committed is read. Every call is bounded by the timeout and then throws {@link
 * LogUnavailableException} (KL-1). What others wrote is read too: type {@code foreign}, the id made from its position
 * (KL-2).
 *
 * <p>Retention and compaction are the broker's, when it likes.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> One producer; a consumer for each read under way,
 * kept; a consumer for each member. <b>Not for</b> more than one message a commit, if each must be quick: batch.
 * <b>Source.</b> Kafka's own client.
 */
public final class KafkaLog implements MessageLog {

    private static final int KEPT_READERS = 8;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Map<String, String> settings;
    private final Map<String, String> topicSettings;
    private final Duration timeout;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final Deque<Reader> readers = new ArrayDeque<>();
    private final Set<KafkaMember> members = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private KafkaLog(Builder builder) {
        settings = Map.copyOf(builder.settings);
        topicSettings = Map.copyOf(builder.topicSettings);
        timeout = builder.timeout;
        admin = Admin.create(settings(
                Map.of("request.timeout.ms", millis(timeout.dividedBy(2)), "default.api.timeout.ms", millis(timeout))));
        producer = producer(Map.of());
    }

    /** A log on the brokers that {@code bootstrapServers} names, as in {@code bootstrap.servers}. */
    public static Builder at(String bootstrapServers) {
        return new Builder(bootstrapServers);
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>();
        all.put("acks", "all");
        all.put("enable.idempotence", true);
        all.put("batch.size", 256 << 10);
        all.put("request.timeout.ms", millis(timeout.dividedBy(2)));
        all.put("delivery.timeout.ms", millis(timeout));
        all.put("max.block.ms", millis(timeout));
        all.put("linger.ms", Math.min(5, timeout.toMillis() / 4));
        all.putAll(more);
        return new KafkaProducer<>(settings(all), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>();
        all.put("enable.auto.commit", false);
        all.put("isolation.level", "read_committed");
        all.put("request.timeout.ms", millis(timeout.dividedBy(2)));
        all.put("default.api.timeout.ms", millis(timeout));
        all.putAll(more);
        return new KafkaConsumer<>(settings(all), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The user's settings, but for those on which a guarantee rests. */
    private Map<String, Object> settings(Map<String, ?> fixed) {
        Map<String, Object> all = new HashMap<>(settings);
        all.putAll(fixed);
        return all;
    }

    private static int millis(Duration duration) {
        return (int) Math.max(1, duration.toMillis());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE, Capability.SHARED, Capability.TRANSACTIONS);
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this log is closed");
        }
    }

    // Topics.

    @Override
    public boolean createTopic(Topic topic) {
        checkOpen();
        Map<String, String> configs = new HashMap<>();
        configs.put("cleanup.policy", topic.compacted() ? "compact" : "delete");
        configs.put(
                "retention.ms",
                topic.maxAge() == null ? "-1" : Long.toString(topic.maxAge().toMillis()));
        configs.put("retention.bytes", topic.maxBytes() == null ? "-1" : Long.toString(topic.maxBytes()));
        configs.put("delete.retention.ms", Long.toString(topic.tombstones().toMillis()));
        configs.put("segment.bytes", Integer.toString(topic.segmentBytes()));
        configs.putAll(topicSettings);
        NewTopic wanted =
                new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty()).configs(configs);
        try {
            get(
                    "creating topic " + topic.name(),
                    admin.createTopics(List.of(wanted)).all());
        } catch (TopicRefusedException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalArgumentException("topic is refused: " + e.getMessage(), e);
            }
            Topic there = topic(topic.name());
            if (!there.equals(topic)) {
                throw new IllegalArgumentException("topic is there with other settings: " + there, e);
            }
            return false;
        }
        awaitTopic(topic.name());
        return true;
    }

    /** A broker that was not asked may not know of it yet. */
    private void awaitTopic(String name) {
        long start = System.nanoTime();
        while (true) {
            try {
                topic(name);
                return;
            } catch (UnknownTopicException e) {
                if (System.nanoTime() - start > timeout.toNanos()) {
                    throw new LogUnavailableException("topic " + name + " was made, but no broker shows it", e);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    @Override
    public Topic topic(String name) {
        checkOpen();
        Topic known = topics.get(name);
        if (known == null) {
            known = describe(name);
            topics.put(name, known);
        }
        return known;
    }

    private Topic describe(String name) {
        Topic.checkName("topic", name);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try {
            Map<String, TopicDescription> descriptions = get(
                    "describing topic " + name,
                    admin.describeTopics(List.of(name)).allTopicNames());
            Map<ConfigResource, Config> configs = get(
                    "describing topic " + name,
                    admin.describeConfigs(List.of(resource)).all());
            TopicDescription description = Objects.requireNonNull(descriptions.get(name));
            Config config = Objects.requireNonNull(configs.get(resource));
            boolean compacted = value(config, "cleanup.policy").contains("compact");
            long age = Long.parseLong(value(config, "retention.ms"));
            long bytes = Long.parseLong(value(config, "retention.bytes"));
            long segment = Long.parseLong(value(config, "segment.bytes"));
            return new Topic(
                    name,
                    description.partitions().size(),
                    compacted || age < 1 ? null : Duration.ofMillis(age),
                    compacted || bytes < 1 ? null : bytes,
                    compacted,
                    Duration.ofMillis(Long.parseLong(value(config, "delete.retention.ms"))),
                    (int) Math.min(1 << 30, segment));
        } catch (UnknownTopicException e) {
            throw new UnknownTopicException("topic \"" + name + "\"");
        }
    }

    private static String value(Config config, String name) {
        return Objects.requireNonNull(config.get(name), name).value();
    }

    private void checkPartition(Partition partition) {
        if (partition.number() >= topic(partition.topic()).partitions()) {
            throw new UnknownTopicException("partition " + partition);
        }
    }

    // Appending.

    @Override
    public CompletableFuture<Position> append(String topic, Message message) {
        LocalLog.checkKey(topic(topic), message);
        return send(topic, null, message);
    }

    @Override
    public CompletableFuture<Position> append(Partition partition, Message message) {
        checkPartition(partition);
        LocalLog.checkKey(topic(partition.topic()), message);
        return send(partition.topic(), partition.number(), message);
    }

    @Override
    public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
        Topic known = topic(topic);
        messages.forEach(message -> LocalLog.checkKey(known, message));
        List<CompletableFuture<Position>> acks =
                messages.stream().map(message -> send(topic, null, message)).toList();
        return CompletableFuture.allOf(acks.toArray(CompletableFuture[]::new))
                .thenApply(all -> acks.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<Position> send(String topic, @Nullable Integer partition, Message message) {
        CompletableFuture<Position> ack = new CompletableFuture<>();
        try {
            var unused = producer.send(KafkaRecords.record(topic, partition, message), (metadata, failure) -> {
                if (failure == null) {
                    ack.complete(new Position(new Partition(topic, metadata.partition()), metadata.offset()));
                } else {
                    ack.completeExceptionally(KafkaErrors.of("appending to " + topic, failure));
                }
            });
        } catch (KafkaException e) {
            ack.completeExceptionally(KafkaErrors.of("appending to " + topic, e));
        }
        return ack;
    }

    // Reading.

    /** A consumer of no group, and where it would read on. */
    private static final class Reader {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private @Nullable TopicPartition partition;
        private long next = -1;

        Reader(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        void goTo(TopicPartition wanted, long offset) {
            if (!wanted.equals(partition)) {
                consumer.assign(List.of(wanted));
                partition = wanted;
                next = -1;
            }
            if (next != offset) {
                consumer.seek(wanted, offset);
            }
            next = -1; // until the read has gone well
        }
    }

    @Override
    public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout) throws InterruptedException {
        Patience.nanos(timeout);
        Patience.records(maxRecords);
        checkPartition(partition);
        if (offset < 0) {
            throw new OffsetOutOfRangeException(partition, offset, firstOffset(partition), endOffset(partition));
        }
        Reader reader = borrow(KafkaRecords.kafkas(partition));
        boolean fine = false;
        try {
            Chunk chunk = read(reader, partition, offset, maxRecords, timeout);
            fine = true;
            return chunk;
        } catch (org.apache.kafka.clients.consumer.OffsetOutOfRangeException e) {
            fine = true;
            throw new OffsetOutOfRangeException(partition, offset, firstOffset(partition), endOffset(partition));
        } catch (InterruptException e) {
            Thread.interrupted(); // Kafka sets it again; the exception says it now
            throw new InterruptedException();
        } catch (KafkaException e) {
            throw KafkaErrors.of("reading " + partition, e);
        } finally {
            giveBack(reader, fine);
        }
    }

    private Chunk read(Reader reader, Partition partition, long offset, int maxRecords, Duration wait) {
        TopicPartition from = KafkaRecords.kafkas(partition);
        reader.goTo(from, offset);
        ConsumerRecords<byte[], byte[]> polled = reader.consumer.poll(wait);
        List<LogRecord> records = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : polled.records(from)) {
            if (records.size() == maxRecords) {
                return new Chunk(records, record.offset());
            }
            records.add(KafkaRecords.logRecord(record));
        }
        if (records.isEmpty()) {
            // Nothing there, or nobody there, or nothing any more? Only answers tell.
            long first = Objects.requireNonNull(
                    reader.consumer.beginningOffsets(List.of(from), timeout).get(from));
            long end = Objects.requireNonNull(
                    reader.consumer.endOffsets(List.of(from), timeout).get(from));
            if (offset < first || offset > end) {
                throw new OffsetOutOfRangeException(partition, offset, first, end);
            }
        }
        reader.next = reader.consumer.position(from, timeout);
        return new Chunk(records, reader.next);
    }

    private Reader borrow(TopicPartition partition) {
        synchronized (readers) {
            checkOpen();
            for (Iterator<Reader> i = readers.iterator(); i.hasNext(); ) {
                Reader reader = i.next();
                if (partition.equals(reader.partition)) {
                    i.remove();
                    return reader;
                }
            }
            Reader any = readers.poll();
            if (any != null) {
                return any;
            }
        }
        return new Reader(consumer(Map.of("auto.offset.reset", "none", "max.poll.records", 500)));
    }

    private void giveBack(Reader reader, boolean fine) {
        synchronized (readers) {
            if (fine && !closed && readers.size() < KEPT_READERS) {
                readers.addFirst(reader);
                return;
            }
        }
        reader.consumer.close();
    }

    @Override
    public long firstOffset(Partition partition) {
        return offset(partition, OffsetSpec.earliest());
    }

    @Override
    public long endOffset(Partition partition) {
        return offset(partition, OffsetSpec.latest());
    }

    @Override
    public long offsetAt(Partition partition, Instant time) {
        Instant ceiling = time.isAfter(Envelope.MAX_TIME) ? Envelope.MAX_TIME.plusMillis(1) : time;
        long found = offset(
                partition, OffsetSpec.forTimestamp(ceiling.isBefore(Instant.EPOCH) ? 0 : LocalLog.ceilMillis(ceiling)));
        return found < 0 ? endOffset(partition) : found;
    }

    private long offset(Partition partition, OffsetSpec spec) {
        checkPartition(partition);
        TopicPartition kafkas = KafkaRecords.kafkas(partition);
        Map<TopicPartition, ListOffsetsResultInfo> found = get(
                "asking for an offset of " + partition,
                admin.listOffsets(Map.of(kafkas, spec), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        return Objects.requireNonNull(found.get(kafkas)).offset();
    }

    // Groups and transactions.

    @Override
    public GroupMember join(Subscription subscription, GroupListener listener) {
        Objects.requireNonNull(listener, "listener");
        subscription.topics().forEach(this::topic);
        KafkaMember member = new KafkaMember(
                this,
                consumer(Map.of(
                        "group.id", subscription.group(),
                        "group.protocol", "consumer",
                        "auto.offset.reset", subscription.start() == StartAt.FIRST ? "earliest" : "latest",
                        "max.poll.records", subscription.maxRecords(),
                        "max.poll.interval.ms", millis(subscription.maxPollInterval()))),
                subscription,
                listener,
                timeout);
        members.add(member);
        return member;
    }

    void forget(KafkaMember member) {
        members.remove(member);
    }

    @Override
    public LogTransactions transactions(String id) {
        checkOpen();
        Topic.checkName("id", id);
        return new KafkaTransactions(
                this, producer(Map.of("transactional.id", id, "transaction.timeout.ms", millis(timeout))));
    }

    /** Not a message of its own: which of Kafka's it is decides. */
    private static final class TopicRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TopicRefusedException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    private <T> T get(String tried, KafkaFuture<T> future) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TopicExistsException || cause instanceof InvalidConfigurationException) {
                throw new TopicRefusedException(cause);
            }
            if (cause instanceof InvalidTopicException || cause instanceof UnknownTopicOrPartitionException) {
                throw new UnknownTopicException("topic: " + tried);
            }
            throw KafkaErrors.of(tried, e);
        } catch (TimeoutException e) {
            throw new LogUnavailableException(tried + " took longer than " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogUnavailableException("interrupted while " + tried, e);
        }
    }

    @Override
    public void close() {
        List<Reader> idle;
        synchronized (readers) {
            if (closed) {
                return;
            }
            closed = true;
            idle = List.copyOf(readers);
            readers.clear();
        }
        members.forEach(KafkaMember::wakeUp);
        try {
            producer.close(timeout);
        } finally {
            idle.forEach(reader -> reader.consumer.close());
            admin.close(timeout);
        }
    }

    /** Settings of a log on Kafka. Not safe for several threads. */
    public static final class Builder {

        private final Map<String, String> settings = new HashMap<>();
        private final Map<String, String> topicSettings = new HashMap<>();
        private Duration timeout = Duration.ofSeconds(30);

        private Builder(String bootstrapServers) {
            settings.put("bootstrap.servers", bootstrapServers);
        }

        /** The most that a call waits for the brokers, from 100 ms to 10 minutes; 30 s by default. */
        public Builder timeout(Duration timeout) {
            if (timeout.toMillis() < 100 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new IllegalArgumentException("timeout must be from 100 ms to 10 minutes, was " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * A setting of all clients, such as {@code security.protocol}. Those on which a guarantee rests are not changed
         * by it.
         */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** A setting of the topics that {@link KafkaLog#createTopic} makes, such as {@code min.insync.replicas}. */
        public Builder topicSetting(String name, String value) {
            topicSettings.put(name, value);
            return this;
        }

        /** A log; asks no broker yet. @throws IllegalArgumentException if the clients refuse a setting */
        public KafkaLog open() {
            try {
                return new KafkaLog(this);
            } catch (KafkaException e) {
                throw new IllegalArgumentException("settings are refused: " + e.getMessage(), e);
            }
        }
    }
}
