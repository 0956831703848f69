package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When and how a call is tried again.
 *
 * @param maxAttempts the most attempts, the first included; from 1 to 1,000
 * @param deadline no attempt starts later than this after the call; positive
 * @param backoff the wait between attempts
 * @param retryOn the failures that are worth another attempt
 * @param retryOnResult the values that are; the last one is returned if there is no other
 * @param serverDelay what a failure says about when to come back, or null: the wait is never shorter
 */
public record RetryConfig(
        int maxAttempts,
        Duration deadline,
        Backoff backoff,
        Predicate<? super Throwable> retryOn,
        Predicate<? super @Nullable Object> retryOnResult,
        Function<? super Throwable, ? extends @Nullable Duration> serverDelay) {

    /**
     * 3 attempts within 10 s, full jitter from 50 ms to 2 s, on every exception but a rejection, an interruption and a
     * cancellation; on no error and no value.
     */
    public static final RetryConfig DEFAULT = new RetryConfig(
            3,
            Duration.ofSeconds(10),
            Backoff.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(2)),
            failure -> failure instanceof Exception && !Check.isNoAnswer(failure),
            new Never(),
            failure -> null);

    /** Checks the bounds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RetryConfig {
        Check.range("maxAttempts", maxAttempts, 1, 1_000);
        Check.positive("deadline", deadline);
        Objects.requireNonNull(backoff, "backoff");
        Objects.requireNonNull(retryOn, "retryOn");
        Objects.requireNonNull(retryOnResult, "retryOnResult");
        Objects.requireNonNull(serverDelay, "serverDelay");
    }

    /** This, with {@code maxAttempts}. */
    public RetryConfig withMaxAttempts(int value) {
        return new RetryConfig(value, deadline, backoff, retryOn, retryOnResult, serverDelay);
    }

    /** This, with {@code deadline}. */
    public RetryConfig withDeadline(Duration value) {
        return new RetryConfig(maxAttempts, value, backoff, retryOn, retryOnResult, serverDelay);
    }

    /** This, with {@code backoff}. */
    public RetryConfig withBackoff(Backoff value) {
        return new RetryConfig(maxAttempts, deadline, value, retryOn, retryOnResult, serverDelay);
    }

    /** This, with {@code retryOn}. */
    public RetryConfig withRetryOn(Predicate<? super Throwable> value) {
        return new RetryConfig(maxAttempts, deadline, backoff, value, retryOnResult, serverDelay);
    }

    /** This, with {@code retryOnResult}. */
    public RetryConfig withRetryOnResult(Predicate<? super @Nullable Object> value) {
        return new RetryConfig(maxAttempts, deadline, backoff, retryOn, value, serverDelay);
    }

    /** This, with {@code serverDelay}. */
    public RetryConfig withServerDelay(Function<? super Throwable, ? extends @Nullable Duration> value) {
        return new RetryConfig(maxAttempts, deadline, backoff, retryOn, retryOnResult, value);
    }

    /** A class rather than a lambda, so that the fast path can tell that there is nothing to ask. */
    static final class Never implements Predicate<@Nullable Object> {
        @Override
        public boolean test(@Nullable Object value) {
            return false;
        }
    }
}
