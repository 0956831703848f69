package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before another attempt.
 *
 * <p><b>Guarantee.</b> From zero to the most that was given, whatever the attempt (RT-2). <b>Threads.</b> A pure function,
 * as far as its randomness is. <b>Cost.</b> Constant. <b>Not for</b> honouring what a server asks for:
 * {@link RetryConfig#serverDelay}. <b>Source.</b> Brooker, "Exponential backoff and jitter", 2015.
 */
@FunctionalInterface
public interface Backoff {

    /**
     * The wait in nanoseconds.
     *
     * @param failed how many attempts have failed, at least 1
     * @param previous the wait before that, 0 if there was none
     * @param random from 0 to 1, exclusive
     */
    long nanos(int failed, long previous, DoubleSupplier random);

    /** Always {@code wait}: callers that failed together come back together. */
    static Backoff fixed(Duration wait) {
        long nanos = Check.notNegative("wait", wait).toNanos();
        return (failed, previous, random) -> nanos;
    }

    /**
     * Anything from zero to a bound that starts at {@code first} and doubles up to {@code most}: spreads callers best.
     *
     * @throws IllegalArgumentException if {@code first} is not positive or more than {@code most}
     */
    static Backoff fullJitter(Duration first, Duration most) {
        long start = range(first, most);
        long cap = most.toNanos();
        return (failed, previous, random) -> {
            int doublings = Math.min(failed - 1, 62);
            long bound = start > cap >> doublings ? cap : start << doublings;
            return (long) (random.getAsDouble() * bound);
        };
    }

    /**
     * Anything from {@code first} to three times the wait before, up to {@code most}: never at once, spread wide.
     *
     * @throws IllegalArgumentException if {@code first} is not positive or more than {@code most}
     */
    static Backoff decorrelatedJitter(Duration first, Duration most) {
        long start = range(first, most);
        long cap = most.toNanos();
        return (failed, previous, random) -> {
            long from = Math.max(previous, start);
            long bound = from > cap / 3 ? cap : Math.min(cap, from * 3);
            return start + (long) (random.getAsDouble() * (bound - start));
        };
    }

    private static long range(Duration first, Duration most) {
        Check.positive("first", first);
        Check.positive("most", most);
        if (first.compareTo(most) > 0) {
            throw new IllegalArgumentException("first must be at most most, " + most + ", was " + first);
        }
        return first.toNanos();
    }
}
