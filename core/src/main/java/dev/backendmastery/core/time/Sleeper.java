package dev.backendmastery.core.time;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the calling thread wait, as a value that is handed in.
 *
 * <p><b>Guarantee.</b> Returns no earlier than the given time by its own clock (T-2), or throws if the thread is
 * interrupted (T-4). <b>Threads.</b> Safe for any number of threads; a virtual thread gives its carrier back. <b>Not for</b>
 * waiting on a condition that another thread makes true.
 */
@FunctionalInterface
public interface Sleeper {

    /**
     * Waits for {@code duration}; returns at once if it is zero or negative (T-3).
     *
     * @throws InterruptedException if the thread is interrupted before or while it waits; its interrupt flag is cleared
     */
    void sleep(Duration duration) throws InterruptedException;

    /** Parks the thread for as long as {@link System#nanoTime()} says. */
    static Sleeper system() {
        return duration -> {
            long start = System.nanoTime();
            long wait = duration.toNanos();
            for (long left = wait; left > 0; left = wait - (System.nanoTime() - start)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LockSupport.parkNanos(left);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        };
    }
}
