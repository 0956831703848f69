package dev.backendmastery.messaging.log;

/**
 * Another has taken over: the partition is no longer this member's, or the transactional id no longer this writer's.
 */
public final class FencedException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    /** With what was no longer allowed. */
    public FencedException(String message) {
        super(message);
    }

    /** With what was no longer allowed, and who said so. */
    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
