package dev.backendmastery.security.token;

import org.jspecify.annotations.Nullable;

/** The keys cannot be had now: nothing is known of the token. */
public final class KeysUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeysUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
