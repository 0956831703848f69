package dev.backendmastery.patterns.idempotency;

/** The key came with other content before: one of the two is a mistake of the caller's. HTTP: 422. */
public final class KeyReusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the key. */
    public KeyReusedException(Request request) {
        super("key " + request.key() + " of " + request.scope() + " was used for another request before");
    }
}
