package dev.backendmastery.security.token;

/** A token that is not to be believed. The message names the rule and holds nothing of the token. */
public final class TokenRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Which kind of rule it breaks: for logs and counts. What a caller is told should be the same for all. */
    public enum Reason {
        /** Larger than allowed. */
        TOO_LARGE,
        /** Not in the one form that a token has. */
        MALFORMED,
        /** Uses what is not supported: extensions, compression, unencoded payloads. */
        UNSUPPORTED,
        /** Not of the kind that was asked for. */
        TYPE,
        /** By nobody known. */
        UNKNOWN_KEY,
        /** By another algorithm than its key's. */
        ALGORITHM,
        /** Not signed by its key. */
        SIGNATURE,
        /** Not sealed for its key. */
        SEAL,
        /** A claim is missing or not of its form. */
        CLAIM,
        /** By somebody else. */
        ISSUER,
        /** For somebody else. */
        AUDIENCE,
        /** Its time is over. */
        EXPIRED,
        /** Its time has not begun. */
        NOT_YET,
        /** Taken back. */
        REVOKED
    }

    private final Reason reason;

    TokenRefusedException(Reason reason, String message) {
        super(reason + ": " + message, null, false, false);
        this.reason = reason;
    }

    /** Which kind of rule. */
    public Reason reason() {
        return reason;
    }
}
