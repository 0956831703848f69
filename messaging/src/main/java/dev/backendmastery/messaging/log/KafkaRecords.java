package dev.backendmastery.messaging.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Messages as Kafka's records: key, payload, headers and time where Kafka has them, the envelope in a header. So others
 * read the payload, and what others wrote is read too, with an envelope made up from where it lies.
 */
final class KafkaRecords {

    static final String ENVELOPE = "bm-envelope";
    static final String FOREIGN = "foreign";

    private KafkaRecords() {}

    static ProducerRecord<byte[], byte[]> record(String topic, @Nullable Integer partition, Message message) {
        Bytes key = message.key();
        Bytes payload = message.payload();
        List<org.apache.kafka.common.header.Header> headers = new ArrayList<>();
        headers.add(new RecordHeader(
                ENVELOPE, MessageCodec.encode(new Message(message.envelope(), null, List.of(), null))));
        for (Header header : message.headers()) {
            headers.add(new RecordHeader(header.name(), header.value().content()));
        }
        return new ProducerRecord<>(
                topic,
                partition,
                message.envelope().time().toEpochMilli(),
                key == null ? null : key.content(),
                payload == null ? null : payload.content(),
                headers);
    }

    /** @throws MessageFormatException if it is larger than any message */
    static LogRecord logRecord(ConsumerRecord<byte[], byte[]> record) {
        Partition partition = partition(new TopicPartition(record.topic(), record.partition()));
        Envelope envelope = null;
        List<Header> headers = new ArrayList<>();
        Iterator<org.apache.kafka.common.header.Header> all = record.headers().iterator();
        while (all.hasNext()) {
            org.apache.kafka.common.header.Header header = all.next();
            Envelope found = header.key().equals(ENVELOPE) && envelope == null ? envelope(header.value()) : null;
            if (found != null) {
                envelope = found;
            } else if (headers.size() < Message.MAX_HEADERS && Ascii.isFine(header.key())) {
                headers.add(
                        new Header(header.key(), Bytes.wrap(header.value() == null ? new byte[0] : header.value())));
            }
        }
        try {
            Message message = new Message(
                    envelope == null ? foreign(record) : envelope, bytes(record.key()), headers, bytes(record.value()));
            return new LogRecord(partition, record.offset(), message);
        } catch (IllegalArgumentException e) {
            throw new MessageFormatException(
                    partition + " has at offset " + record.offset() + " what is no message: " + e.getMessage());
        }
    }

    static Partition partition(TopicPartition partition) {
        return new Partition(partition.topic(), partition.partition());
    }

    static TopicPartition kafkas(Partition partition) {
        return new TopicPartition(partition.topic(), partition.number());
    }

    private static @Nullable Bytes bytes(byte @Nullable [] content) {
        return content == null ? null : Bytes.wrap(content);
    }

    private static @Nullable Envelope envelope(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        try {
            return MessageCodec.decode(value).envelope();
        } catch (MessageFormatException e) {
            return null; // somebody else's header of that name: it stays a header
        }
    }

    private static Envelope foreign(ConsumerRecord<byte[], byte[]> record) {
        String place = record.topic() + "-" + record.partition() + "-" + record.offset();
        long millis = Math.min(Math.max(0, record.timestamp()), Envelope.MAX_TIME.toEpochMilli());
        return new Envelope(
                UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8)),
                FOREIGN,
                1,
                Instant.ofEpochMilli(millis),
                null,
                "application/octet-stream");
    }
}
