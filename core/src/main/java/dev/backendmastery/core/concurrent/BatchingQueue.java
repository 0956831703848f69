package dev.backendmastery.core.concurrent;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * Gathers elements into batches: a batch is ready when it is full, by count or by bytes, or when its oldest element has
 * lingered long enough.
 *
 * <p><b>Guarantee.</b> Every accepted element comes out in exactly one batch, in order (BQ-1). No batch is empty or has more
 * than {@code maxCount} elements or {@code maxBytes} bytes (BQ-2). A full batch is ready at once (BQ-3), any other when its
 * oldest element is as old as {@code linger}, not before (BQ-4). At most {@code maxWaiting} elements wait: beyond that
 * {@link #add} waits and {@link #tryAdd} refuses (BQ-5). After {@link #close()} nothing is accepted and what waits is ready
 * (BQ-6). No consumer sleeps while a batch is ready, nor a producer while there is room (BQ-7). What waits at a {@link #flush} is ready at
 * once, what comes after it lingers (BQ-8).
 *
 * <p><b>Threads.</b> Any number on both sides; with more than one consumer batches are in order, their handling need not be.
 * It has no thread: the consumer's own calls {@link #take}. <b>Cost.</b> One lock an element and one a batch. <b>Not for</b>
 * handing over single elements: {@link MpscRingBuffer}.
 *
 * @param <E> elements, not null
 */
public final class BatchingQueue<E> implements AutoCloseable {

    /**
     * When a batch is ready, and how much may wait.
     *
     * @param maxCount elements in a batch, at least 1
     * @param maxBytes bytes in a batch, at least 1; an element alone may not have more
     * @param linger how long an element waits for others, at least 0
     * @param maxWaiting elements that may wait, at least {@code maxCount}
     */
    public record Limits(int maxCount, long maxBytes, Duration linger, int maxWaiting) {

        /** Refuses what is out of range. */
        public Limits {
            if (maxCount < 1) {
                throw new IllegalArgumentException("maxCount must be at least 1, was " + maxCount);
            }
            if (maxBytes < 1) {
                throw new IllegalArgumentException("maxBytes must be at least 1, was " + maxBytes);
            }
            if (linger.isNegative()) {
                throw new IllegalArgumentException("linger must be at least 0, was " + linger);
            }
            if (maxWaiting < maxCount) {
                throw new IllegalArgumentException(
                        "maxWaiting must be at least maxCount, " + maxCount + ", was " + maxWaiting);
            }
        }
    }

    private record Waiting<E>(E element, long bytes, long since) {}

    private final Limits limits;
    private final long lingerNanos;
    private final ToLongFunction<? super E> sizeOf;
    private final Ticker ticker;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition ready = lock.newCondition();
    private final ArrayDeque<Waiting<E>> waiting = new ArrayDeque<>();
    private long bytes;
    private long toFlush;
    private long added;
    private boolean closed;

    /** As {@link #BatchingQueue(Limits, ToLongFunction, Ticker)} on the machine's clock. */
    public BatchingQueue(Limits limits, ToLongFunction<? super E> sizeOf) {
        this(limits, sizeOf, Ticker.system());
    }

    /**
     * An empty queue.
     *
     * @param sizeOf an element's bytes, at least 0
     * @param ticker the time by which elements linger; {@link #take} sleeps by the machine's
     */
    public BatchingQueue(Limits limits, ToLongFunction<? super E> sizeOf, Ticker ticker) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.lingerNanos = limits.linger.toNanos();
        this.sizeOf = Objects.requireNonNull(sizeOf, "sizeOf");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /**
     * Adds {@code element} if there is room now.
     *
     * @return false if there is none
     * @throws IllegalArgumentException if the element alone has more than {@code maxBytes}
     * @throws IllegalStateException if the queue is closed
     */
    public boolean tryAdd(E element) {
        long size = size(element);
        lock.lock();
        try {
            if (!hasRoom()) {
                return false;
            }
            put(element, size);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds {@code element} as soon as there is room.
     *
     * @throws TimeoutException if there was none within {@code timeout}; it was not added
     * @throws InterruptedException if the thread was interrupted while it waited; it was not added
     * @throws IllegalArgumentException if the element alone has more than {@code maxBytes}
     * @throws IllegalStateException if the queue is closed, also while waiting; it was not added
     */
    public void add(E element, Duration timeout) throws InterruptedException, TimeoutException {
        long size = size(element);
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!hasRoom()) {
                if (left <= 0) {
                    throw new TimeoutException("no room within " + timeout);
                }
                left = room.awaitNanos(left);
            }
            put(element, size);
        } finally {
            lock.unlock();
        }
    }

    private long size(E element) {
        long size = sizeOf.applyAsLong(Objects.requireNonNull(element, "element"));
        if (size < 0 || size > limits.maxBytes) {
            throw new IllegalArgumentException(
                    "element must have from 0 to " + limits.maxBytes + " bytes, had " + size);
        }
        return size;
    }

    private boolean hasRoom() {
        if (closed) {
            throw new IllegalStateException("this queue is closed");
        }
        return waiting.size() < limits.maxWaiting;
    }

    private void put(E element, long size) {
        waiting.add(new Waiting<>(element, size, ticker.nanos()));
        added++;
        bytes += size;
        // The first one starts the clock of a consumer that sleeps without one; a full batch ends its sleep.
        if (waiting.size() == 1 || isFull()) {
            ready.signal();
        }
    }

    private boolean isFull() {
        return waiting.size() >= limits.maxCount || bytes >= limits.maxBytes;
    }

    /** How long the next batch needs until it is ready: 0 if it is, {@code Long.MAX_VALUE} if nothing waits. */
    private long nanosUntilReady() {
        Waiting<E> oldest = waiting.peek();
        if (oldest == null) {
            return Long.MAX_VALUE;
        }
        return closed || toFlush > 0 || isFull() ? 0 : Math.max(0, lingerNanos - (ticker.nanos() - oldest.since));
    }

    /** The next batch if one is ready, else an empty list. */
    public List<E> poll() {
        lock.lock();
        try {
            return nanosUntilReady() == 0 ? next() : List.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next batch as soon as it is ready.
     *
     * @return an empty list if none was within {@code timeout}, and at once if the queue is closed and empty
     * @throws InterruptedException if the thread was interrupted while it waited; nothing was taken
     */
    public List<E> take(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        long wait = timeout.toNanos();
        lock.lock();
        try {
            for (; ; ) {
                long untilReady = nanosUntilReady();
                if (untilReady == 0) {
                    return next();
                }
                long left = wait - (System.nanoTime() - start);
                if (left <= 0 || (closed && waiting.isEmpty())) {
                    // It may have been woken for a batch that it has no time left to wait for.
                    ready.signal();
                    return List.of();
                }
                ready.awaitNanos(Math.min(left, untilReady));
            }
        } catch (InterruptedException e) {
            // It may have been the one that watches the oldest element.
            ready.signal();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private List<E> next() {
        List<E> batch = new ArrayList<>(Math.min(waiting.size(), limits.maxCount));
        long size = 0;
        for (Waiting<E> next = waiting.peek();
                next != null && batch.size() < limits.maxCount && size + next.bytes <= limits.maxBytes;
                next = waiting.peek()) {
            batch.add(next.element);
            size += next.bytes;
            waiting.remove();
        }
        toFlush = Math.max(0, toFlush - batch.size());
        bytes -= size;
        room.signalAll();
        if (!waiting.isEmpty()) {
            ready.signal();
        }
        return batch;
    }

    /** How many elements wait. */
    public int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has what waits now come out in batches without lingering.
     *
     * @return how many elements were ever added: when so many have been taken, all that this flush was for are among them
     */
    public long flush() {
        lock.lock();
        try {
            toFlush = waiting.size();
            ready.signal();
            return added;
        } finally {
            lock.unlock();
        }
    }

    /** Accepts no more; what waits comes out in batches without lingering. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
