package dev.backendmastery.core.resilience;

/**
 * The call was not made. It says nothing about the other side: a breaker does not count it, a limit does not learn from
 * it, and it is not tried again by default.
 */
public abstract sealed class RejectedException extends RuntimeException
        permits CallNotPermittedException, BulkheadFullException, LimitExceededException {

    private static final long serialVersionUID = 1L;

    /** Without a stack trace: rejecting must stay cheaper than calling. */
    RejectedException(String message) {
        super(message, null, false, false);
    }
}
