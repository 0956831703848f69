package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of small programs is as if the calls came one after another. Time stands still, so what is checked
 * is the counting; the arithmetic of time is the kit's.
 */
final class RateLimiterLincheckTest {

    private static final Rate THREE = Rate.perSecond(3);
    private static final Ticker STILL = () -> 42;

    @Test
    void tokenBucket() {
        check(TokenBucketOps.class);
    }

    @Test
    void fixedWindow() {
        check(FixedWindowOps.class);
    }

    @Test
    void slidingWindowLog() {
        check(SlidingWindowLogOps.class);
    }

    @Test
    void keyedTokenBucket() {
        check(KeyedOps.class, 8, 100);
    }

    private static void check(Class<?> operations) {
        check(operations, 20, 200);
    }

    private static void check(Class<?> operations, int iterations, int invocations) {
        new ModelCheckingOptions()
                .iterations(iterations)
                .invocationsPerIteration(invocations)
                .threads(2)
                .actorsPerThread(3)
                .check(operations);
    }

    abstract static class Ops {
        private final RateLimiter limiter;

        Ops(RateLimiter limiter) {
            this.limiter = limiter;
        }

        @Operation
        public boolean tryAcquire() {
            return limiter.tryAcquire();
        }

        @Operation
        public boolean tryAcquireTwo() {
            return limiter.tryAcquire(2);
        }

        @Operation
        public long reserve() {
            return limiter.reserveNanos(1, 700_000_000);
        }
    }

    public static final class TokenBucketOps extends Ops {
        public TokenBucketOps() {
            super(TokenBucket.of(THREE, 3, STILL));
        }
    }

    public static final class FixedWindowOps extends Ops {
        public FixedWindowOps() {
            super(FixedWindow.of(THREE, STILL));
        }
    }

    public static final class SlidingWindowLogOps extends Ops {
        public SlidingWindowLogOps() {
            super(SlidingWindowLog.of(THREE, STILL));
        }
    }

    public static final class KeyedOps {
        private final KeyedTokenBucket<Integer> limiter = KeyedTokenBucket.of(THREE, 3, 2, STILL);

        @Operation
        public boolean first() {
            return limiter.tryAcquire(1);
        }

        @Operation
        public boolean second() {
            return limiter.tryAcquire(2);
        }
    }
}
