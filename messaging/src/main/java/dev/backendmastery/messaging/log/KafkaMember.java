package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/** A member of a Kafka consumer group, on the new group protocol. */
final class KafkaMember implements GroupMember {

    private final KafkaLog log;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration timeout;
    private boolean closed;

    KafkaMember(
            KafkaLog log,
            KafkaConsumer<byte[], byte[]> consumer,
            Subscription subscription,
            GroupListener listener,
            Duration timeout) {
        this.log = log;
        this.consumer = consumer;
        this.timeout = timeout;
        consumer.subscribe(subscription.topics(), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                tell(partitions, listener::onAssigned);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                tell(partitions, listener::onRevoked);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                tell(partitions, listener::onLost);
            }
        });
    }

    private static void tell(
            Collection<TopicPartition> partitions, java.util.function.Consumer<Set<Partition>> listener) {
        if (!partitions.isEmpty()) {
            listener.accept(ours(partitions));
        }
    }

    private static Set<Partition> ours(Collection<TopicPartition> partitions) {
        return partitions.stream().map(KafkaRecords::partition).collect(Collectors.toCollection(TreeSet::new));
    }

    boolean isOf(KafkaLog other) {
        return log == other;
    }

    ConsumerGroupMetadata metadata() {
        checkOpen();
        return consumer.groupMetadata();
    }

    /** Makes a poll of another thread end. */
    void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public List<LogRecord> poll(Duration timeout) throws InterruptedException {
        Patience.nanos(timeout);
        checkOpen();
        ConsumerRecords<byte[], byte[]> polled;
        try {
            polled = consumer.poll(timeout);
        } catch (InterruptException e) {
            Thread.interrupted(); // Kafka sets it again; the exception says it now
            throw interrupted(e);
        } catch (WakeupException e) {
            throw new IllegalStateException("this log is closed", e);
        } catch (KafkaException e) {
            throw KafkaErrors.of("polling", e);
        }
        List<LogRecord> records = new ArrayList<>(polled.count());
        try {
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                records.add(KafkaRecords.logRecord(record));
            }
        } catch (MessageFormatException e) {
            polled.partitions()
                    .forEach(partition -> consumer.seek(
                            partition, polled.records(partition).get(0).offset()));
            throw e;
        }
        return records;
    }

    private static InterruptedException interrupted(InterruptException cause) {
        InterruptedException told = new InterruptedException();
        told.initCause(cause);
        return told;
    }

    @Override
    public Set<Partition> assignment() {
        return ours(consumer.assignment());
    }

    @Override
    public void commit(Map<Partition, Commit> commits) {
        Map<TopicPartition, OffsetAndMetadata> offsets = offsets(commits);
        call("committing", () -> {
            consumer.commitSync(offsets, timeout);
            return true;
        });
    }

    /** @throws FencedException if one is not this member's */
    Map<TopicPartition, OffsetAndMetadata> offsets(Map<Partition, Commit> commits) {
        checkOwned(commits.keySet());
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        commits.forEach((partition, commit) ->
                offsets.put(KafkaRecords.kafkas(partition), new OffsetAndMetadata(commit.offset(), commit.metadata())));
        return offsets;
    }

    @Override
    public Map<Partition, Commit> committed(Set<Partition> partitions) {
        checkOpen();
        Map<Partition, Commit> found = new TreeMap<>();
        call("reading commits", () -> consumer.committed(kafkas(partitions), timeout))
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        found.put(KafkaRecords.partition(partition), new Commit(offset.offset(), offset.metadata()));
                    }
                });
        return found;
    }

    @Override
    public long position(Partition partition) {
        checkOwned(Set.of(partition));
        return call("reading a position", () -> consumer.position(KafkaRecords.kafkas(partition), timeout));
    }

    @Override
    public void seek(Partition partition, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be at least 0, was " + offset);
        }
        checkOwned(Set.of(partition));
        consumer.seek(KafkaRecords.kafkas(partition), offset);
    }

    @Override
    public void pause(Set<Partition> partitions) {
        checkOwned(partitions);
        consumer.pause(kafkas(partitions));
    }

    @Override
    public void resume(Set<Partition> partitions) {
        checkOwned(partitions);
        consumer.resume(kafkas(partitions));
    }

    private static Set<TopicPartition> kafkas(Set<Partition> partitions) {
        return partitions.stream().map(KafkaRecords::kafkas).collect(Collectors.toSet());
    }

    private <T> T call(String tried, java.util.function.Supplier<T> action) {
        try {
            return action.get();
        } catch (WakeupException e) {
            throw new IllegalStateException("this log is closed", e);
        } catch (KafkaException e) {
            throw KafkaErrors.of(tried, e);
        }
    }

    private void checkOwned(Set<Partition> partitions) {
        checkOpen();
        Set<TopicPartition> mine = consumer.assignment();
        for (Partition partition : partitions) {
            if (!mine.contains(KafkaRecords.kafkas(partition))) {
                throw new FencedException(partition + " is not this member's");
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this member is closed");
        }
        log.checkOpen();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            log.forget(this);
            call("leaving the group", () -> {
                consumer.close(CloseOptions.timeout(timeout));
                return true;
            });
        }
    }
}
