package dev.backendmastery.messaging.log;

import java.util.Objects;

/**
 * Where a message lies.
 *
 * @param partition its partition
 * @param offset its number there, never given to another
 */
public record Position(Partition partition, long offset) {

    /** A position. */
    public Position {
        Objects.requireNonNull(partition, "partition");
    }
}
