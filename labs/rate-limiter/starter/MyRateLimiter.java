import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;

/** My own. The task is in labs/rate-limiter/README.md. */
public final class MyRateLimiter implements RateLimiter {

    /** Admits rate.permits() in rate.period(), and as many at once; takes all its time from the ticker. */
    public MyRateLimiter(Rate rate, Ticker ticker) {}

    @Override
    public long reserveNanos(long permits, long maxWaitNanos) {
        throw new UnsupportedOperationException("write your own");
    }

    @Override
    public long nanosUntil(long permits) {
        throw new UnsupportedOperationException("write your own");
    }

    @Override
    public long burst() {
        throw new UnsupportedOperationException("write your own");
    }
}
