package dev.backendmastery.security.password;

/** A password that cannot be one: empty, too long, with characters that are not allowed, or longer than its scheme reads. Says nothing of it. */
public final class UnacceptablePasswordException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For hashers. */
    public UnacceptablePasswordException(String message) {
        super(message);
    }
}
