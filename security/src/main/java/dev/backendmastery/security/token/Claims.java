package dev.backendmastery.security.token;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a verified token says.
 *
 * @param issuer who made it
 * @param subject whom it is about, or null
 * @param audience whom it is for
 * @param expiresAt from when on it is over
 * @param issuedAt when it was made, or null
 * @param id its own name, or null
 * @param keyId of the key that signed it
 * @param all every claim as it stands: texts, {@link Long} or {@link java.math.BigDecimal}, truth values, lists, maps
 */
public record Claims(
        String issuer,
        @Nullable String subject,
        List<String> audience,
        Instant expiresAt,
        @Nullable Instant issuedAt,
        @Nullable String id,
        String keyId,
        Map<String, @Nullable Object> all) {

    /** A claim that is a text. */
    public Optional<String> text(String name) {
        return all.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
