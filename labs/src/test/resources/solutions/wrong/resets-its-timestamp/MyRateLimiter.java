import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;

/** Refills by whole permits and moves its timestamp on every call, so who calls often enough never sees a refill. */
public final class MyRateLimiter implements RateLimiter {

    private final Ticker ticker;
    private final long burst;
    private final long interval;
    private long tokens;
    private long last;

    public MyRateLimiter(Rate rate, Ticker ticker) {
        this.ticker = ticker;
        burst = rate.permits();
        interval = rate.period().toNanos() / burst;
        tokens = burst;
        last = ticker.nanos();
    }

    @Override
    public synchronized long reserveNanos(long permits, long maxWaitNanos) {
        check(permits);
        long now = ticker.nanos();
        tokens = Math.min(burst, tokens + Math.max(0, now - last) / interval);
        last = now - last > 0 ? now : last;
        long wait = Math.max(0, (permits - tokens) * interval);
        if (wait > Math.max(0, maxWaitNanos)) {
            return DENIED;
        }
        tokens -= permits;
        return wait;
    }

    @Override
    public synchronized long nanosUntil(long permits) {
        check(permits);
        long now = ticker.nanos();
        long there = Math.min(burst, tokens + Math.max(0, now - last) / interval);
        return Math.max(0, (permits - there) * interval);
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
