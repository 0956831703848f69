package dev.backendmastery.messaging.log;

/** Bytes that are no message: cut off, changed, or of a later version of the form. */
public final class MessageFormatException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    MessageFormatException(String message) {
        super(message);
    }
}
