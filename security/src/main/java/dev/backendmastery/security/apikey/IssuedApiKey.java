package dev.backendmastery.security.apikey;

import java.util.Objects;

/**
 * A key with its text, which is shown once and not kept.
 *
 * <p>Its {@code toString} is the key's, without the text.
 */
public final class IssuedApiKey {

    private final ApiKey key;
    private final String text;

    /** For who issues keys. */
    public IssuedApiKey(ApiKey key, String text) {
        this.key = Objects.requireNonNull(key, "key");
        this.text = Objects.requireNonNull(text, "text");
    }

    /** The key. */
    public ApiKey key() {
        return key;
    }

    /** What its owner must send. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
