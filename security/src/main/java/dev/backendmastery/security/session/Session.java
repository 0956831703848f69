package dev.backendmastery.security.session;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * A sign-in on a device: what may be shown of it.
 *
 * @param id names it; not a secret
 * @param subject who signed in
 * @param device where, as was said at the sign-in
 * @param scopes what its tokens are good for
 * @param createdAt when it began
 * @param refreshedAt when its newest token was made
 * @param expiresAt when it ends if it is not refreshed before
 */
public record Session(
        UUID id,
        String subject,
        String device,
        Set<String> scopes,
        Instant createdAt,
        Instant refreshedAt,
        Instant expiresAt) {}
