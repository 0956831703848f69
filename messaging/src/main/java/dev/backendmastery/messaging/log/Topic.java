package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A topic and what becomes of old messages in it.
 *
 * @param name 1 to 200 letters, digits, dots, underlines and hyphens, and not only dots
 * @param partitions from 1 to 10,000
 * @param maxAge what is older may go, whole segments at a time, or null if age does not matter
 * @param maxBytes of a partition: what is more than that goes, oldest first, whole segments at a time, or null
 * @param compacted whether only the last message of each key is kept; every message then needs a key
 * @param tombstones how long a tombstone stays after compaction has first seen it
 * @param segmentBytes from 4 KiB to 1 GiB (Kafka: from 1 MiB): the unit in which old messages go
 */
public record Topic(
        String name,
        int partitions,
        @Nullable Duration maxAge,
        @Nullable Long maxBytes,
        boolean compacted,
        Duration tombstones,
        int segmentBytes) {

    static final int MAX_PARTITIONS = 10_000;

    private static final int MIN_SEGMENT = 4096;
    private static final int MAX_SEGMENT = 1 << 30;
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Pattern NAME = Pattern.compile("(?!\\.+$)[A-Za-z0-9._-]{1,200}");

    /** @throws IllegalArgumentException if one is out of range */
    public Topic {
        checkName("name", name);
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions must be from 1 to " + MAX_PARTITIONS + ", were " + partitions);
        }
        if (maxAge != null && (maxAge.toMillis() < 1 || maxAge.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("maxAge must be from 1 ms to " + LONGEST + ", was " + maxAge);
        }
        if (maxBytes != null && maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, was " + maxBytes);
        }
        if (compacted && (maxAge != null || maxBytes != null)) {
            throw new IllegalArgumentException("a compacted topic has no maxAge and no maxBytes");
        }
        if (tombstones.isNegative() || tombstones.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("tombstones must be from 0 to " + LONGEST + ", was " + tombstones);
        }
        if (segmentBytes < MIN_SEGMENT || segmentBytes > MAX_SEGMENT) {
            throw new IllegalArgumentException(
                    "segmentBytes must be from " + MIN_SEGMENT + " to " + MAX_SEGMENT + ", were " + segmentBytes);
        }
    }

    /** Keeps everything for ever, in segments of 64 MiB. */
    public static Topic of(String name, int partitions) {
        return new Topic(name, partitions, null, null, false, Duration.ofDays(1), 64 << 20);
    }

    /** The same, and what is older than {@code maxAge} may go. */
    public Topic keepFor(Duration maxAge) {
        return new Topic(name, partitions, maxAge, maxBytes, compacted, tombstones, segmentBytes);
    }

    /** The same, and what is more than {@code maxBytes} in a partition goes. */
    public Topic keepBytes(long maxBytes) {
        return new Topic(name, partitions, maxAge, maxBytes, compacted, tombstones, segmentBytes);
    }

    /** The same, and only the last message of each key is kept, a tombstone for {@code tombstones}. */
    public Topic compact(Duration tombstones) {
        return new Topic(name, partitions, maxAge, maxBytes, true, tombstones, segmentBytes);
    }

    /** The same, in segments of this size. */
    public Topic segments(int segmentBytes) {
        return new Topic(name, partitions, maxAge, maxBytes, compacted, tombstones, segmentBytes);
    }

    static String checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(what
                    + " must be 1 to 200 letters, digits, dots, underlines and hyphens, and not only dots, was \""
                    + name + "\"");
        }
        return name;
    }
}
