package dev.backendmastery.shortener.domain;

/** A request that the rules refuse; nothing was changed. */
public final class LinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of refusal it is. */
    public enum Reason {
        /** A value is not what it should be. */
        INVALID,
        /** There is no such link, or it is another's. */
        NOT_FOUND,
        /** The alias belongs to another link. */
        ALIAS_TAKEN,
        /** The idempotency key was used for another request. */
        KEY_REUSED,
        /** The caller may not do this. */
        FORBIDDEN,
        /** The link cannot change in this way any more. */
        STATE
    }

    private final Reason reason;

    /** A refusal with a text for people. */
    public LinkException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What kind of refusal it is. */
    public Reason reason() {
        return reason;
    }

    /** A value that is not what it should be. */
    public static LinkException invalid(String message) {
        return new LinkException(Reason.INVALID, message);
    }

    /** No such link. */
    public static LinkException notFound(String code) {
        return new LinkException(Reason.NOT_FOUND, "there is no link " + code);
    }
}
