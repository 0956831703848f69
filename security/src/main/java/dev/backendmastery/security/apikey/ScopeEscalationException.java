package dev.backendmastery.security.apikey;

/** A key was to issue one that may do more than itself. Nothing was issued; answer 403. */
public final class ScopeEscalationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For who issues keys. */
    public ScopeEscalationException(Scopes has, Scopes wanted) {
        super("scopes must be within \"" + has + "\", were \"" + wanted + "\"");
    }
}
