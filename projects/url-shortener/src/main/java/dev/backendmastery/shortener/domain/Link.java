package dev.backendmastery.shortener.domain;

import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A short code and where it leads.
 *
 * @param id the number behind a generated code
 * @param code what stands in the short address
 * @param target where it leads
 * @param title what it is called, or null
 * @param owner the API key that made it
 * @param status whether it may be followed
 * @param createdAt when it was made
 * @param expiresAt from when on it may not be followed, or null for never
 * @param maxVisits how often it may be followed, or null for any number
 * @param tags for finding it again
 */
public record Link(
        long id,
        String code,
        String target,
        @Nullable String title,
        long owner,
        Status status,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Long maxVisits,
        SortedSet<String> tags) {

    /** Whether a link may be followed. */
    public enum Status {
        /** It may. */
        ACTIVE,
        /** Its owner switched it off, and may switch it on again. */
        DISABLED,
        /** An administrator switched it off for good. */
        BANNED
    }

    /** Why the link may not be followed at {@code now}, or null if it may, as far as time and status go. */
    public @Nullable Refusal refusalAt(Instant now) {
        if (status == Status.BANNED) {
            return Refusal.BANNED;
        }
        if (status == Status.DISABLED) {
            return Refusal.DISABLED;
        }
        return expiresAt != null && !now.isBefore(expiresAt) ? Refusal.EXPIRED : null;
    }

    /** Why a link may not be followed. */
    public enum Refusal {
        /** Switched off by an administrator. */
        BANNED,
        /** Switched off by its owner. */
        DISABLED,
        /** Its time is over. */
        EXPIRED,
        /** It was followed as often as it may. */
        EXHAUSTED
    }
}
