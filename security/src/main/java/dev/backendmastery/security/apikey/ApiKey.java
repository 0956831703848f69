package dev.backendmastery.security.apikey;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key without its secret.
 *
 * @param owner whose it is: an account, a tenant
 * @param name what the owner calls it
 * @param hint its begin and its last four characters, so that the owner knows it again
 * @param issuedBy the key that has issued it; null if a person has
 * @param expiresAt from when on it is refused; null for never
 * @param lastUsedAt about when it was last used; null for never, or if that is not kept
 * @param revokedAt when it was revoked; null if it was not
 * @param successor the key that has taken its place, so that it cannot be rotated again; null if none has
 */
public record ApiKey(
        UUID id,
        String owner,
        String name,
        Scopes scopes,
        String hint,
        @Nullable UUID issuedBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt,
        @Nullable UUID successor) {

    private static final int LONGEST = 200;

    /** Refuses empty and endless names. */
    public ApiKey {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(scopes, "scopes");
        Objects.requireNonNull(hint, "hint");
        Objects.requireNonNull(createdAt, "createdAt");
        check("owner", owner);
        check("name", name);
    }

    private static void check(String what, String value) {
        if (value.isBlank() || value.length() > LONGEST || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " must be 1 to " + LONGEST + " characters, and none of them NUL");
        }
    }

    /** Whether it is believed at this time. */
    public boolean isActive(Instant time) {
        return revokedAt == null && (expiresAt == null || time.isBefore(expiresAt));
    }

    /** How long it was made for; null for ever. */
    @Nullable
    Duration lifetime() {
        return expiresAt == null ? null : Duration.between(createdAt, expiresAt);
    }

    ApiKey until(@Nullable Instant end, @Nullable UUID next) {
        return new ApiKey(id, owner, name, scopes, hint, issuedBy, createdAt, end, lastUsedAt, revokedAt, next);
    }

    ApiKey used(Instant time) {
        return new ApiKey(id, owner, name, scopes, hint, issuedBy, createdAt, expiresAt, time, revokedAt, successor);
    }

    ApiKey revoked(Instant time) {
        return new ApiKey(id, owner, name, scopes, hint, issuedBy, createdAt, expiresAt, lastUsedAt, time, successor);
    }
}
