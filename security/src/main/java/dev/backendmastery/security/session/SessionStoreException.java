package dev.backendmastery.security.session;

/** The store of the sessions did not answer; what was asked may or may not have been done. */
public final class SessionStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what was asked, and why there is no answer. */
    public SessionStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
