package dev.backendmastery.core.time;

/**
 * Elapsed time in nanoseconds from an arbitrary origin.
 *
 * <p><b>Guarantee.</b> A reading is never less than an earlier one of the same ticker (T-1), where less means
 * {@code later - earlier < 0}: only differences mean anything, and readings may wrap around (T-2). So write
 * {@code now - start >= limit}, never {@code now >= start + limit}.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> One clock read, about 25 ns. <b>Not for</b> telling the
 * time of day or comparing machines: that is {@link java.time.InstantSource}. <b>Source.</b> {@link System#nanoTime()}.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since this ticker's origin; may be negative, may wrap around. */
    long nanos();

    /** The ticker of the machine: {@link System#nanoTime()}. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
