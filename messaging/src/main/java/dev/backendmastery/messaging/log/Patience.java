package dev.backendmastery.messaging.log;

import java.time.Duration;

/** Checks of how long, and how much, callers ask for. */
final class Patience {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MAX_RECORDS = 10_000;

    private Patience() {}

    /** @throws IllegalArgumentException if it is out of range */
    static long nanos(Duration timeout) {
        if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be from 0 to 1 day, was " + timeout);
        }
        return timeout.toNanos();
    }

    /** @throws IllegalArgumentException if it is out of range */
    static int records(int maxRecords) {
        if (maxRecords < 1 || maxRecords > MAX_RECORDS) {
            throw new IllegalArgumentException("maxRecords must be from 1 to " + MAX_RECORDS + ", was " + maxRecords);
        }
        return maxRecords;
    }
}
