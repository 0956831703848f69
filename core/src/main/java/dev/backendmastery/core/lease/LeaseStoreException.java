package dev.backendmastery.core.lease;

/** The store of the leases did not answer, or not in a way that can be understood. */
public final class LeaseStoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Says what was asked, and why there is no answer. */
    public LeaseStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
