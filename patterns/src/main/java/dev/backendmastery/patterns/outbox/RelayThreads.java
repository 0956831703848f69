package dev.backendmastery.patterns.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a relay, or of what wakes it: started once, ended together, none of them interrupted in the middle of what it does.
 *
 * <p><b>Threads.</b> Safe for any number.
 */
final class RelayThreads {

    /** What a thread does until {@link RelayThreads#isClosed}; an interrupt ends it. */
    interface Work {
        void run() throws InterruptedException;
    }

    private final String name;
    private final Semaphore end = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();
    private boolean started;
    private volatile boolean closed;

    RelayThreads(String name) {
        this.name = name;
    }

    /** To be called before {@link #start}. */
    RelayThreads with(String what, Work work) {
        Thread thread = new Thread(() -> run(work), name + "-" + what);
        thread.setDaemon(true);
        threads.add(thread);
        return this;
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @throws IllegalStateException if they were started before, or are closed */
    synchronized void start() {
        if (closed || started) {
            throw new IllegalStateException(name + " is started once, and not after its close");
        }
        started = true;
        threads.forEach(Thread::start);
    }

    boolean isClosed() {
        return closed;
    }

    /** Waits for so long, or until it is closed. */
    void pause(long nanos) throws InterruptedException {
        if (nanos > 0 && end.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            end.release();
        }
    }

    /**
     * Asks them to end.
     *
     * @return whether it is for this caller to {@link #join} them
     */
    synchronized boolean close() {
        if (closed) {
            return false;
        }
        closed = true;
        end.release();
        return started;
    }

    /** Waits for their ends; a caller that is interrupted interrupts them. */
    void join() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
