package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** Argument checks that name the argument and its range, and what failures mean. */
final class Check {

    private static final Duration LONGEST = Duration.ofDays(365);

    private Check() {}

    static int range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
        }
        return value;
    }

    /** A share of a whole: more than 0, at most 1. */
    static double share(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be more than 0 and at most 1, was " + value);
        }
        return value;
    }

    static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be positive and at most " + LONGEST + ", was " + value);
        }
        return value;
    }

    static Duration notNegative(String name, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be from 0 to " + LONGEST + ", was " + value);
        }
        return value;
    }

    /** Whether {@code failure} says nothing about the other side. */
    static boolean isNoAnswer(Throwable failure) {
        return failure instanceof RejectedException
                || failure instanceof InterruptedException
                || failure instanceof CancellationException;
    }
}
