package dev.backendmastery.caching.redis;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SharedLimiterTest extends SharedLimiterContract {

    static final class IgnoresItsPolicy extends SharedLimiterContract {
        @Override
        protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
            return super.open(settings.denyWhenDown());
        }
    }

    static final class AsksAgainEachTime extends SharedLimiterContract {
        @Override
        protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
            return super.open(settings.retryAfter(Duration.ZERO));
        }
    }

    /** A limiter with a change. */
    private static class Wrong implements KeyedRateLimiter<String> {
        final RedisRateLimiter right;

        Wrong(RedisRateLimiter right) {
            this.right = right;
        }

        String key(String key) {
            return key;
        }

        @Override
        public long reserveNanos(String key, long permits, long maxWaitNanos) {
            return right.reserveNanos(key(key), permits, maxWaitNanos);
        }

        @Override
        public long nanosUntil(String key, long permits) {
            return right.nanosUntil(key(key), permits);
        }

        @Override
        public long tryAcquireUpTo(String key, long permits) {
            return right.tryAcquireUpTo(key(key), permits);
        }

        @Override
        public long burst() {
            return right.burst();
        }
    }

    static final class LeasesMoreThanItHas extends SharedLimiterContract {
        @Override
        protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
            return new Wrong(settings.build()) {
                @Override
                public long tryAcquireUpTo(String key, long permits) {
                    long granted = super.tryAcquireUpTo(key, permits);
                    return key.equals("shared") && granted > 0 ? permits : granted;
                }
            };
        }
    }

    static final class LimitsEachProcess extends SharedLimiterContract {
        private final AtomicInteger processes = new AtomicInteger();

        @Override
        protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
            int process = processes.getAndIncrement();
            return new Wrong(settings.build()) {
                @Override
                String key(String key) {
                    return process == 0 ? key : key + process;
                }
            };
        }
    }

    static final class WaitsALittleLonger extends SharedLimiterContract {
        @Override
        protected KeyedRateLimiter<String> open(RedisRateLimiter.Builder settings) {
            return new Wrong(settings.build()) {
                @Override
                public long nanosUntil(String key, long permits) {
                    long wait = super.nanosUntil(key, permits);
                    return key.equals("one") && wait > 0 ? wait + 2_000 : wait;
                }
            };
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(IgnoresItsPolicy.class, "RRL-1");
        Kit.convicts(AsksAgainEachTime.class, "RRL-1", "RRL-2");
        Kit.convicts(LeasesMoreThanItHas.class, "RRL-3");
        Kit.convicts(LimitsEachProcess.class, "RRL-4");
        Kit.convicts(WaitsALittleLonger.class, "RRL-5");
    }
}
