package dev.backendmastery.caching.loading;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ReadThrough} remembers of a key: what its store holds.
 *
 * @param value the value, or null: it is known that there is none
 * @param loadedAt when it was loaded or put, in nanoseconds by the clock of the cache
 * @param refreshNanos the age from which on a look-up causes a refresh; {@link #NEVER} if none does
 * @param lifeNanos the age from which on it has expired
 * @param staleNanos how long after that it may be returned if it cannot be loaded
 * @param costNanos how long the load took; 0 if it was put
 */
public record Loaded<V>(
        @Nullable V value, long loadedAt, long refreshNanos, long lifeNanos, long staleNanos, long costNanos) {

    /** An age that nothing reaches. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How long a store should keep it, counted from when it was loaded. */
    public Duration keepFor() {
        return Duration.ofNanos(lifeNanos > NEVER - staleNanos ? NEVER : lifeNanos + staleNanos);
    }

    boolean isFresh(long now) {
        return now - loadedAt < lifeNanos;
    }

    /** Whether it may be returned if it cannot be loaded. */
    boolean isServable(long now) {
        return now - loadedAt < keepFor().toNanos();
    }
}
