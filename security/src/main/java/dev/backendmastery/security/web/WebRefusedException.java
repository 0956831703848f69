package dev.backendmastery.security.web;

/** What is refused, and by which kind of rule. The message names the rule and holds nothing of what came. */
public final class WebRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Which kind of rule it breaks: for logs and counts. What a caller is told should be the same for all. */
    public enum Reason {
        /** Larger than allowed. */
        TOO_LARGE,
        /** Not of the one form that it has. */
        MALFORMED,
        /** A form or call without its token. */
        TOKEN_MISSING,
        /** A token by nobody known, of another session, or not the one of the cookie. */
        TOKEN,
        /** From another origin. */
        ORIGIN,
        /** A body of another type than the call takes. */
        CONTENT_TYPE,
        /** A header that could become two. */
        HEADER,
        /** A cookie against the rules for cookies. */
        COOKIE,
        /** A redirect that leads elsewhere. */
        REDIRECT,
        /** An address that is not for this server to fetch. */
        TARGET
    }

    private final Reason reason;

    WebRefusedException(Reason reason, String message) {
        super(reason + ": " + message, null, false, false);
        this.reason = reason;
    }

    /** Which kind of rule. */
    public Reason reason() {
        return reason;
    }
}
