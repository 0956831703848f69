package dev.backendmastery.messaging.consumer;

import java.time.Duration;
import java.util.Objects;

/**
 * A topic in which records wait before they are tried again.
 *
 * @param topic there already; only this group reads it
 * @param delay from 1 ms to 7 days, the same for all of it, so that its first record is due first
 */
public record RetryTier(String topic, Duration delay) {

    /** @throws IllegalArgumentException if the delay is out of range */
    public RetryTier {
        Objects.requireNonNull(topic, "topic");
        Ranges.check("delay", delay, Duration.ofMillis(1), Duration.ofDays(7));
    }
}
