package dev.backendmastery.security.apikey;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where keys are kept, by the hash of their text.
 *
 * <p><b>Guarantee.</b> What was added is found by its hash and its id, as it was (KS-1), once (KS-2), and listed for its owner (KS-3). A key has one successor however many
 * add one (KS-4). What is revoked is revoked for good, with all that it has issued (KS-5). The time of last use goes forward, in steps (KS-6).
 *
 * <p><b>Threads.</b> Safe for any number. Times are kept to the microsecond. All methods may throw {@link ApiKeyStoreException}.
 */
public interface ApiKeyStore {

    /**
     * A key and the hash of its text.
     *
     * @param hash in hexadecimal digits
     */
    record Hashed(ApiKey key, String hash) {

        /** Without the hash. */
        @Override
        public String toString() {
            return key.toString();
        }
    }

    /**
     * Adds a key.
     *
     * @return whether there was none of this id or hash; otherwise nothing has changed
     */
    boolean add(Hashed key);

    /** By the hash of its text. */
    Optional<Hashed> findByHash(String hash);

    /** By its id. */
    Optional<ApiKey> find(UUID id);

    /** Of an owner, newest first. */
    List<ApiKey> list(String owner);

    /**
     * Adds a successor, and lets the old one end at {@code until} if it does not end before.
     *
     * @return whether the old one is there, not revoked and without a successor; otherwise nothing has changed
     */
    boolean succeed(UUID id, Instant until, Hashed successor);

    /**
     * Revokes a key and all that were issued by it, and by those.
     *
     * @return how many were not revoked before
     */
    int revoke(UUID id, Instant time);

    /**
     * Writes that a key was used, if what is written is from before {@code before}.
     *
     * @return whether it was written
     */
    boolean used(UUID id, Instant time, Instant before);
}
