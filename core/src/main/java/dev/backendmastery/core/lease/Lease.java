package dev.backendmastery.core.lease;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;

/**
 * The right to be the only one, until a deadline.
 *
 * @param name what it is for
 * @param holder who holds it
 * @param epoch greater than that of every earlier lease of the name: what fences off their late writes
 * @param deadlineNanos until when it is good, a reading of the holder's {@link Ticker}: only differences mean anything
 */
public record Lease(String name, String holder, long epoch, long deadlineNanos) {

    /** How long it is still good for by {@code ticker}, the one that the store was given; zero if it is over. */
    public Duration remaining(Ticker ticker) {
        return Duration.ofNanos(Math.max(0, deadlineNanos - ticker.nanos()));
    }

    /** Whether it is still good by {@code ticker}. It may be over when this returns: see {@link FencedResource}. */
    public boolean isValid(Ticker ticker) {
        return deadlineNanos - ticker.nanos() > 0;
    }
}
