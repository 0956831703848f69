package dev.backendmastery.core.ratelimit;

import java.time.Duration;

/** A limit did not admit a call within its deadline. Nothing was taken; {@link #retryAfter()} says when to come again. */
public final class RateLimitExceededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /** Says that {@code permits} would have been granted after {@code retryAfter}, which was beyond {@code timeout}. */
    public RateLimitExceededException(long permits, Duration timeout, Duration retryAfter) {
        super("no " + permits + " permit(s) within " + timeout + "; retry after " + retryAfter);
        this.retryAfter = retryAfter;
    }

    /** How long after the refusal the same call would have been admitted, if nobody else had come. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
