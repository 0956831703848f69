package dev.backendmastery.messaging.log;

/** The broker or the disk did not do it in time, or at all. An append that fails so may have taken place or not. */
public final class LogUnavailableException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    /** With what was tried. */
    public LogUnavailableException(String message) {
        super(message);
    }

    /** With what was tried, and what went wrong. */
    public LogUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
