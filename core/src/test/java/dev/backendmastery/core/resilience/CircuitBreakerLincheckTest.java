package dev.backendmastery.core.resilience;

import dev.backendmastery.core.resilience.BreakerConfig.Window;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of small programs is as if the calls came one after another. Time stands still but for one step that
 * ends the open state before the programs begin.
 */
final class CircuitBreakerLincheckTest {

    @Test
    void halfOpen() {
        check(HalfOpenOps.class);
    }

    @Test
    void bulkhead() {
        check(BulkheadOps.class);
    }

    private static void check(Class<?> operations) {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(100)
                .threads(2)
                .actorsPerThread(3)
                .check(operations);
    }

    /** Two probes; each operation takes a permit of its own and reports it. */
    public static final class HalfOpenOps {
        private long now;
        private final CircuitBreaker breaker = CircuitBreaker.of(
                BreakerConfig.DEFAULT
                        .withWindow(Window.calls(2), 1)
                        .withFailureRate(1)
                        .withProbes(2, Duration.ofDays(1)),
                () -> now);

        public HalfOpenOps() {
            breaker.onFailure(breaker.acquire(), now);
            now = Duration.ofDays(1).toNanos();
        }

        @Operation
        public boolean tryAcquire() {
            return breaker.tryAcquire() != CircuitBreaker.REJECTED;
        }

        @Operation
        public String state() {
            return breaker.state().name();
        }

        @Operation
        public boolean failsOrIsRefused() {
            long permit = breaker.tryAcquire();
            if (permit != CircuitBreaker.REJECTED) {
                breaker.onFailure(permit, now);
            }
            return true;
        }
    }

    public static final class BulkheadOps {
        private final Bulkhead bulkhead = QueueBulkhead.of(Bulkhead.Config.of(2));

        @Operation
        public boolean tryAcquire() {
            return bulkhead.tryAcquire();
        }

        @Operation
        public boolean release() {
            try {
                bulkhead.release();
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        }

        @Operation
        public int inFlight() {
            return bulkhead.inFlight();
        }
    }
}
