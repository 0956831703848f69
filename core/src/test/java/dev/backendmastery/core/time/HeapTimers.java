package dev.backendmastery.core.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The model: a heap behind one lock, right and slow. */
class HeapTimers implements Timers {

    /** One entry of the heap. */
    static final class Entry {
        final long due;

        @Nullable
        Runnable task;

        Entry(long due, Runnable task) {
            this.due = due;
            this.task = task;
        }
    }

    final PriorityQueue<Entry> heap = new PriorityQueue<>(Comparator.comparingLong(entry -> entry.due));
    final Ticker ticker;
    final long origin;
    final long tick;
    private long advanced = -1;

    HeapTimers(Duration tick, Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.tick = tick.toNanos();
    }

    /** The tick of a task that is wanted {@code nanos} after the origin. */
    long tickOf(long nanos) {
        return (nanos + tick - 1) / tick;
    }

    @Override
    public synchronized Timer schedule(long delayNanos, Runnable task) {
        if (delayNanos < 0 || delayNanos > Long.MAX_VALUE / 2) {
            throw new IllegalArgumentException("delayNanos out of range, was " + delayNanos);
        }
        Entry entry = new Entry(Math.max(advanced + 1, tickOf(ticker.nanos() - origin + delayNanos)), task);
        heap.add(entry);
        return () -> cancel(entry);
    }

    boolean cancel(Entry entry) {
        synchronized (this) {
            boolean waits = heap.remove(entry);
            if (waits) {
                entry.task = null;
            }
            return waits;
        }
    }

    /** What is due at the tick {@code now}, taken out. */
    synchronized List<Entry> take(long now) {
        advanced = now;
        List<Entry> due = new ArrayList<>();
        for (Entry entry = heap.peek(); entry != null && entry.due <= now; entry = heap.peek()) {
            due.add(entry);
            heap.remove(entry);
        }
        return due;
    }

    @Override
    public int advance() {
        List<Entry> due = take((ticker.nanos() - origin) / tick);
        for (Entry entry : due) {
            run(Objects.requireNonNull(entry.task));
        }
        return due.size();
    }

    void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            // The kit's tasks throw on purpose and look for no report.
        }
    }

    @Override
    public synchronized long nanosUntilNext() {
        Entry next = heap.peek();
        return next == null ? Long.MAX_VALUE : Math.max(0, next.due * tick - (ticker.nanos() - origin));
    }

    @Override
    public synchronized long size() {
        return heap.size();
    }

    @Override
    public Duration tick() {
        return Duration.ofNanos(tick);
    }
}
