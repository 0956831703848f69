package dev.backendmastery.security.session;

import java.time.Instant;
import java.util.Objects;

/** How a session ended before its time, and when. */
public record End(Cause cause, Instant at) {

    /** Why. */
    public enum Cause {
        /** By who was signed in, or for him, this session alone. */
        SIGNED_OUT,
        /** With all sessions of its subject. */
        SIGNED_OUT_EVERYWHERE,
        /** A token came that had been replaced: two have it, and one of them stole it. */
        REUSED
    }

    /** Neither is null. */
    public End {
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(at, "at");
    }
}
