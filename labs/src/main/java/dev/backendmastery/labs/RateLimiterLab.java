package dev.backendmastery.labs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.RateLimiterContract;
import dev.backendmastery.core.time.Ticker;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The clauses of the rate limiter: the library's own kit, and what the library checks of threads beside it.
 *
 * <p>The kit calls from one thread, so it cannot see a limiter that forgets about threads. LAB-1 can: a model checker
 * schedules two threads in every way that small programs allow, which depends on no luck and no number of cores.
 */
public final class RateLimiterLab extends RateLimiterContract {

    static RateLimiter solution(Rate rate, Ticker ticker) {
        return (RateLimiter) Solution.create(Lab.RATE_LIMITER, rate, ticker);
    }

    @Override
    protected RateLimiter create(Rate rate, Ticker ticker) {
        return solution(rate, ticker);
    }

    @Test
    @DisplayName("LAB-1 counts right when two threads call at once, whatever their interleaving")
    void threads() {
        // To the model checker an exception is an answer like another, so one that always throws would pass.
        assertTrue(new Calls().tryAcquire(), "a whole limiter grants a permit");
        new ModelCheckingOptions()
                .iterations(10)
                .invocationsPerIteration(150)
                .threads(2)
                .actorsPerThread(2)
                .check(Calls.class);
    }

    /** What the two threads do; time stands still, so that only the counting is checked. */
    public static final class Calls {

        private final RateLimiter limiter = solution(Rate.perSecond(3), () -> 42);

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
}
