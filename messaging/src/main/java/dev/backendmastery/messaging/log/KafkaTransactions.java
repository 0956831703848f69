package dev.backendmastery.messaging.log;

import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Transactions of a Kafka producer. Offsets go with the whole metadata of the group: that is what fences a member that
 * was one.
 */
final class KafkaTransactions implements LogTransactions {

    private final KafkaLog log;
    private final KafkaProducer<byte[], byte[]> producer;
    private boolean open;
    private boolean closed;

    /** @throws LogUnavailableException if the id cannot be claimed in time */
    KafkaTransactions(KafkaLog log, KafkaProducer<byte[], byte[]> producer) {
        this.log = log;
        this.producer = producer;
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            producer.close();
            throw KafkaErrors.of("claiming the transactional id", e);
        }
    }

    @Override
    public void begin() {
        checkOpen();
        if (open) {
            throw new IllegalStateException("a transaction is open already");
        }
        try {
            producer.beginTransaction();
            open = true;
        } catch (KafkaException e) {
            throw KafkaErrors.of("beginning", e);
        }
    }

    @Override
    public void append(String topic, Message message) {
        checkBegun();
        LocalLog.checkKey(log.topic(topic), message);
        try {
            // What becomes of it shows in commit.
            var unused = producer.send(KafkaRecords.record(topic, null, message), (metadata, failure) -> {});
        } catch (KafkaException e) {
            throw KafkaErrors.of("appending", e);
        }
    }

    @Override
    public void commitOffsets(GroupMember member, Map<Partition, Commit> commits) {
        checkBegun();
        if (!(member instanceof KafkaMember ours) || !ours.isOf(log)) {
            throw new IllegalArgumentException("member must be one of this log");
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = ours.offsets(commits);
        try {
            producer.sendOffsetsToTransaction(offsets, ours.metadata());
        } catch (KafkaException e) {
            throw KafkaErrors.of("committing offsets", e);
        }
    }

    @Override
    public void commit() {
        checkBegun();
        try {
            producer.commitTransaction();
            open = false;
        } catch (KafkaException e) {
            throw KafkaErrors.of("committing", e);
        }
    }

    @Override
    public void abort() {
        checkOpen();
        if (!open) {
            return;
        }
        open = false;
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            if (!KafkaErrors.isFenced(e)) {
                throw KafkaErrors.of("aborting", e);
            }
            // Whoever fenced us has aborted it.
        }
    }

    private void checkBegun() {
        checkOpen();
        if (!open) {
            throw new IllegalStateException("no transaction is open");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this writer is closed");
        }
        log.checkOpen();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // Without the grace that would wait for what is open: the broker aborts it when the id is claimed or its
            // time is over.
            if (open) {
                open = false;
                try {
                    producer.abortTransaction();
                } catch (KafkaException e) {
                    // Its end is certain all the same: see above.
                    producer.close(java.time.Duration.ZERO);
                    return;
                }
            }
            producer.close();
        }
    }
}
