package dev.backendmastery.security.password;

import org.jspecify.annotations.Nullable;

/** The list of breached passwords cannot be read now: nothing is known of the password. */
public final class BreachListUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BreachListUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
