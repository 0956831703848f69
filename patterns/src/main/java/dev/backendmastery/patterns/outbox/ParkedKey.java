package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Bytes;
import java.time.Instant;

/**
 * A key that is held back.
 *
 * @param key the message's key, or the 16 bytes of its id if it has none
 * @param parked whether it waits for {@link OutboxAdmin#replay}; else it is tried again by itself
 * @param messages how many are held back so far
 * @param attempts how often the first of them was refused
 * @param since when it was first held back
 * @param error what it was refused with last
 */
public record ParkedKey(
        String topic, Bytes key, boolean parked, long messages, int attempts, Instant since, String error) {}
