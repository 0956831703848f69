package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Message;
import java.util.Objects;

/**
 * A message and the topic it goes to.
 *
 * @param topic there already
 * @param message the message
 */
public record Outgoing(String topic, Message message) {

    /** A message and the topic it goes to. */
    public Outgoing {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(message, "message");
    }
}
