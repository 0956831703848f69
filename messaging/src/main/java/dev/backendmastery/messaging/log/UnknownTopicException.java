package dev.backendmastery.messaging.log;

/** There is no such topic, or the topic has no such partition. */
public final class UnknownTopicException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    /** With the topic or the partition. */
    public UnknownTopicException(String what) {
        super("there is no " + what);
    }
}
