package dev.backendmastery.shortener.application;

import org.jspecify.annotations.Nullable;

/** Links cannot be searched now. */
public final class SearchUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For a reason. */
    public SearchUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
