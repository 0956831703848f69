package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.Set;

/**
 * What a member of a group wants.
 *
 * @param group its name; as for topics
 * @param topics at least one
 * @param start where to begin if nothing is committed
 * @param maxRecords the most that one poll returns, from 1 to 10,000
 * @param maxPollInterval from 10 ms to a day: who has not polled for so long is taken for dead, and others get its
 *     partitions
 */
public record Subscription(String group, Set<String> topics, StartAt start, int maxRecords, Duration maxPollInterval) {

    private static final int MAX_RECORDS = 10_000;

    /** @throws IllegalArgumentException if one is out of range */
    public Subscription {
        Topic.checkName("group", group);
        topics = Set.copyOf(topics);
        if (topics.isEmpty()) {
            throw new IllegalArgumentException("topics must be at least one, were none");
        }
        topics.forEach(topic -> Topic.checkName("topic", topic));
        if (maxRecords < 1 || maxRecords > MAX_RECORDS) {
            throw new IllegalArgumentException("maxRecords must be from 1 to " + MAX_RECORDS + ", were " + maxRecords);
        }
        if (maxPollInterval.toMillis() < 10 || maxPollInterval.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("maxPollInterval must be from 10 ms to 1 day, was " + maxPollInterval);
        }
    }

    /** From the first message on, 500 a poll, five minutes between polls. */
    public static Subscription of(String group, String... topics) {
        return new Subscription(group, Set.of(topics), StartAt.FIRST, 500, Duration.ofMinutes(5));
    }

    /** The same, with another start. */
    public Subscription startAt(StartAt start) {
        return new Subscription(group, topics, start, maxRecords, maxPollInterval);
    }

    /** The same, with so many records a poll. */
    public Subscription maxRecords(int maxRecords) {
        return new Subscription(group, topics, start, maxRecords, maxPollInterval);
    }

    /** The same, with so much time between polls. */
    public Subscription maxPollInterval(Duration maxPollInterval) {
        return new Subscription(group, topics, start, maxRecords, maxPollInterval);
    }
}
