import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;

/** A bucket under a lock. What it holds is counted in nanoseconds x permits, so that nothing is ever rounded. */
public final class MyRateLimiter implements RateLimiter {

    private final Ticker ticker;
    private final long burst;
    private final long period;
    private long held;
    private long last;

    public MyRateLimiter(Rate rate, Ticker ticker) {
        this.ticker = ticker;
        burst = rate.permits();
        period = rate.period().toNanos();
        held = Math.multiplyExact(burst, period);
        last = ticker.nanos();
    }

    @Override
    public synchronized long reserveNanos(long permits, long maxWaitNanos) {
        long wait = nanosUntil(permits);
        if (wait > Math.max(0, maxWaitNanos)) {
            return DENIED;
        }
        held -= permits * period;
        return wait;
    }

    @Override
    public synchronized long nanosUntil(long permits) {
        if (permits < 1 || permits > burst) {
            throw new IllegalArgumentException("permits must be from 1 to " + burst + ", was " + permits);
        }
        long now = ticker.nanos();
        long passed = now - last;
        if (passed > 0) {
            long missing = burst * period - held;
            held = passed >= (missing + burst - 1) / burst ? burst * period : held + passed * burst;
            last = now;
        }
        long owed = permits * period - held;
        return owed <= 0 ? 0 : (owed + burst - 1) / burst + (last - now);
    }

    @Override
    public long burst() {
        return burst;
    }
}
