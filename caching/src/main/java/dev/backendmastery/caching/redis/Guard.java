package dev.backendmastery.caching.redis;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** After a failure, lets nobody wait for Redis again until a while has passed; then one caller tries. */
final class Guard {

    private static final long UP = 0;

    private final Ticker ticker;
    private final long restNanos;
    private final AtomicLong retryAt = new AtomicLong(UP);
    private final LongAdder failures = new LongAdder();

    Guard(Ticker ticker, Duration rest) {
        if (rest.isNegative()) {
            throw new IllegalArgumentException("retryAfter must be at least 0, was " + rest);
        }
        this.ticker = ticker;
        this.restNanos = rest.toNanos();
    }

    /** The result of {@code call}, or RedisUnavailableException within the client's deadline. */
    <T> T call(Supplier<T> call) {
        long at = retryAt.get();
        if (at != UP && (at - ticker.nanos() > 0 || !retryAt.compareAndSet(at, next()))) {
            failures.increment();
            throw new RedisUnavailableException("Redis failed a moment ago and is not asked again yet");
        }
        try {
            T result = call.get();
            if (at != UP) {
                retryAt.set(UP);
            }
            return result;
        } catch (JedisDataException e) {
            // The server answered: it is there, but cannot do it (read-only, out of memory, loading).
            failures.increment();
            if (at != UP) {
                retryAt.set(UP);
            }
            throw new RedisUnavailableException("Redis refused: " + e.getMessage(), e);
        } catch (JedisException e) {
            failures.increment();
            retryAt.set(next());
            throw new RedisUnavailableException("Redis did not answer", e);
        }
    }

    private long next() {
        long at = ticker.nanos() + restNanos;
        return at == UP ? 1 : at;
    }

    long failures() {
        return failures.sum();
    }
}
