package dev.backendmastery.security.apikey;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An {@link ApiKeyStore} of this process.
 *
 * <p><b>Threads.</b> Safe for any number; look-ups do not wait, changes do for each other. <b>Not for</b> keys that should be there tomorrow.
 */
public final class InMemoryApiKeyStore implements ApiKeyStore {

    private final Map<String, Hashed> byHash = new ConcurrentHashMap<>();
    private final Map<UUID, String> hashes = new ConcurrentHashMap<>();

    /** Without keys. */
    public InMemoryApiKeyStore() {}

    @Override
    public synchronized boolean add(Hashed key) {
        if (hashes.containsKey(key.key().id()) || byHash.containsKey(key.hash())) {
            return false;
        }
        byHash.put(key.hash(), key);
        hashes.put(key.key().id(), key.hash());
        return true;
    }

    @Override
    public Optional<Hashed> findByHash(String hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    @Override
    public Optional<ApiKey> find(UUID id) {
        return Optional.ofNullable(hashes.get(id)).map(byHash::get).map(Hashed::key);
    }

    @Override
    public List<ApiKey> list(String owner) {
        return byHash.values().stream()
                .map(Hashed::key)
                .filter(key -> key.owner().equals(owner))
                .sorted(Comparator.comparing(ApiKey::createdAt)
                        .thenComparing(ApiKey::id)
                        .reversed())
                .toList();
    }

    private void put(ApiKey key) {
        String hash = hashes.get(key.id());
        if (hash == null) {
            throw new IllegalStateException("no key of the id " + key.id());
        }
        byHash.put(hash, new Hashed(key, hash));
    }

    @Override
    public synchronized boolean succeed(UUID id, Instant until, Hashed successor) {
        ApiKey old = find(id).orElse(null);
        if (old == null || old.revokedAt() != null || old.successor() != null || !add(successor)) {
            return false;
        }
        Instant end = old.expiresAt();
        put(old.until(
                end != null && end.isBefore(until) ? end : until,
                successor.key().id()));
        return true;
    }

    @Override
    public synchronized int revoke(UUID id, Instant time) {
        int count = 0;
        Deque<UUID> left = new ArrayDeque<>(List.of(id));
        for (UUID one = left.poll(); one != null; one = left.poll()) {
            ApiKey key = find(one).orElse(null);
            if (key != null && key.revokedAt() == null) {
                put(key.revoked(time));
                count++;
            }
            UUID issuer = one;
            byHash.values().stream()
                    .map(Hashed::key)
                    .filter(other -> issuer.equals(other.issuedBy()))
                    .forEach(other -> left.add(other.id()));
        }
        return count;
    }

    @Override
    public synchronized boolean used(UUID id, Instant time, Instant before) {
        ApiKey key = find(id).orElse(null);
        if (key == null) {
            return false;
        }
        Instant last = key.lastUsedAt();
        if (last != null && !last.isBefore(before)) {
            return false;
        }
        put(key.used(time));
        return true;
    }

    /** Says how many. */
    @Override
    public String toString() {
        return byHash.size() + " keys";
    }
}
