package dev.backendmastery.security.password;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A {@link PasswordStore} of this process, for tests and demos. <b>Threads.</b> Safe for any number. */
public final class InMemoryPasswordStore implements PasswordStore {

    private final Map<String, String> hashes = new ConcurrentHashMap<>();

    /** Without accounts. */
    public InMemoryPasswordStore() {}

    /** Makes an account, or gives one another hash. */
    public void put(String account, String hash) {
        hashes.put(account, hash);
    }

    @Override
    public Optional<String> find(String account) {
        return Optional.ofNullable(hashes.get(account));
    }

    @Override
    public boolean replace(String account, String verified, String fresh) {
        return hashes.replace(account, verified, fresh);
    }

    /** Says how many. */
    @Override
    public String toString() {
        return hashes.size() + " accounts";
    }
}
