import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;

/** A quota for each window: two windows meet, and twice the quota passes within a moment. */
public final class MyRateLimiter implements RateLimiter {

    private final Ticker ticker;
    private final long quota;
    private final long period;
    private final long origin;
    private long window;
    private long used;

    public MyRateLimiter(Rate rate, Ticker ticker) {
        this.ticker = ticker;
        quota = rate.permits();
        period = rate.period().toNanos();
        origin = ticker.nanos();
    }

    @Override
    public synchronized long reserveNanos(long permits, long maxWaitNanos) {
        check(permits);
        long elapsed = Math.max(0, ticker.nanos() - origin);
        long at = Math.max(window, elapsed / period);
        long count = at == window ? used : 0;
        if (count + permits > quota) {
            at++;
            count = 0;
        }
        long wait = Math.max(0, at * period - elapsed);
        if (wait > Math.max(0, maxWaitNanos)) {
            return DENIED;
        }
        window = at;
        used = count + permits;
        return wait;
    }

    @Override
    public synchronized long nanosUntil(long permits) {
        check(permits);
        long elapsed = Math.max(0, ticker.nanos() - origin);
        long at = Math.max(window, elapsed / period);
        boolean fits = (at == window ? used : 0) + permits <= quota;
        return Math.max(0, (fits ? at : at + 1) * period - elapsed);
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
