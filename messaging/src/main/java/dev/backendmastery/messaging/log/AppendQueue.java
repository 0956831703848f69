package dev.backendmastery.messaging.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits to be written, bounded by bytes. All that waits is taken at once: that is the group of a group commit. */
final class AppendQueue {

    /** Messages of one partition, or, with none, the wish for a new segment. */
    static final class Work {
        final FilePartition partition;
        final List<byte[]> messages;
        final long[] times;
        final long bytes;
        /** The offset of the first; those of the others follow it. */
        final CompletableFuture<Long> ack = new CompletableFuture<>();

        Work(FilePartition partition, List<byte[]> messages, long[] times) {
            this.partition = partition;
            this.messages = messages;
            this.times = times;
            long sum = 0;
            for (byte[] message : messages) {
                sum += message.length;
            }
            bytes = sum;
        }

        static Work roll(FilePartition partition) {
            return new Work(partition, List.of(), new long[0]);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private final long maxBytes;
    private List<Work> waiting = new ArrayList<>();
    private long bytes;
    private boolean closed;

    AppendQueue(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Waits for room. What is larger than all the room is taken once nothing else is there.
     *
     * @return false if there was none in time
     * @throws IllegalStateException if this is closed
     */
    boolean offer(Work work, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!closed && bytes > 0 && bytes + work.bytes > maxBytes) {
                if (left <= 0) {
                    return false;
                }
                left = emptied.awaitNanos(left);
            }
            if (closed) {
                throw new IllegalStateException("this log is closed");
            }
            bytes += work.bytes;
            waiting.add(work);
            if (waiting.size() == 1) {
                filled.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * All that waits, perhaps none after {@code nanos}; null when closed and empty. For one thread, that nobody
     * interrupts.
     */
    @Nullable
    List<Work> take(long nanos) {
        long left = nanos;
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed && left > 0) {
                try {
                    left = filled.awaitNanos(left);
                } catch (InterruptedException e) {
                    left = 0; // nobody of ours does that; only the end of the log ends its thread
                }
            }
            if (waiting.isEmpty()) {
                return closed ? null : List.of();
            }
            List<Work> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What was taken is written, or has failed: there is room again. */
    void done(List<Work> taken) {
        lock.lock();
        try {
            taken.forEach(work -> bytes -= work.bytes);
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
