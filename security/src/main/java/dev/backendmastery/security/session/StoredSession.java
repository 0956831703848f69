package dev.backendmastery.security.session;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as a store keeps it. Nobody can make a token from it; who can read it can make texts that look like replaced ones, and end sessions with them.
 *
 * @param generation how often it has been refreshed, from 0
 * @param current SHA-256 of the newest token's secret, in hex
 * @param previous the same of the one before, or null in generation 0
 * @param salt what the newest secret was made with from the one before, in hex, or null in generation 0
 * @param seal the key by which old tokens of this session are told from made-up ones, in hex
 * @param idleUntil when it ends if not refreshed before
 * @param until when it ends in any case
 * @param end how it ended before its time, or null
 */
public record StoredSession(
        UUID id,
        String subject,
        String device,
        Set<String> scopes,
        Instant createdAt,
        Instant refreshedAt,
        int generation,
        String current,
        @Nullable String previous,
        @Nullable String salt,
        String seal,
        Instant idleUntil,
        Instant until,
        @Nullable End end) {

    /** Copies the scopes. */
    public StoredSession {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(subject, "subject");
        scopes = Set.copyOf(scopes);
    }

    /** The same, ended. */
    public StoredSession ended(End how) {
        return new StoredSession(
                id,
                subject,
                device,
                scopes,
                createdAt,
                refreshedAt,
                generation,
                current,
                previous,
                salt,
                seal,
                idleUntil,
                until,
                how);
    }

    /** When it ends if nothing happens. */
    public Instant expiresAt() {
        return idleUntil.isBefore(until) ? idleUntil : until;
    }

    Session view() {
        return new Session(id, subject, device, scopes, createdAt, refreshedAt, expiresAt());
    }
}
