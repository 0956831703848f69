package dev.backendmastery.security.password;

/** There is no room for another hash now: nothing is known of the password. Answer 503, and let the caller try again. */
public final class HashingRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why there is none. */
    public enum Reason {
        /** As many as may wait do. */
        TOO_MANY_WAIT,
        /** It waited as long as it may. */
        WAITED_TOO_LONG,
        /** The thread was interrupted, and is still. */
        INTERRUPTED
    }

    private final Reason reason;

    /** For hashers. */
    public HashingRefusedException(Reason reason) {
        super("no room for another hash: " + reason, null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
