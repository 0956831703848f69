import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The times of the last permits, the oldest first: another algorithm, with a promise of its own that is stricter. */
public final class MyRateLimiter implements RateLimiter {

    private final Ticker ticker;
    private final long quota;
    private final long period;
    private final long origin;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Long> taken = new ArrayList<>();
    private long latest;

    public MyRateLimiter(Rate rate, Ticker ticker) {
        this.ticker = ticker;
        quota = rate.permits();
        period = rate.period().toNanos();
        origin = ticker.nanos();
    }

    @Override
    public long reserveNanos(long permits, long maxWaitNanos) {
        check(permits);
        lock.lock();
        try {
            long elapsed = ticker.nanos() - origin;
            long at = next(elapsed, permits);
            if (at - elapsed > Math.max(0, maxWaitNanos)) {
                return DENIED;
            }
            for (long i = 0; i < permits; i++) {
                taken.add(at);
            }
            return at - elapsed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanosUntil(long permits) {
        check(permits);
        lock.lock();
        try {
            long elapsed = ticker.nanos() - origin;
            return next(elapsed, permits) - elapsed;
        } finally {
            lock.unlock();
        }
    }

    /** When as many as {@code permits} may be taken at once: not before those taken, and a period after the quota-th last. */
    private long next(long elapsed, long permits) {
        latest = Math.max(latest, elapsed);
        while (!taken.isEmpty() && latest - taken.get(0) >= period) {
            taken.remove(0);
        }
        int over = (int) (taken.size() + permits - quota);
        long at = taken.isEmpty() ? elapsed : Math.max(latest, taken.get(taken.size() - 1));
        return over <= 0 ? at : Math.max(at, taken.get(over - 1) + period);
    }

    private void check(long permits) {
        if (permits < 1 || permits > quota) {
            throw new IllegalArgumentException("permits must be from 1 to " + quota + ", was " + permits);
        }
    }

    @Override
    public long burst() {
        return quota;
    }
}
