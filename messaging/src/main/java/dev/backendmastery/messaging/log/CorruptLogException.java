package dev.backendmastery.messaging.log;

/**
 * What was once durable does not match its checksum: the disk has lost it, and nobody may pretend that it was not
 * there.
 */
public final class CorruptLogException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    /** With the file and the position. */
    public CorruptLogException(String message) {
        super(message);
    }
}
