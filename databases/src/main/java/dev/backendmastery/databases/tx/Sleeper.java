package dev.backendmastery.databases.tx;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass, as a value that is handed in. */
@FunctionalInterface
public interface Sleeper {

    /**
     * Returns when {@code duration} has passed.
     *
     * @throws InterruptedException if the thread is or gets interrupted; its flag is cleared
     */
    void sleep(Duration duration) throws InterruptedException;

    /** Parks the calling thread. */
    static Sleeper system() {
        return duration -> {
            Ticker ticker = Ticker.system();
            long start = ticker.nanos();
            long left = duration.toNanos();
            while (left > 0) {
                LockSupport.parkNanos(Sleeper.class, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted in a pause of " + duration);
                }
                left = duration.toNanos() - (ticker.nanos() - start);
            }
        };
    }
}
