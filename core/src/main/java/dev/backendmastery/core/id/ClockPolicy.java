package dev.backendmastery.core.id;

import java.time.Duration;

/**
 * What a generator does when its last id is ahead of the clock: because the clock stepped back, or because more ids were
 * taken than the counter of a millisecond holds.
 *
 * <p>It first borrows: ids go on from the last one, ahead of the clock by at most {@code maxAhead}. Past that it waits for
 * the clock, at most {@code maxWait}. Where that will not do it throws {@link ClockBehindException}.
 *
 * <p>Borrowed time is lost with the process: a Snowflake worker that restarts with the same number while the clock is
 * still behind its last id can repeat ids. So borrow there no longer than a restart takes.
 *
 * @param maxAhead the most that an id may be ahead of the clock, zero or more
 * @param maxWait the longest that a caller is kept waiting for the clock, zero or more
 */
public record ClockPolicy(Duration maxAhead, Duration maxWait) {

    /** Checks the bounds.
     *
     * @throws IllegalArgumentException if a bound is negative or beyond 100 years
     */
    public ClockPolicy {
        check("maxAhead", maxAhead);
        check("maxWait", maxWait);
    }

    /** Never ahead of the clock: waits at most {@code longest} until the clock has caught up. */
    public static ClockPolicy waiting(Duration longest) {
        return new ClockPolicy(Duration.ZERO, longest);
    }

    /** Never waits: runs ahead of the clock by at most {@code furthest}. */
    public static ClockPolicy borrowing(Duration furthest) {
        return new ClockPolicy(furthest, Duration.ZERO);
    }

    private static void check(String name, Duration bound) {
        if (bound.isNegative() || bound.compareTo(Duration.ofDays(36_525)) > 0) {
            throw new IllegalArgumentException(name + " must be from 0 to 100 years, was " + bound);
        }
    }
}
