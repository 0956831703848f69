package dev.backendmastery.caching.writing;

/** A change was not accepted, or not written before the end: there was no room or no time. */
public final class WriteRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what was missing. */
    public WriteRefusedException(String message) {
        super(message);
    }

    /** With what was missing, and why. */
    public WriteRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
