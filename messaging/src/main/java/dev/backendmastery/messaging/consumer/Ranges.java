package dev.backendmastery.messaging.consumer;

import java.time.Duration;

/** Checks of what callers ask for. */
final class Ranges {

    private Ranges() {}

    /** @throws IllegalArgumentException if it is out of range */
    static Duration check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
        }
        return value;
    }

    /** @throws IllegalArgumentException if it is out of range */
    static long check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
        }
        return value;
    }
}
