package dev.backendmastery.security.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that were taken back, by what they say and never by their bytes: other bytes may say the same.
 *
 * <p><b>Guarantee.</b> What was revoked is revoked until the time that was given, at least (TV-16, TV-17).
 */
public interface Revocations {

    /**
     * Takes one token back.
     *
     * @param until when it expires by itself: longer it need not be remembered
     */
    void revoke(String issuer, String id, Instant until);

    /**
     * Takes back all tokens about a subject that were made before, or at, {@code time}.
     *
     * @param until when the last of them expires
     */
    void revokeAll(String issuer, String subject, Instant time, Instant until);

    /**
     * Whether the token was taken back.
     *
     * @param subject null if it is about nobody
     */
    boolean isRevoked(String issuer, String id, @Nullable String subject, Instant issuedAt);
}
