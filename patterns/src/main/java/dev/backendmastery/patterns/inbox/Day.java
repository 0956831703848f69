package dev.backendmastery.patterns.inbox;

import java.time.Duration;
import java.time.Instant;

/** A day of UTC, counted from 1970. */
record Day(int number) {

    static Day of(Instant time) {
        return new Day((int) Math.floorDiv(time.getEpochSecond(), 86_400L));
    }

    /** The oldest that is kept: a day older than the horizon asks for, for those whose clock is late. */
    static Day firstKept(Instant now, Duration horizon) {
        return new Day(of(now.minus(horizon)).number() - 1);
    }
}
