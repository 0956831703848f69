package dev.backendmastery.search.index;

/** The disk failed, or the engine did not answer in time: whether the call took effect is not known. */
public final class IndexUnavailableException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public IndexUnavailableException(String message) {
        super(message);
    }

    /** With what went wrong, and why. */
    public IndexUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
