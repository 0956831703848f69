package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TimeoutTest extends TimeoutContract {

    @Override
    protected Policy create(Duration limit, ScheduledExecutorService scheduler) {
        return Timeout.of(limit, scheduler);
    }

    @Test
    void interruptsThreadsThatWaitAndNoOthers() throws Exception {
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        ExecutorService pool = Executors.newFixedThreadPool(100);
        try {
            Timeout timeout = Timeout.of(Duration.ofMillis(30), scheduler);
            CountDownLatch never = new CountDownLatch(1);
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                boolean waits = i % 2 == 0;
                all.add(pool.submit(() -> {
                    for (int call = 0; call < 200 && !waits; call++) {
                        assertEquals("value", timeout.call(() -> "value"));
                    }
                    if (waits) {
                        assertThrows(
                                CallTimeoutException.class,
                                () -> timeout.call(() -> never.await(20, TimeUnit.SECONDS)));
                    }
                    return !Thread.currentThread().isInterrupted();
                }));
            }
            for (Future<Boolean> each : all) {
                assertTrue(each.get(20, TimeUnit.SECONDS));
            }
        } finally {
            pool.shutdownNow();
            scheduler.shutdownNow();
        }
    }

    @Test
    void saysThatItsSchedulerIsShutDown() {
        ManualScheduler scheduler = new ManualScheduler(new ManualTicker());
        Timeout timeout = Timeout.of(Duration.ofSeconds(1), scheduler);
        scheduler.shutdown();
        for (int i = 0; i < 3; i++) {
            assertThrows(RejectedExecutionException.class, () -> timeout.call(() -> "value"));
        }
    }

    @Test
    void refusesWhatItCannotHold() {
        ManualScheduler scheduler = new ManualScheduler(new ManualTicker());
        assertThrows(IllegalArgumentException.class, () -> Timeout.of(Duration.ZERO, scheduler));
        assertThrows(IllegalArgumentException.class, () -> Timeout.of(Duration.ofNanos(999), scheduler));
        assertThrows(IllegalArgumentException.class, () -> Timeout.of(Duration.ofDays(366), scheduler));
    }
}
