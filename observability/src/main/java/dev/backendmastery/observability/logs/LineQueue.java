package dev.backendmastery.observability.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.event.Level;

/**
 * Lines that a thread of its own writes, so that nobody waits for a disk who only had something to say.
 *
 * <p><b>Guarantee.</b> Lines are written whole and in order of each thread (LQ-1). Whoever offers one never waits: where there is no room it is dropped, and counted by its reason (LQ-2). The
 * last fifth of the room is kept for warnings and errors (LQ-3). A write that fails costs its lines, counted, and not the later ones (LQ-4). {@link #close} writes what was taken, in bounded
 * time, counts what it had no time for, and ends the thread (LQ-5, LQ-6); what comes later is dropped and counted (LQ-7). Each line offered is in one of the counts, once (LQ-8).
 *
 * <p><b>Threads.</b> Safe for any number; one of its own. <b>Cost.</b> The lines in the queue; a lock for each. <b>Not for</b> audits: what was not written when the machine dies is gone.
 */
public final class LineQueue implements AutoCloseable {

    private static final int BATCH = 256;
    private static final byte[] END = {};

    private final OutputStream out;
    private final BlockingQueue<byte[]> queue;
    private final int reserved;
    private final long patience;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final LongAdder written = new LongAdder();
    private final LongAdder crowded = new LongAdder();
    private final LongAdder full = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder unfinished = new LongAdder();
    private final Thread thread;
    private volatile boolean expired;
    private boolean closed; // guarded by this

    /**
     * What became of the lines.
     *
     * @param written given to the stream
     * @param crowded dropped while what room there was was kept for warnings
     * @param full dropped for want of any room
     * @param failed lost in a write that failed
     * @param late dropped since they came after the end
     * @param unfinished taken, but not written when the time of {@link #close} was up
     */
    public record Stats(long written, long crowded, long full, long failed, long late, long unfinished) {}

    /**
     * Begins to write to {@code out}, which stays the caller's to close.
     *
     * @param capacity how many lines wait at most, from 8 to 1,000,000
     * @param patience how long {@link #close} waits for what was taken to be written, from 0 to 1 minute
     */
    public LineQueue(OutputStream out, int capacity, Duration patience, ThreadFactory threads) {
        if (capacity < 8 || capacity > 1_000_000) {
            throw new IllegalArgumentException("capacity must be from 8 to 1000000, was " + capacity);
        }
        if (patience.isNegative() || patience.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("patience must be from 0 to 1 minute, was " + patience);
        }
        this.out = Objects.requireNonNull(out, "out");
        this.patience = patience.toNanos();
        queue = new ArrayBlockingQueue<>(capacity + 1); // one more for the end
        reserved = capacity / 5;
        thread = Objects.requireNonNull(threads.newThread(this::run), "threads must make one");
        thread.start();
    }

    /** Takes the line, which nobody may change from here on; false if it was dropped. */
    public boolean offer(Level level, byte[] line) {
        Objects.requireNonNull(level, "level");
        if (line.length == 0) {
            throw new IllegalArgumentException("line must not be empty");
        }
        boolean matters = level.toInt() >= Level.WARN.toInt();
        synchronized (this) {
            if (closed) {
                late.increment();
                return false;
            }
            int room = queue.remainingCapacity() - 1;
            if (room > 0 && (matters || room > reserved)) {
                queue.add(line);
                return true;
            }
            (room > 0 ? crowded : full).increment();
            return false;
        }
    }

    /** What became of the lines so far; those that wait are in none of the counts. */
    public Stats stats() {
        return new Stats(written.sum(), crowded.sum(), full.sum(), failed.sum(), late.sum(), unfinished.sum());
    }

    /** Writes what was taken, waiting no longer than said, and ends the thread. A second one does nothing more. */
    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                queue.add(END);
            }
        }
        boolean interrupted = false;
        try {
            if (!ended.await(patience, TimeUnit.NANOSECONDS)) {
                giveUp();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            giveUp();
        }
        List<byte[]> rest = new ArrayList<>();
        queue.drainTo(rest);
        unfinished.add(rest.stream().filter(line -> line != END).count());
        if (rest.contains(END)) {
            queue.add(END);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp() {
        expired = true;
        thread.interrupt();
    }

    private void run() {
        List<byte[]> batch = new ArrayList<>(BATCH);
        try {
            while (true) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch, BATCH - 1);
                if (!write(batch)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // close() has no more time; it counts what is left.
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    /** False at the end. */
    private boolean write(List<byte[]> batch) {
        int unflushed = 0;
        boolean more = true;
        for (byte[] line : batch) {
            if (line == END) {
                more = false;
                break;
            }
            if (expired) {
                unfinished.increment();
                continue;
            }
            try {
                out.write(line);
                unflushed++;
            } catch (IOException | RuntimeException e) {
                failed.increment();
            }
        }
        try {
            out.flush();
            written.add(unflushed);
        } catch (IOException | RuntimeException e) {
            failed.add(unflushed);
        }
        return more && !expired;
    }
}
