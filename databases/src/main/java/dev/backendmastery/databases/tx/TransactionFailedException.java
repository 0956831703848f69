package dev.backendmastery.databases.tx;

import java.util.List;

/**
 * Every attempt that was allowed failed because other transactions were in the way. Nothing is committed; the same call
 * may succeed later. The cause is the last attempt's failure, the suppressed ones are those before it, in order.
 */
public final class TransactionFailedException extends RuntimeException {

    /** What ended the attempts. */
    public enum Limit {
        /** The most attempts were made. */
        ATTEMPTS,
        /** The next attempt would have started after the deadline. */
        DEADLINE,
        /** The shared budget had no re-run left. */
        BUDGET,
        /** The thread was interrupted while it waited; its flag is set. */
        INTERRUPT
    }

    private static final long serialVersionUID = 1L;

    private final int attempts;
    private final Limit limit;

    TransactionFailedException(int attempts, Limit limit, Throwable last, List<Throwable> earlier) {
        super("gave up after " + attempts + " attempts (" + limit + "): " + last.getMessage(), last);
        this.attempts = attempts;
        this.limit = limit;
        earlier.forEach(this::addSuppressed);
    }

    /** How many attempts were made. */
    public int attempts() {
        return attempts;
    }

    /** What ended them. */
    public Limit limit() {
        return limit;
    }
}
