package dev.backendmastery.core.resilience;

import java.time.Duration;

/** A circuit breaker is open, or half-open with all probes under way. The call was not made. */
public final class CallNotPermittedException extends RejectedException {

    private static final long serialVersionUID = 1L;

    private final CircuitBreaker.State state;
    private final Duration retryAfter;

    /** {@code state} refused the call; the next probe may be admitted after {@code retryAfter}. */
    public CallNotPermittedException(CircuitBreaker.State state, Duration retryAfter) {
        super("the circuit breaker is " + state + "; retry after " + retryAfter);
        this.state = state;
        this.retryAfter = retryAfter;
    }

    /** The state that refused the call. */
    public CircuitBreaker.State state() {
        return state;
    }

    /** How long after the refusal a probe may be admitted. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
