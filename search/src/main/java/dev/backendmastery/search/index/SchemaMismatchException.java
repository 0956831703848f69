package dev.backendmastery.search.index;

/** The index was made with other fields or other analyzers: what it finds would be wrong. Make it again from its source. */
public final class SchemaMismatchException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public SchemaMismatchException(String message) {
        super(message);
    }

    /** With what went wrong, and why. */
    public SchemaMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
