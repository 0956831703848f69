package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

final class QueueBulkheadTest extends BulkheadContract {

    @Override
    protected Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler) {
        return QueueBulkhead.of(config, ticker, scheduler);
    }

    @Test
    void stagesDoNotWaitWithoutAScheduler() {
        Bulkhead bulkhead = QueueBulkhead.of(new Bulkhead.Config(1, 1, Duration.ofSeconds(1)));
        assertEquals(
                "value",
                bulkhead.callAsync(() -> CompletableFuture.completedFuture("value"))
                        .toCompletableFuture()
                        .join());
        bulkhead.tryAcquire();
        assertThrows(IllegalStateException.class, () -> bulkhead.acquireAsync(Duration.ofSeconds(1)));
    }

    @Test
    void refusesWhatItCannotHold() {
        assertThrows(IllegalArgumentException.class, () -> Bulkhead.Config.of(0));
        assertThrows(IllegalArgumentException.class, () -> new Bulkhead.Config(1, -1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Bulkhead.Config(1, 1, Duration.ofNanos(-1)));
    }
}
