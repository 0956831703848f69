package dev.backendmastery.patterns.inbox;

import dev.backendmastery.messaging.log.Envelope;
import java.time.Duration;
import java.time.Instant;

/** Nobody remembers whether this message took effect: it is too old, or its time is in the future. A case for people. */
public final class BeyondHorizonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the message, the inbox's time and the horizon. */
    public BeyondHorizonException(Envelope message, Instant now, Duration horizon) {
        super("message " + message.id() + " is of " + message.time() + ", now is " + now + ": it must be at most "
                + horizon + " old and " + Inbox.AHEAD + " ahead");
    }
}
