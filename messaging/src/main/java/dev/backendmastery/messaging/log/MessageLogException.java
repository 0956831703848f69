package dev.backendmastery.messaging.log;

/** Something that a log cannot do. */
public abstract class MessageLogException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MessageLogException(String message) {
        super(message);
    }

    MessageLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
