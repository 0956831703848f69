package dev.backendmastery.docs.gallery;

import dev.backendmastery.core.time.Ticker;

/** <b>Broken on purpose:</b> after an idle time of any length it still holds the old window against the caller. */
public final class AgedWindow {

    private static final long SECOND = 1_000_000_000L;

    private final int limit;
    private final Ticker ticker;
    private final long origin;
    private long window;
    private int current;
    private int previous;

    /** A limiter that weighs the window before by how much of it lies within the last second. */
    public AgedWindow(int limit, Ticker ticker) {
        this.limit = limit;
        this.ticker = ticker;
        origin = ticker.nanos();
    }

    /** Admits the call if the weighted count leaves room. */
    public synchronized boolean tryAcquire() {
        long elapsed = ticker.nanos() - origin;
        if (elapsed / SECOND != window) {
            window = elapsed / SECOND;
            previous = current; // also when many windows have passed since
            current = 0;
        }
        double within = 1 - (double) (elapsed % SECOND) / SECOND;
        if (previous * within + current + 1 > limit) {
            return false;
        }
        current++;
        return true;
    }
}
