package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.resilience.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What is done about a record whose handler failed: attempts in place, its successors waiting; then, if there are any,
 * {@link RetryTier}s; then {@link AfterRetries}.
 *
 * <p>By default every {@link Exception} may be tried again and no {@link Error}. Attempts are counted where the record is
 * handled: after a crash, or when its partition goes to another member, they begin anew; over tiers they go on.
 *
 * <p><b>Threads.</b> Immutable; {@code retryable} is asked by many threads. <b>Source.</b> The names of the steps are those of
 * Spring Kafka's retryable topics.
 */
public final class RetryPolicy {

    private static final int FOREVER = Integer.MAX_VALUE;

    private final int attempts;
    private final Backoff backoff;
    private final Predicate<Throwable> retryable;
    private final List<RetryTier> tiers;
    private final boolean reorders;
    private final AfterRetries then;

    private RetryPolicy(
            int attempts,
            Backoff backoff,
            Predicate<Throwable> retryable,
            List<RetryTier> tiers,
            boolean reorders,
            AfterRetries then) {
        this.attempts = attempts;
        this.backoff = Objects.requireNonNull(backoff, "backoff");
        this.retryable = Objects.requireNonNull(retryable, "retryable");
        this.tiers = List.copyOf(tiers);
        this.reorders = reorders;
        this.then = Objects.requireNonNull(then, "then");
    }

    /**
     * Up to {@code attempts} in place, from 1 to 1,000,000, then {@link AfterRetries#PARK}. Needs dead letters.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public static RetryPolicy attempts(int attempts, Backoff backoff) {
        Ranges.check("attempts", attempts, 1, 1_000_000);
        return new RetryPolicy(
                attempts, backoff, failure -> failure instanceof Exception, List.of(), false, AfterRetries.PARK);
    }

    /** As often as it takes, whatever the failure: nothing is ever put aside, and what fails holds up its successors. */
    public static RetryPolicy forever(Backoff backoff) {
        return new RetryPolicy(FOREVER, backoff, failure -> true, List.of(), false, AfterRetries.PARK);
    }

    /** The default: for ever, from 100 ms to 30 s apart. */
    static RetryPolicy byDefault() {
        return forever(Backoff.fullJitter(Duration.ofMillis(100), Duration.ofSeconds(30)));
    }

    /** The same, and only these failures are tried again; the others are permanent. */
    public RetryPolicy retryable(Predicate<Throwable> retryable) {
        checkEnds();
        return new RetryPolicy(attempts, backoff, retryable, tiers, reorders, then);
    }

    /**
     * The same, and then one attempt after each tier's delay. Later records of the key do not wait meanwhile, so the
     * consumer must have {@link Order#NONE}, or {@link #tiersMayReorder} be said.
     */
    public RetryPolicy tiers(RetryTier... tiers) {
        checkEnds();
        return new RetryPolicy(attempts, backoff, retryable, List.of(tiers), reorders, then);
    }

    /** The same; it is known that records in tiers are overtaken. */
    public RetryPolicy tiersMayReorder() {
        return new RetryPolicy(attempts, backoff, retryable, tiers, true, then);
    }

    /** The same, and in the end this. */
    public RetryPolicy then(AfterRetries then) {
        checkEnds();
        return new RetryPolicy(attempts, backoff, retryable, tiers, reorders, then);
    }

    private void checkEnds() {
        if (attempts == FOREVER) {
            throw new IllegalArgumentException("a policy that tries for ever has nothing else to do");
        }
    }

    boolean ends() {
        return attempts != FOREVER;
    }

    int attempts() {
        return attempts;
    }

    Backoff backoff() {
        return backoff;
    }

    boolean isRetryable(Throwable failure) {
        return retryable.test(failure);
    }

    List<RetryTier> tiers() {
        return tiers;
    }

    AfterRetries then() {
        return then;
    }

    /** @throws IllegalArgumentException if this policy cannot keep {@code order} */
    void check(Order order) {
        if (!tiers.isEmpty() && order != Order.NONE && !reorders) {
            throw new IllegalArgumentException("retry must have no tiers with order " + order
                    + ": what waits in a tier is overtaken; say tiersMayReorder() if it may be");
        }
        if (ends() && then == AfterRetries.PARK && order == Order.NONE) {
            throw new IllegalArgumentException(
                    "retry must end in DEAD_LETTER with order NONE: there is no order to park for");
        }
        if (ends() && then == AfterRetries.PARK && !tiers.isEmpty()) {
            throw new IllegalArgumentException("retry must end in DEAD_LETTER with tiers: its key went on meanwhile");
        }
    }
}
