package dev.backendmastery.patterns.outbox;

import java.time.Duration;

/**
 * What has not left yet.
 *
 * @param waiting committed messages that no relay has marked as sent
 * @param oldest how long the first of them, or of those held back, has waited since it was appended; zero if there is none
 * @param held messages held back behind one that was refused, or parked
 * @param retrying keys that are tried again
 * @param parked keys that are not, until {@link OutboxAdmin#replay}
 */
public record OutboxLag(long waiting, Duration oldest, long held, long retrying, long parked) {}
