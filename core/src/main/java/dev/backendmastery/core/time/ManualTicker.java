package dev.backendmastery.core.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link Ticker} that moves when told to, and a {@link Sleeper} whose sleep is such a move.
 *
 * <p>It starts three nanoseconds before the wrap-around, so that every test that uses it crosses it: code that compares
 * absolute readings fails at once instead of after 292 years.
 *
 * <p><b>Threads.</b> Safe for any number of threads; advances add up. <b>Not for</b> production.
 */
public final class ManualTicker implements Ticker, Sleeper {

    private final AtomicLong now;

    /** Starts just before the wrap-around. */
    public ManualTicker() {
        this(Long.MAX_VALUE - 3);
    }

    /** Starts at the given reading. */
    public ManualTicker(long start) {
        now = new AtomicLong(start);
    }

    @Override
    public long nanos() {
        return now.get();
    }

    /**
     * Moves time forward.
     *
     * @throws IllegalArgumentException if {@code by} is negative; time does not move
     */
    public void advance(Duration by) {
        advanceNanos(by.toNanos());
    }

    /** Moves time forward by {@code duration}, if that is positive, and returns. */
    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        advanceNanos(Math.max(0, duration.toNanos()));
    }

    /**
     * Moves time forward by a number of nanoseconds.
     *
     * @throws IllegalArgumentException if {@code nanos} is negative; time does not move
     */
    public void advanceNanos(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("nanos must be at least 0, was " + nanos);
        }
        now.addAndGet(nanos);
    }
}
