package dev.backendmastery.security.session;

/** A token that is no good, or not for this. The message holds nothing of the token. */
public final class SessionRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why: for logs and counts. What a caller is told should be the same for all but {@link #SCOPE}. */
    public enum Reason {
        /** Made by nobody here, or so long ago that the session is forgotten. */
        UNKNOWN,
        /** The session has not been refreshed for too long, or has lasted as long as any may. */
        EXPIRED,
        /** The session was ended. */
        ENDED,
        /** The token had been replaced; the session has been ended for it. */
        REUSED,
        /** More was asked for than the session has; the token is as good as before. */
        SCOPE
    }

    private final Reason reason;

    SessionRefusedException(Reason reason) {
        super(reason.toString(), null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
