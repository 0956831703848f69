import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** The generic cell rate algorithm: one number, when the permits granted so far would have come due, and one CAS. */
public final class MyRateLimiter implements RateLimiter {

    private final Ticker ticker;
    private final long burst;
    private final long interval;
    private final AtomicLong due;

    public MyRateLimiter(Ticker ticker, Rate rate) {
        this.ticker = ticker;
        burst = rate.permits();
        interval = (rate.period().toNanos() + burst - 1) / burst;
        due = new AtomicLong(ticker.nanos());
    }

    @Override
    public long reserveNanos(long permits, long maxWaitNanos) {
        check(permits);
        long now = ticker.nanos();
        while (true) {
            long seen = due.get();
            long ahead = Math.max(0, seen - now);
            long wait = Math.max(0, ahead + (permits - burst) * interval);
            if (wait > Math.max(0, maxWaitNanos)) {
                return DENIED;
            }
            if (due.compareAndSet(seen, now + ahead + permits * interval)) {
                return wait;
            }
        }
    }

    @Override
    public long nanosUntil(long permits) {
        check(permits);
        long now = ticker.nanos();
        return Math.max(0, Math.max(0, due.get() - now) + (permits - burst) * interval);
    }

    private void check(long permits) {
        if (permits < 1 || permits > burst) {
            throw new IllegalArgumentException("permits must be from 1 to " + burst + ", was " + permits);
        }
    }

    @Override
    public long burst() {
        return burst;
    }
}
