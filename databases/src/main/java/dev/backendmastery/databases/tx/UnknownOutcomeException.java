package dev.backendmastery.databases.tx;

/**
 * The connection was lost in COMMIT and nobody could say in time whether the transaction took place. It may have, or may
 * not have; do not run it again before that is known. Later, {@code SELECT pg_xact_status('<id>')} tells.
 */
public final class UnknownOutcomeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String transactionId;

    UnknownOutcomeException(String transactionId, Throwable cause) {
        super("COMMIT of transaction " + transactionId + " was sent and its outcome could not be found out", cause);
        this.transactionId = transactionId;
    }

    /** PostgreSQL's id of the transaction, of type {@code xid8}. */
    public String transactionId() {
        return transactionId;
    }
}
