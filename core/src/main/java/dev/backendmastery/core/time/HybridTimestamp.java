package dev.backendmastery.core.time;

import java.time.Instant;

/**
 * A moment of a {@link HybridLogicalClock}: milliseconds since 1970 in 47 bits (until the year 6429), then a counter of 16.
 *
 * @param bits both in one word, 0 or more; words sort as timestamps do
 */
public record HybridTimestamp(long bits) implements Comparable<HybridTimestamp> {

    private static final int COUNTER_BITS = 16;
    private static final long MOST_MILLIS = Long.MAX_VALUE >>> COUNTER_BITS;
    private static final int MOST_COUNTER = (1 << COUNTER_BITS) - 1;

    /** Refuses a negative word. */
    public HybridTimestamp {
        if (bits < 0) {
            throw new IllegalArgumentException("bits must be at least 0, was " + bits);
        }
    }

    /** The timestamp with these parts: milliseconds from 0 to 2^47 - 1, counter from 0 to 65,535. */
    public static HybridTimestamp of(long millis, int counter) {
        if (millis < 0 || millis > MOST_MILLIS) {
            throw new IllegalArgumentException("millis must be from 0 to " + MOST_MILLIS + ", was " + millis);
        }
        if (counter < 0 || counter > MOST_COUNTER) {
            throw new IllegalArgumentException("counter must be from 0 to " + MOST_COUNTER + ", was " + counter);
        }
        return new HybridTimestamp(millis << COUNTER_BITS | counter);
    }

    /** Milliseconds since 1970. */
    public long millis() {
        return bits >>> COUNTER_BITS;
    }

    /** Which event of its millisecond this is. */
    public int counter() {
        return (int) bits & MOST_COUNTER;
    }

    @Override
    public int compareTo(HybridTimestamp other) {
        return Long.compare(bits, other.bits);
    }

    /** The time and the counter, such as {@code 2026-11-01T12:00:00.123Z+7}. */
    @Override
    public String toString() {
        return Instant.ofEpochMilli(millis()) + "+" + counter();
    }
}
