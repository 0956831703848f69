package dev.backendmastery.core.ratelimit;

import java.util.Objects;

/**
 * One limit for each key: a user, an address, an API key.
 *
 * <p><b>Guarantee.</b> Each key has {@link RateLimiter}'s clauses to itself (KRL-1), whatever other keys do; an
 * implementation in this process bounds its memory and says what happens to keys beyond the bound (KRL-2 to KRL-5).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> a handful of keys known beforehand: make a limiter
 * for each.
 *
 * @param <K> a key with stable {@code equals} and {@code hashCode}
 */
public interface KeyedRateLimiter<K> {

    /** As {@link RateLimiter#reserveNanos} for {@code key}. */
    long reserveNanos(K key, long permits, long maxWaitNanos);

    /** As {@link RateLimiter#nanosUntil} for {@code key}. */
    long nanosUntil(K key, long permits);

    /** The most permits that one call may ask for. */
    long burst();

    /** Takes one permit of {@code key} now, or answers false and takes nothing. */
    default boolean tryAcquire(K key) {
        return reserveNanos(key, 1, 0) == 0;
    }

    /** As {@link RateLimiter#tryAcquireUpTo} for {@code key}. */
    default long tryAcquireUpTo(K key, long permits) {
        RateLimiter.checkPermits(permits, Long.MAX_VALUE);
        for (long n = Math.min(permits, burst()); n > 0; n /= 2) {
            if (reserveNanos(key, n, 0) == 0) {
                return n;
            }
        }
        return 0;
    }

    /** The limiter of one key, with all verbs; it holds no state, so it may be kept or thrown away. */
    default RateLimiter forKey(K key) {
        Objects.requireNonNull(key, "key");
        return new RateLimiter() {
            @Override
            public long reserveNanos(long permits, long maxWaitNanos) {
                return KeyedRateLimiter.this.reserveNanos(key, permits, maxWaitNanos);
            }

            @Override
            public long nanosUntil(long permits) {
                return KeyedRateLimiter.this.nanosUntil(key, permits);
            }

            @Override
            public long tryAcquireUpTo(long permits) {
                return KeyedRateLimiter.this.tryAcquireUpTo(key, permits);
            }

            @Override
            public long burst() {
                return KeyedRateLimiter.this.burst();
            }
        };
    }
}
