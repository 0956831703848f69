package dev.backendmastery.core.time;

import java.time.Duration;

/** A timestamp was refused because it is too far in the future of the machine that it reached. */
public final class ClockDriftException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** How far ahead it was. */
    private final Duration ahead;

    ClockDriftException(Duration ahead, Duration allowed) {
        super("the timestamp is " + ahead + " ahead of this machine's clock, more than the " + allowed + " allowed");
        this.ahead = ahead;
    }

    /** How far ahead of this machine's clock the timestamp was. */
    public Duration ahead() {
        return ahead;
    }
}
