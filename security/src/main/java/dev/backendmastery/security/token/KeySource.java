package dev.backendmastery.security.token;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a verifier finds keys: {@link TokenKeys} that one has, or {@link JwksSource}, those that an issuer publishes. */
public interface KeySource {

    /**
     * The key of this name.
     *
     * @param id the {@code kid} of a header, which anybody may have written; null if there was none
     * @throws KeysUnavailableException if it cannot be said whether there is one
     */
    Optional<TokenKey> find(@Nullable String id);
}
