package dev.backendmastery.search.index;

/** Another process, or another object in this one, has the index open. */
public final class IndexLockedException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public IndexLockedException(String message) {
        super(message);
    }

    /** With what went wrong, and why. */
    public IndexLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
