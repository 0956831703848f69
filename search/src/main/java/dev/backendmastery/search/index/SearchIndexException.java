package dev.backendmastery.search.index;

/** What an index cannot do through no fault of its caller. */
public class SearchIndexException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public SearchIndexException(String message) {
        super(message);
    }

    /** With what went wrong, and why. */
    public SearchIndexException(String message, Throwable cause) {
        super(message, cause);
    }
}
