package dev.backendmastery.messaging.log;

import java.util.Objects;

/**
 * A message and where it lies.
 *
 * @param partition its partition
 * @param offset its number there
 * @param message what was appended
 */
public record LogRecord(Partition partition, long offset, Message message) {

    /** A record. */
    public LogRecord {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(message, "message");
    }
}
