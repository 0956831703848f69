package dev.backendmastery.shortener.application;

import org.jspecify.annotations.Nullable;

/** A click could not be recorded in bounded time, so its redirect must not be given. */
public final class ClickNotRecordedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says why, if that is known. */
    public ClickNotRecordedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
