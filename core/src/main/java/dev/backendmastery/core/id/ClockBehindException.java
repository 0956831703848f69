package dev.backendmastery.core.id;

import java.time.Duration;

/** The clock is further behind the last id than the {@link ClockPolicy} bridges. No id was given. */
public final class ClockBehindException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration behind;

    ClockBehindException(Duration behind, ClockPolicy policy) {
        super("the clock is " + behind + " behind the next id; the policy borrows at most " + policy.maxAhead()
                + " and waits at most " + policy.maxWait());
        this.behind = behind;
    }

    /** How far the next id is ahead of the clock. */
    public Duration behind() {
        return behind;
    }
}
