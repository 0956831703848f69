package dev.backendmastery.databases.tx;

import java.time.Duration;

/**
 * How often and for how long a transaction is tried.
 *
 * <p>The wait before attempt <i>n</i> + 1 is random between zero and the smaller of {@code maxBackoff} and
 * {@code firstBackoff} times 2<sup>n-1</sup> (full jitter).
 *
 * @param maxAttempts the most attempts, the first included; from 1 to 1,000
 * @param deadline no attempt starts later than this after the call; positive
 * @param firstBackoff the bound of the first wait; positive
 * @param maxBackoff the bound of every wait; at least {@code firstBackoff}
 * @param resolveWithin how long the outcome of a lost COMMIT is asked for; positive
 */
public record RetryPolicy(
        int maxAttempts, Duration deadline, Duration firstBackoff, Duration maxBackoff, Duration resolveWithin) {

    /** 10 attempts within 10 s, waits of at most 5 ms to 500 ms, 10 s for the outcome of a lost COMMIT. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            10, Duration.ofSeconds(10), Duration.ofMillis(5), Duration.ofMillis(500), Duration.ofSeconds(10));

    /** Checks the bounds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RetryPolicy {
        if (maxAttempts < 1 || maxAttempts > 1_000) {
            throw new IllegalArgumentException("maxAttempts must be from 1 to 1000, was " + maxAttempts);
        }
        checkPositive("deadline", deadline);
        checkPositive("firstBackoff", firstBackoff);
        checkPositive("resolveWithin", resolveWithin);
        if (maxBackoff.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException("maxBackoff must be at least firstBackoff, was " + maxBackoff);
        }
    }

    /** The longest wait after the failure of attempt {@code attempt}, which counts from 1. */
    Duration backoffBound(int attempt) {
        int doublings = Math.min(attempt - 1, 30);
        long nanos = firstBackoff.toNanos() > maxBackoff.toNanos() >> doublings
                ? maxBackoff.toNanos()
                : firstBackoff.toNanos() << doublings;
        return Duration.ofNanos(nanos);
    }

    private static void checkPositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }
}
