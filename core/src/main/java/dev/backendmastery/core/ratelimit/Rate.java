package dev.backendmastery.core.ratelimit;

import java.time.Duration;
import java.util.Objects;

/**
 * So many permits in so long a time, such as 100 in a second.
 *
 * @param permits how many, at least 1
 * @param period in how long, from one nanosecond a permit to 366 days
 */
public record Rate(long permits, Duration period) {

    private static final Duration LONGEST = Duration.ofDays(366);

    /** @throws IllegalArgumentException if a component is out of its range */
    public Rate {
        Objects.requireNonNull(period, "period");
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be at least 1, was " + permits);
        }
        if (period.isNegative() || period.isZero() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("period must be positive and at most " + LONGEST + ", was " + period);
        }
        if (permits > period.toNanos()) {
            throw new IllegalArgumentException("permits must be at most " + period.toNanos() + " in a period of "
                    + period + " (one a nanosecond), was " + permits);
        }
    }

    /** {@code permits} in a second. */
    public static Rate perSecond(long permits) {
        return new Rate(permits, Duration.ofSeconds(1));
    }

    /** {@code permits} in a minute. */
    public static Rate perMinute(long permits) {
        return new Rate(permits, Duration.ofMinutes(1));
    }
}
