package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A counter of free places, and a queue behind it.
 *
 * <p><b>Guarantee.</b> {@link Bulkhead}'s. <b>Threads.</b> While places are free and nobody waits, lock-free: one
 * compare-and-set to take and one to give back; the queue is behind a lock that is held for a few instructions.
 * <b>Cost.</b> No allocation without waiting; a node for each caller that waits. A place is handed over directly, so an
 * asynchronous waiter's call starts on the scheduler. <b>Not for</b> calls that take another place of the same bulkhead
 * while they hold one: like any pool it can run dry that way.
 */
public final class QueueBulkhead implements Bulkhead {

    /* One word: free places in the low half, waiting callers in the high half. Waiting changes under the lock only. */
    private static final long WAITER = 1L << 32;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(QueueBulkhead.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Config config;
    private final Ticker ticker;
    private final @Nullable ScheduledExecutorService scheduler;
    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    private volatile long state;

    private QueueBulkhead(Config config, Ticker ticker, @Nullable ScheduledExecutorService scheduler) {
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.scheduler = scheduler;
        this.state = config.maxConcurrent();
    }

    /** A bulkhead for synchronous callers, and asynchronous ones that do not wait. */
    public static QueueBulkhead of(Config config) {
        return of(config, Ticker.system(), null);
    }

    /**
     * A bulkhead with everything given.
     *
     * @param ticker measures the waits of threads
     * @param scheduler ends the waits of asynchronous callers and starts their calls; null if they never wait
     */
    public static QueueBulkhead of(Config config, Ticker ticker, @Nullable ScheduledExecutorService scheduler) {
        return new QueueBulkhead(config, ticker, scheduler);
    }

    private static int free(long word) {
        return (int) word;
    }

    private static int waiting(long word) {
        return (int) (word >>> 32);
    }

    @Override
    public boolean tryAcquire() {
        for (; ; ) {
            long seen = state;
            if (free(seen) == 0 || waiting(seen) > 0) {
                return false;
            }
            if (STATE.compareAndSet(this, seen, seen - 1)) {
                return true;
            }
        }
    }

    /** True if a place was taken at once, false if {@code waiter} is in the queue. */
    private boolean enter(Waiter waiter, boolean mayWait) {
        synchronized (queue) {
            for (; ; ) {
                long seen = state;
                boolean atOnce = free(seen) > 0 && waiting(seen) == 0;
                if (!atOnce && (!mayWait || waiting(seen) >= config.maxWaiting())) {
                    throw full(mayWait ? "too many callers wait" : "no place is free");
                }
                if (STATE.compareAndSet(this, seen, atOnce ? seen - 1 : seen + WAITER)) {
                    if (!atOnce) {
                        queue.add(waiter);
                    }
                    return atOnce;
                }
            }
        }
    }

    /** Whether {@code waiter} has left the queue without a place; false if it has been given one. */
    private boolean leave(Waiter waiter) {
        synchronized (queue) {
            if (!queue.remove(waiter)) {
                return false;
            }
            STATE.getAndAdd(this, -WAITER);
            return true;
        }
    }

    @Override
    public void acquire(Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (tryAcquire()) {
            return;
        }
        long wait = timeout.toNanos();
        long start = ticker.nanos();
        ThreadWaiter waiter = new ThreadWaiter(Thread.currentThread());
        if (enter(waiter, wait > 0)) {
            return;
        }
        while (!waiter.granted) {
            long left = wait - (ticker.nanos() - start);
            boolean interrupted = Thread.interrupted();
            if (interrupted || left <= 0) {
                if (leave(waiter)) {
                    if (interrupted) {
                        throw new InterruptedException();
                    }
                    throw full("no place became free within " + timeout);
                }
                // Given a place while about to leave: who is late takes it, who is interrupted must not.
                if (interrupted) {
                    release();
                    throw new InterruptedException();
                }
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    @Override
    public CompletionStage<@Nullable Void> acquireAsync(Duration timeout) {
        if (tryAcquire()) {
            return CompletableFuture.completedFuture(null);
        }
        ScheduledExecutorService timer = scheduler;
        boolean mayWait = config.maxWaiting() > 0 && !timeout.isZero() && !timeout.isNegative();
        if (mayWait && timer == null) {
            throw new IllegalStateException("this bulkhead was made without a scheduler, so no stage can wait for it");
        }
        StageWaiter waiter = new StageWaiter();
        try {
            if (enter(waiter, mayWait)) {
                return CompletableFuture.completedFuture(null);
            }
        } catch (BulkheadFullException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (timer != null) {
            waiter.expireIn(timer, timeout);
        }
        return waiter.stage;
    }

    @Override
    public void release() {
        for (; ; ) {
            long seen = state;
            if (waiting(seen) == 0) {
                if (free(seen) == config.maxConcurrent()) {
                    throw new IllegalStateException("no place is taken");
                }
                if (STATE.compareAndSet(this, seen, seen + 1)) {
                    return;
                }
            } else {
                Waiter next;
                synchronized (queue) {
                    next = queue.poll();
                    if (next != null) {
                        STATE.getAndAdd(this, -WAITER);
                    }
                }
                if (next != null) {
                    next.grant();
                    return;
                }
            }
        }
    }

    @Override
    public int inFlight() {
        return config.maxConcurrent() - free(state);
    }

    @Override
    public int waiting() {
        return waiting(state);
    }

    @Override
    public Config config() {
        return config;
    }

    private BulkheadFullException full(String why) {
        return new BulkheadFullException(why, inFlight(), waiting());
    }

    private abstract static class Waiter {
        /** The place is this waiter's now. */
        abstract void grant();
    }

    private static final class ThreadWaiter extends Waiter {
        private final Thread thread;
        volatile boolean granted;

        ThreadWaiter(Thread thread) {
            this.thread = thread;
        }

        @Override
        void grant() {
            granted = true;
            LockSupport.unpark(thread);
        }
    }

    private final class StageWaiter extends Waiter {
        private volatile @Nullable ScheduledFuture<?> expiry;

        final CompletableFuture<@Nullable Void> stage = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                boolean cancelled = super.cancel(mayInterruptIfRunning);
                if (cancelled) {
                    stopTimer();
                    leave(StageWaiter.this);
                }
                return cancelled;
            }
        };

        void expireIn(ScheduledExecutorService timer, Duration timeout) {
            try {
                expiry = timer.schedule(() -> expire(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                if (leave(this)) {
                    stage.completeExceptionally(e);
                }
            }
            if (stage.isDone()) {
                stopTimer();
            }
        }

        private void expire(Duration timeout) {
            if (leave(this)) {
                stage.completeExceptionally(full("no place became free within " + timeout));
            }
        }

        private void stopTimer() {
            ScheduledFuture<?> timer = expiry;
            if (timer != null) {
                timer.cancel(false);
            }
        }

        @Override
        void grant() {
            stopTimer();
            ScheduledExecutorService timer = scheduler;
            try {
                // Not in the thread that releases: calls that end at once would stack up in it.
                Objects.requireNonNull(timer).execute(this::hand);
            } catch (RejectedExecutionException e) {
                hand();
            }
        }

        private void hand() {
            if (!stage.complete(null)) {
                release();
            }
        }
    }
}
