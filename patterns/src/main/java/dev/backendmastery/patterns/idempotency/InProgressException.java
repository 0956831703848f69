package dev.backendmastery.patterns.idempotency;

/** The command is being run for another request with this key and has no answer yet: ask again later. HTTP: 409. */
public final class InProgressException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the key. */
    public InProgressException(Request request) {
        super("key " + request.key() + " of " + request.scope() + ": its first request has not been answered yet");
    }
}
