package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.List;

/**
 * A call failed in a way that is worth another attempt, and there is none. The cause is the failure of the last attempt.
 */
public final class RetriesExhaustedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient List<Attempt> attempts;

    /** What stopped it. */
    public enum Reason {
        /** As many attempts were made as are allowed. */
        ATTEMPTS,
        /** The next attempt would have started after the deadline. */
        DEADLINE,
        /** The callers together have spent their {@link RetryBudget}. */
        BUDGET
    }

    /**
     * One attempt that failed.
     *
     * @param number from 1
     * @param failedAfter how long after the start of the call it failed
     * @param failure what it threw
     */
    public record Attempt(int number, Duration failedAfter, Throwable failure) {}

    /**
     * With the history.
     *
     * @param attempts the failed attempts in their order, at least one
     */
    public RetriesExhaustedException(Reason reason, List<Attempt> attempts) {
        super(
                "gave up after " + attempts.size() + " attempt(s): no more " + reason,
                attempts.get(attempts.size() - 1).failure());
        this.reason = reason;
        this.attempts = List.copyOf(attempts);
    }

    /** What stopped it. */
    public Reason reason() {
        return reason;
    }

    /** All attempts, in their order; the last one's failure is the cause. Empty after deserialisation. */
    public List<Attempt> attempts() {
        return attempts == null ? List.of() : attempts;
    }
}
