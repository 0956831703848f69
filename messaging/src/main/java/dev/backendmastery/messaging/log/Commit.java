package dev.backendmastery.messaging.log;

import java.nio.charset.StandardCharsets;

/**
 * How far a group has got in a partition.
 *
 * @param offset the next one to be read
 * @param metadata the group's own words, at most 4,096 bytes in UTF-8
 */
public record Commit(long offset, String metadata) {

    /** The most bytes of metadata: what a Kafka broker takes by its defaults. */
    public static final int MAX_METADATA = 4096;

    /** @throws IllegalArgumentException if one is out of range */
    public Commit {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be at least 0, was " + offset);
        }
        int bytes = metadata.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_METADATA) {
            throw new IllegalArgumentException("metadata must be at most " + MAX_METADATA + " bytes, were " + bytes);
        }
    }

    /** Without metadata. */
    public static Commit at(long offset) {
        return new Commit(offset, "");
    }
}
