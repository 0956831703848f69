package dev.backendmastery.security.apikey;

/** A text that is not to be believed. The message holds nothing of it. */
public final class ApiKeyRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why: for logs and counts. The caller is told the same for all. */
    public enum Reason {
        /** No key looks like this: mistyped, cut, of somebody else. */
        MALFORMED,
        /** There is none. */
        UNKNOWN,
        /** Its time is over. */
        EXPIRED,
        /** It was revoked. */
        REVOKED
    }

    private final Reason reason;

    /** For who authenticates keys. */
    public ApiKeyRefusedException(Reason reason) {
        super(null, null, false, false); // whoever tries keys in masses is to cost little
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return "key refused: " + reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
