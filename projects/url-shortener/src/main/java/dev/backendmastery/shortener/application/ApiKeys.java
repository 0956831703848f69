package dev.backendmastery.shortener.application;

import java.util.Optional;

/** Who may use the service. */
public interface ApiKeys {

    /** A key that was presented and is valid. */
    record ApiKey(long id, String name, boolean admin) {}

    /** Makes a key and returns its secret, which is not kept and cannot be shown again. */
    String create(String name, boolean admin);

    /** Makes a key of a given secret, if there is none of it yet. */
    void ensure(String name, boolean admin, String secret);

    /** The key of {@code secret}, if it is valid. */
    Optional<ApiKey> find(String secret);
}
