package dev.backendmastery.shortener.application;

import java.time.Instant;
import java.util.UUID;

/** What happened to a link. */
public record LinkEvent(UUID id, Type type, long linkId, String code, Instant at) {

    /** What happened. */
    public enum Type {
        /** It was made. */
        CREATED,
        /** It was switched off or on. */
        CHANGED,
        /** It was banned. */
        BANNED,
        /** Its time is over. */
        EXPIRED
    }
}
