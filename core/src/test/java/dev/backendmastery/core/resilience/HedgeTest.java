package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

final class HedgeTest extends HedgeContract {

    @Override
    protected Policy create(
            HedgeConfig config,
            RetryBudget budget,
            ScheduledExecutorService scheduler,
            Executor executor,
            Ticker ticker) {
        return Hedge.of(config, budget, scheduler, executor, ticker);
    }

    @Test
    void itsQuantileIsAtMostAnEighthTooHigh() {
        Random random = new Random(1);
        for (int run = 0; run < 200; run++) {
            int batch = 10 + random.nextInt(500);
            LatencyQuantile quantile = new LatencyQuantile(0.95, batch, 7);
            assertEquals(7, quantile.nanos());
            long[] all = new long[batch];
            for (int i = 0; i < batch; i++) {
                all[i] = 8 + (long) Math.exp(random.nextDouble() * 30);
                quantile.record(all[i]);
            }
            Arrays.sort(all);
            long exact = all[(int) Math.ceil(0.95 * batch) - 1];
            assertTrue(quantile.nanos() > exact, () -> quantile.nanos() + " for " + exact);
            assertTrue(quantile.nanos() <= exact * 1.125 + 1, () -> quantile.nanos() + " for " + exact);
        }
        LatencyQuantile edge = new LatencyQuantile(1, 10, 7);
        for (int i = 0; i < 10; i++) {
            edge.record(Long.MAX_VALUE);
        }
        assertEquals(Long.MAX_VALUE, edge.nanos());
    }

    @Test
    void refusesWhatItCannotHold() {
        Duration some = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> new HedgeConfig(0, 0.95, 100, some, some));
        assertThrows(IllegalArgumentException.class, () -> new HedgeConfig(1, 1.5, 100, some, some));
        assertThrows(IllegalArgumentException.class, () -> new HedgeConfig(1, 0.95, 9, some, some));
        assertThrows(IllegalArgumentException.class, () -> new HedgeConfig(1, 0.95, 100, Duration.ZERO, some));
    }
}
