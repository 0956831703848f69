package dev.backendmastery.observability.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * A counter whose attributes are resolved: what happened, and never less of it.
 *
 * <p><b>Guarantee.</b> What was added is read, once (ME-1, ME-4, ME-6), and a negative number changes nothing (ME-2). <b>Threads.</b> Safe for any number.
 * <b>Cost.</b> One {@link LongAdder}, no bytes.
 */
public final class BoundCounter implements Series.OfLong {

    private final LongAdder adder = new LongAdder();

    BoundCounter() {}

    /**
     * Adds {@code n}, from 0 up.
     *
     * @throws IllegalArgumentException if it is negative; nothing was added
     */
    public void add(long n) {
        if (n < 0) {
            throw negative(n);
        }
        adder.add(n);
    }

    /** Adds one. */
    public void increment() {
        adder.add(1);
    }

    private static IllegalArgumentException negative(long n) {
        return new IllegalArgumentException("n must be 0 or more, was " + n + "; an up-down counter takes both");
    }

    /** All that was added. */
    @Override
    public long value() {
        return adder.sum();
    }
}
