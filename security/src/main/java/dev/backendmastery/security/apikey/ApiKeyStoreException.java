package dev.backendmastery.security.apikey;

/** The store gave no answer: nothing is known of a key, and what was to be written may be or not be. */
public final class ApiKeyStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For stores. */
    public ApiKeyStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
