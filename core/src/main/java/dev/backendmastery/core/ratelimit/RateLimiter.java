package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Sleeper;
import java.time.Duration;

/**
 * Admits at most so many permits in so long a time.
 *
 * <p><b>Guarantee.</b> In any interval of length t, at any pattern of calls, it grants at most
 * {@code burst + rate x t} permits, each implementation's burst being in the table of this package (RL-1). No pattern of
 * calls starves: who keeps asking gets the rate (RL-2), and after idleness of any length the limit is whole again and no
 * more than whole (RL-7). A call that is denied costs no permit (RL-3). A wait that is returned is exact: one nanosecond
 * earlier the call would have been denied (RL-4), and reservations are served in their order and keep the bound (RL-5).
 * Two callers never share a permit (RL-8). A clock that steps back grants nothing extra (RL-9).
 *
 * <p>The verbs: {@code tryAcquire} answers at once, {@code reserve} takes permits of the future and returns the wait
 * until they are due, {@code acquire} waits up to a deadline and throws.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> Stated by each implementation; no call allocates.
 * <b>Not for</b> bounding how many calls run at the same time: that is a bulkhead.
 */
public interface RateLimiter {

    /** What {@link #reserveNanos} returns when it took nothing. */
    long DENIED = -1;

    /**
     * Takes permits if they are due within {@code maxWaitNanos}.
     *
     * @param permits from 1 to {@link #burst()}
     * @param maxWaitNanos the longest wait to accept, in nanoseconds; 0 means at once, negative is taken as 0
     * @return the wait in nanoseconds after which the caller may act, 0 if at once; or {@link #DENIED} if the wait would
     *     be longer, and then nothing was taken (RL-6)
     * @throws IllegalArgumentException if {@code permits} is out of range; nothing was taken (RL-10)
     */
    long reserveNanos(long permits, long maxWaitNanos);

    /**
     * The wait in nanoseconds after which {@code permits} would be granted at once if nobody else came; takes nothing.
     *
     * @throws IllegalArgumentException if {@code permits} is not from 1 to {@link #burst()}
     */
    long nanosUntil(long permits);

    /** The most permits that one call may ask for. */
    long burst();

    /** Takes one permit now, or answers false and takes nothing. */
    default boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes all {@code permits} now, or answers false and takes nothing.
     *
     * @throws IllegalArgumentException if {@code permits} is not from 1 to {@link #burst()}; nothing was taken
     */
    default boolean tryAcquire(long permits) {
        return reserveNanos(permits, 0) == 0;
    }

    /**
     * Takes now what can be had of {@code permits}: all, or what halving finds, or 0.
     *
     * @param permits from 1 up; more than {@link #burst()} counts as the burst
     * @throws IllegalArgumentException if {@code permits} is less than 1; nothing was taken
     */
    default long tryAcquireUpTo(long permits) {
        checkPermits(permits, Long.MAX_VALUE);
        for (long n = Math.min(permits, burst()); n > 0; n /= 2) {
            if (tryAcquire(n)) {
                return n;
            }
        }
        return 0;
    }

    /**
     * Takes permits, of the future if need be.
     *
     * @return the exact wait after which the caller may act; the permits are taken whether it does or not
     * @throws IllegalArgumentException if {@code permits} is not from 1 to {@link #burst()}; nothing was taken
     * @throws RateLimitExceededException if reservations already reach a year into the future; nothing was taken
     */
    default Duration reserve(long permits) {
        Duration longest = Duration.ofDays(365);
        long wait = reserveNanos(permits, longest.toNanos());
        if (wait < 0) {
            throw new RateLimitExceededException(permits, longest, Duration.ofNanos(nanosUntil(permits)));
        }
        return Duration.ofNanos(wait);
    }

    /**
     * Takes permits, waiting up to {@code timeout} until they are due.
     *
     * @throws RateLimitExceededException if they are not due within {@code timeout}; thrown at once, nothing was taken
     * @throws InterruptedException if the thread is interrupted while it waits; the permits stay taken
     * @throws IllegalArgumentException if {@code permits} is not from 1 to {@link #burst()}; nothing was taken
     */
    default void acquire(long permits, Duration timeout) throws InterruptedException {
        acquire(permits, timeout, Sleeper.system());
    }

    /** As {@link #acquire(long, Duration)}, waiting by {@code sleeper}. */
    default void acquire(long permits, Duration timeout, Sleeper sleeper) throws InterruptedException {
        long wait = reserveNanos(permits, timeout.toNanos());
        if (wait < 0) {
            throw new RateLimitExceededException(permits, timeout, Duration.ofNanos(nanosUntil(permits)));
        }
        sleeper.sleep(Duration.ofNanos(wait));
    }

    /** What every limiter refuses: permits that are not from 1 to {@code most}, by {@link IllegalArgumentException}. */
    static void checkPermits(long permits, long most) {
        if (permits < 1 || permits > most) {
            throw new IllegalArgumentException("permits must be from 1 to " + most + ", was " + permits);
        }
    }
}
