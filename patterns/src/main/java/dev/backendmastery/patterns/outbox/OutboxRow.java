package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Message;

/**
 * A row to publish.
 *
 * @param createdMicros since 1970
 * @param blocked whether its key is held back
 */
record OutboxRow(long id, OrderKey key, long createdMicros, Message message, boolean blocked) {

    static OutboxRow of(long id, String topic, byte[] key, long createdMicros, byte[] message, boolean blocked) {
        return new OutboxRow(
                id, new OrderKey(topic, Bytes.of(key)), createdMicros, Message.fromBytes(message), blocked);
    }
}
