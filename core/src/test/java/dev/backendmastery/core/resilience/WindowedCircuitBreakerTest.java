package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WindowedCircuitBreakerTest extends CircuitBreakerContract {

    @Override
    protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
        return CircuitBreaker.of(config, ticker);
    }

    @Test
    void countsAsAQueueOfOutcomesWould() {
        ManualTicker ticker = new ManualTicker();
        for (int size : new int[] {1, 2, 7, 64, 100}) {
            CircuitBreaker breaker = CircuitBreaker.of(
                    BreakerConfig.DEFAULT
                            .withWindow(Window.calls(size), size)
                            .withFailureRate(1)
                            .withSlowCalls(Duration.ofSeconds(1), 1),
                    ticker);
            ArrayDeque<int[]> model = new ArrayDeque<>();
            Random random = new Random(size);
            for (int i = 0; i < 3_000 && breaker.state() == CircuitBreaker.State.CLOSED; i++) {
                int failed = random.nextInt(3) / 2;
                int slow = random.nextInt(4) / 3;
                long start = ticker.nanos();
                long permit = breaker.acquire();
                ticker.advance(Duration.ofSeconds(slow * 2L));
                if (failed == 1) {
                    breaker.onFailure(permit, start);
                } else {
                    breaker.onSuccess(permit, start);
                }
                model.add(new int[] {failed, slow});
                if (model.size() > size) {
                    model.remove();
                }
                if (breaker.state() == CircuitBreaker.State.CLOSED) {
                    assertEquals(
                            new CircuitBreaker.Snapshot(
                                    CircuitBreaker.State.CLOSED,
                                    model.size(),
                                    model.stream().mapToInt(o -> o[0]).sum(),
                                    model.stream().mapToInt(o -> o[1]).sum()),
                            breaker.snapshot());
                }
            }
        }
    }

    @Test
    void refusesWhatItCannotHold() {
        BreakerConfig config = BreakerConfig.DEFAULT;
        assertThrows(IllegalArgumentException.class, () -> Window.calls(0));
        assertThrows(IllegalArgumentException.class, () -> Window.time(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> config.withWindow(Window.calls(10), 11));
        assertThrows(IllegalArgumentException.class, () -> config.withFailureRate(0));
        assertThrows(IllegalArgumentException.class, () -> config.withFailureRate(1.1));
        assertThrows(IllegalArgumentException.class, () -> config.withFailureRate(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> config.withProbes(0, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> config.withOpenFor(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> config.withSlowCalls(Duration.ZERO, 1));
    }
}
