package dev.backendmastery.observability.metrics;

import java.util.concurrent.atomic.LongAdder;

/** How many there are: added as they come, taken off as they go (ME-3). Threads, cost: as {@link BoundCounter}. */
public final class BoundUpDownCounter implements Series.OfLong {

    private final LongAdder adder = new LongAdder();

    BoundUpDownCounter() {}

    /** Adds {@code n}, which may be negative. */
    public void add(long n) {
        adder.add(n);
    }

    /** What there is. */
    @Override
    public long value() {
        return adder.sum();
    }
}
