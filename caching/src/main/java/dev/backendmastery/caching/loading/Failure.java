package dev.backendmastery.caching.loading;

import java.time.Duration;

/**
 * The last of a row of failed loads of a key.
 *
 * @param cause what the loader threw
 * @param times how many failed in a row
 * @param at when, by the ticker
 * @param restNanos how long no refresh is tried
 * @param rememberNanos how long look-ups are answered by it
 */
record Failure(Throwable cause, int times, long at, long restNanos, long rememberNanos) {

    /** Beyond its rest, so that the next failure knows that it is not the first. */
    Duration keepFor() {
        return Duration.ofNanos(rememberNanos).plus(Duration.ofNanos(restNanos).multipliedBy(4));
    }
}
