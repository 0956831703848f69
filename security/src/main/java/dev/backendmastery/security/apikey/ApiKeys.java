package dev.backendmastery.security.apikey;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keys by which programs are known.
 *
 * <p><b>Guarantee.</b> A key that was issued is believed, and says whose it is and what it may do (AK-1); no other text is (AK-2), and what cannot be a key is refused
 * without a look into the store (AK-3). The store holds nothing from which a key could be made (AK-4); no two are alike (AK-5). A key is believed until it expires
 * (AK-6) or is revoked, and with it all that it has issued (AK-7). A key issues no key that may do more or lives longer than itself (AK-8). While a key is rotated both are
 * believed, the old one for so long and not longer than before, and there is one new one however many ask (AK-9). Lists show no secret (AK-10). When it was last used is
 * written at most once in an interval, and by nobody who waits (AK-11); that this fails fails nothing (AK-12).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> A fast hash and a look-up by it: there is nothing to guess in 256 random bits, so nothing is slow on purpose. <b>Not for</b>
 * people: they choose passwords. <b>Source.</b> ASVS 5.0, 11.4, 13.3.
 */
public interface ApiKeys {

    /**
     * The key of this text.
     *
     * @throws ApiKeyRefusedException if it is none that is believed now
     * @throws ApiKeyStoreException if that cannot be said now
     */
    ApiKey authenticate(String text) throws ApiKeyRefusedException;

    /**
     * Issues a key, by whoever has the right to: that is the caller's to know.
     *
     * @param lifetime 1 s to 10 years; null for ever
     */
    IssuedApiKey issue(String owner, String name, Scopes scopes, @Nullable Duration lifetime);

    /**
     * Issues a key in the name of another, for the same owner.
     *
     * @param by the key that issues, as it was authenticated
     * @param lifetime not beyond the other's; null for as long as it
     * @throws ScopeEscalationException if it would be able to do more
     * @throws ApiKeyRefusedException if {@code by} is no longer believed
     */
    IssuedApiKey issue(ApiKey by, String name, Scopes scopes, @Nullable Duration lifetime)
            throws ApiKeyRefusedException;

    /**
     * Makes sure that there is a key of this text: one that is configured, so that there is a first one.
     *
     * @return the key, as it was if there was one
     * @throws IllegalArgumentException if the text is not well formed
     */
    ApiKey ensure(String text, String owner, String name, Scopes scopes);

    /**
     * Gives a key a successor: same owner, name, scopes and length of life. The old one is believed for {@code overlap} more, unless it would have expired before.
     *
     * @param overlap 0 to 90 days
     * @return nothing if it is not believed any more, or has a successor already
     */
    Optional<IssuedApiKey> rotate(UUID id, Duration overlap);

    /**
     * Revokes a key and all that it has issued, and those have.
     *
     * @return how many were revoked by this call
     */
    int revoke(UUID id);

    /** The key, also if it is not believed any more. */
    Optional<ApiKey> find(UUID id);

    /** All keys of an owner, newest first, also those that are not believed any more. */
    List<ApiKey> list(String owner);
}
