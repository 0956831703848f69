package dev.backendmastery.search.index;

/** What was once durable does not match its checksum. */
public final class CorruptIndexException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public CorruptIndexException(String message) {
        super(message);
    }

    /** With what went wrong, and why. */
    public CorruptIndexException(String message, Throwable cause) {
        super(message, cause);
    }
}
