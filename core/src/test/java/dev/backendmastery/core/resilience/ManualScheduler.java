package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A scheduler whose time moves when told to, and whose tasks run in the thread that tells it. What is executed without a
 * delay runs at once, before {@code execute} returns.
 */
public final class ManualScheduler extends AbstractExecutorService implements ScheduledExecutorService {

    private final ManualTicker ticker;
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    private long serial;
    private boolean shutdown;

    /** Moves {@code ticker} as it advances. */
    public ManualScheduler(ManualTicker ticker) {
        this.ticker = ticker;
    }

    /** Moves time forward and runs what becomes due, each task at its own time. */
    public void advance(Duration by) {
        long end = ticker.nanos() + by.toNanos();
        for (Task<?> next = due(end); next != null; next = due(end)) {
            ticker.advanceNanos(Math.max(0, next.time - ticker.nanos()));
            next.run();
        }
        ticker.advanceNanos(Math.max(0, end - ticker.nanos()));
    }

    /** Tasks that are neither done nor cancelled. */
    public synchronized int pending() {
        tasks.removeIf(FutureTask::isCancelled);
        return tasks.size();
    }

    private synchronized @org.jspecify.annotations.Nullable Task<?> due(long end) {
        tasks.removeIf(FutureTask::isCancelled);
        Task<?> first = tasks.peek();
        return first != null && first.time - end <= 0 ? tasks.poll() : null;
    }

    @Override
    public synchronized <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        Task<V> task = new Task<>(callable, ticker.nanos() + unit.toNanos(delay), serial++);
        tasks.add(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    command.run();
                    return true;
                },
                delay,
                unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initial, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("nothing here repeats");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("nothing here repeats");
    }

    @Override
    public void execute(Runnable command) {
        command.run();
    }

    @Override
    public synchronized void shutdown() {
        shutdown = true;
        tasks.clear();
    }

    @Override
    public synchronized List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(tasks);
        shutdown();
        return left;
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public synchronized boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isTerminated();
    }

    private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
        private final long time;
        private final long order;

        Task(Callable<V> callable, long time, long order) {
            super(callable);
            this.time = time;
            this.order = order;
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(time - ticker.nanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task<?> task = (Task<?>) other;
            return time == task.time ? Long.signum(order - task.order) : Long.signum(time - task.time);
        }

        @Override
        public boolean equals(@org.jspecify.annotations.Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
