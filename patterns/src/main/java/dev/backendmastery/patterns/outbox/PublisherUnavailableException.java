package dev.backendmastery.patterns.outbox;

/** The broker did not answer, or not in time: nothing is known of the message, and nothing is wrong with it. */
public final class PublisherUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what was tried. */
    public PublisherUnavailableException(String message) {
        super(message);
    }

    /** With what was tried, and what went wrong. */
    public PublisherUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
