package dev.backendmastery.core.concurrent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of one key one after the other, in their order, and those of different keys at the same time.
 *
 * <p><b>Guarantee.</b> Tasks of a key run in the order of their submission, each after the one before has ended, and see
 * what it did (KX-1); a key that is slow or {@linkplain #park parked} holds up no other (KX-2, KX-3). Every accepted task
 * runs once (KX-4), one that throws ends neither its key nor the executor (KX-5). At most {@code maxTasks} are accepted and
 * not ended, of at most {@code maxWeight} together (KX-6): beyond that {@link #submit} waits and {@link #trySubmit} refuses.
 * A key without tasks takes no memory (KX-7). A refused task leaves no trace (KX-8). After {@link #close()} nothing is
 * accepted, and what was accepted runs (KX-9).
 *
 * <p><b>Threads.</b> Any number submit; the tasks run on the executor that is handed in, {@value #TURN} of a key at most
 * before other keys get a turn. No thread waits for a key. <b>Cost.</b> A map operation, a short lock of the key's
 * own, and two additions to a word that all threads share, a task.
 * <b>Not for</b> order across keys; with an executor that has no free thread left, keys wait for threads.
 *
 * @param <K> keys, with equals and hashCode
 */
public final class KeyedExecutor<K> implements AutoCloseable {

    /** How many tasks of a key run before its lane goes to the end of the executor's queue. */
    static final int TURN = 64;

    /** Is told of a task that threw, in the thread that ran it. */
    @FunctionalInterface
    public interface FailureHandler<K> {

        /** Called once for a task of {@code key} that threw {@code failure}; the key's next task runs when it returns. */
        void failed(K key, Throwable failure);
    }

    private static final class Task {
        private final Runnable action;
        private final long weight;

        Task(Runnable action, long weight) {
            this.action = action;
            this.weight = weight;
        }
    }

    /** The tasks of one key. Its monitor guards it and is held for a few instructions. */
    private final class Lane implements Runnable {
        private final K key;
        private final ArrayDeque<Task> waiting = new ArrayDeque<>();
        /** Whether a run is under way or handed to the executor; only it takes tasks out. */
        private boolean running;

        private boolean parked;
        /** Whether it has left the map: whoever still holds it must look again. */
        private boolean gone;

        Lane(K key) {
            this.key = key;
        }

        @Override
        public void run() {
            int turn = 0;
            for (Task task = next(); task != null; task = next()) {
                try {
                    task.action.run();
                } catch (Throwable e) {
                    report(key, e);
                } finally {
                    release(task.weight);
                }
                if (++turn % TURN == 0 && handedOn()) {
                    return;
                }
            }
        }

        private boolean handedOn() {
            try {
                executor.execute(this);
                return true;
            } catch (RejectedExecutionException e) {
                return false; // an executor that closes: what was accepted runs here
            }
        }

        private synchronized @Nullable Task next() {
            Task task = parked ? null : waiting.poll();
            if (task == null) {
                running = false;
                leaveIfIdle();
            }
            return task;
        }

        private void leaveIfIdle() {
            if (!running && !parked && waiting.isEmpty()) {
                gone = true;
                lanes.remove(key, this);
            }
        }
    }

    private final Executor executor;
    private final int maxTasks;
    private final long maxWeight;
    private final FailureHandler<? super K> onFailure;
    private final ConcurrentHashMap<K, Lane> lanes = new ConcurrentHashMap<>();

    /*
     * What is accepted and not ended, in one word: the number of tasks above, their weight below. One addition takes a task
     * off; only if somebody waits does it come to the lock. A waiter counts itself before it looks again, an ending task
     * takes itself off before it looks for waiters: one of the two sees the other.
     */
    private static final int WEIGHT_BITS = 41;

    /** The most tasks that can be allowed. */
    public static final int MOST_TASKS = (1 << (Long.SIZE - 1 - WEIGHT_BITS)) - 1;

    /** The most weight that can be allowed. */
    public static final long MOST_WEIGHT = (1L << WEIGHT_BITS) - 1;

    private final AtomicLong load = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiters = new AtomicInteger();
    private volatile boolean closed;

    private KeyedExecutor(Executor executor, int maxTasks, long maxWeight, FailureHandler<? super K> onFailure) {
        this.executor = executor;
        this.maxTasks = maxTasks;
        this.maxWeight = maxWeight;
        this.onFailure = onFailure;
    }

    /** As {@link #of(Executor, int, long, FailureHandler)}, bounded by the number of tasks alone; failures are logged. */
    public static <K> KeyedExecutor<K> of(Executor executor, int maxTasks) {
        return of(executor, maxTasks, MOST_WEIGHT, KeyedExecutor::log);
    }

    /**
     * Runs tasks on {@code executor}, which stays the caller's to close.
     *
     * @param maxTasks how many may be accepted and not ended, 1 to {@link #MOST_TASKS}
     * @param maxWeight how heavy they may be together, 1 to {@link #MOST_WEIGHT}
     * @param onFailure is told of tasks that threw; what it throws itself is logged
     */
    public static <K> KeyedExecutor<K> of(
            Executor executor, int maxTasks, long maxWeight, FailureHandler<? super K> onFailure) {
        if (maxTasks < 1 || maxTasks > MOST_TASKS) {
            throw new IllegalArgumentException("maxTasks must be from 1 to " + MOST_TASKS + ", was " + maxTasks);
        }
        if (maxWeight < 1 || maxWeight > MOST_WEIGHT) {
            throw new IllegalArgumentException("maxWeight must be from 1 to " + MOST_WEIGHT + ", was " + maxWeight);
        }
        return new KeyedExecutor<>(
                Objects.requireNonNull(executor, "executor"),
                maxTasks,
                maxWeight,
                Objects.requireNonNull(onFailure, "onFailure"));
    }

    private static void log(Object key, Throwable failure) {
        LoggerFactory.getLogger(KeyedExecutor.class).error("a task of {} failed", key, failure);
    }

    private void report(K key, Throwable failure) {
        try {
            onFailure.failed(key, failure);
        } catch (RuntimeException | Error e) {
            e.addSuppressed(failure);
            log(key, e);
        }
    }

    /** As {@link #trySubmit(Object, long, Runnable)}, with a weight of 1. */
    public boolean trySubmit(K key, Runnable task) {
        return trySubmit(key, 1, task);
    }

    /**
     * Accepts {@code task} if there is room now.
     *
     * @param weight what it counts for until it has ended, 1 to {@code maxWeight}
     * @return false if there is no room
     * @throws RejectedExecutionException if this is closed, or the executor refuses; the task will not run
     */
    public boolean trySubmit(K key, long weight, Runnable task) {
        check(key, weight, task);
        if (!admits(weight)) {
            return false;
        }
        enqueue(key, new Task(task, weight));
        return true;
    }

    /**
     * Accepts {@code task} as soon as there is room.
     *
     * @param weight what it counts for until it has ended, 1 to {@code maxWeight}
     * @throws TimeoutException if there was no room within {@code timeout}; the task will not run
     * @throws InterruptedException if the thread was interrupted while it waited; the task will not run
     * @throws RejectedExecutionException if this is closed, or the executor refuses; the task will not run
     */
    public void submit(K key, long weight, Runnable task, Duration timeout)
            throws InterruptedException, TimeoutException {
        check(key, weight, task);
        if (!admits(weight)) {
            long left = timeout.toNanos();
            lock.lockInterruptibly();
            waiters.incrementAndGet();
            try {
                while (!admits(weight)) {
                    if (left <= 0) {
                        throw new TimeoutException("no room for a task of " + key + " within " + timeout);
                    }
                    left = changed.awaitNanos(left);
                }
            } finally {
                waiters.decrementAndGet();
                lock.unlock();
            }
        }
        enqueue(key, new Task(task, weight));
    }

    private void check(K key, long weight, Runnable task) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(task, "task");
        if (weight < 1 || weight > maxWeight) {
            throw new IllegalArgumentException("weight must be from 1 to " + maxWeight + ", was " + weight);
        }
    }

    private boolean admits(long more) {
        if (closed) {
            throw new RejectedExecutionException("this executor is closed");
        }
        for (; ; ) {
            long seen = load.get();
            if (seen >>> WEIGHT_BITS == maxTasks || (seen & MOST_WEIGHT) > maxWeight - more) {
                return false;
            }
            if (load.compareAndSet(seen, seen + oneTask(more))) {
                return true;
            }
        }
    }

    private static long oneTask(long weight) {
        return (1L << WEIGHT_BITS) + weight;
    }

    private void release(long less) {
        load.addAndGet(-oneTask(less));
        if (waiters.get() > 0) {
            wakeAll();
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(K key, Task task) {
        for (; ; ) {
            Lane lane = lanes.computeIfAbsent(key, Lane::new);
            boolean start;
            synchronized (lane) {
                if (lane.gone) {
                    continue;
                }
                lane.waiting.add(task);
                start = !lane.running && !lane.parked;
                lane.running |= start;
            }
            if (start) {
                start(lane, task);
            }
            return;
        }
    }

    private void start(Lane lane, Task task) {
        try {
            executor.execute(lane);
        } catch (RejectedExecutionException e) {
            synchronized (lane) {
                lane.waiting.remove(task);
            }
            release(task.weight);
            // Others may have come in behind it, and were accepted.
            lane.run();
            throw e;
        }
    }

    /**
     * Holds back the tasks of {@code key}: the one that runs ends, the others wait, and count, until {@link #resume}. A task
     * may park its own key.
     */
    public void park(K key) {
        for (; ; ) {
            Lane lane = lanes.computeIfAbsent(Objects.requireNonNull(key, "key"), Lane::new);
            synchronized (lane) {
                if (!lane.gone) {
                    lane.parked = true;
                    return;
                }
            }
        }
    }

    /**
     * Lets the tasks of {@code key} run again; does nothing if it is not parked.
     *
     * @throws RejectedExecutionException if the executor refuses; the key stays parked
     */
    public void resume(K key) {
        Lane lane = lanes.get(Objects.requireNonNull(key, "key"));
        if (lane == null) {
            return;
        }
        boolean start;
        synchronized (lane) {
            lane.parked = false;
            start = !lane.running && !lane.waiting.isEmpty();
            lane.running |= start;
            lane.leaveIfIdle();
        }
        if (start) {
            try {
                executor.execute(lane);
            } catch (RejectedExecutionException e) {
                synchronized (lane) {
                    lane.parked = true;
                    lane.running = false;
                }
                throw e;
            }
        }
    }

    /** How many tasks are accepted and not ended. */
    public int tasks() {
        return (int) (load.get() >>> WEIGHT_BITS);
    }

    /** How heavy the tasks that are accepted and not ended are together. */
    public long weight() {
        return load.get() & MOST_WEIGHT;
    }

    /** How many keys have tasks or are parked. */
    public int keys() {
        return lanes.size();
    }

    /** Accepts no more tasks, and wakes who waits for room. Returns at once: see {@link #awaitIdle}. */
    @Override
    public void close() {
        closed = true;
        wakeAll();
    }

    /**
     * Waits until all accepted tasks have ended.
     *
     * @return false if some had not within {@code timeout}, as those of a parked key never do
     */
    public boolean awaitIdle(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        waiters.incrementAndGet();
        try {
            while (load.get() != 0) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            waiters.decrementAndGet();
            lock.unlock();
        }
    }
}
