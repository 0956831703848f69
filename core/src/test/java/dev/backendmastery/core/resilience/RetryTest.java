package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

final class RetryTest extends RetryContract {

    @Override
    protected Policy create(
            RetryConfig config,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random,
            ScheduledExecutorService scheduler) {
        return Retry.of(config, budget, ticker, sleeper, random, scheduler);
    }

    @Test
    void refusesStagesWithoutAScheduler() {
        Retry retry = Retry.of(RetryConfig.DEFAULT, RetryBudget.of(1, 1));
        assertThrows(
                IllegalStateException.class, () -> retry.callAsync(() -> CompletableFuture.completedFuture("value")));
    }

    @Test
    void refusesWhatItCannotHold() {
        RetryConfig config = RetryConfig.DEFAULT;
        assertThrows(IllegalArgumentException.class, () -> config.withMaxAttempts(0));
        assertThrows(IllegalArgumentException.class, () -> config.withDeadline(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> Backoff.fixed(Duration.ofNanos(-1)));
        assertThrows(
                IllegalArgumentException.class, () -> Backoff.fullJitter(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class, () -> Backoff.decorrelatedJitter(Duration.ZERO, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(-0.1, 1));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(1, -1));
    }

    @Test
    void aBackoffNeverOverflows() {
        Duration year = Duration.ofDays(365);
        for (Backoff backoff : new Backoff[] {
            Backoff.fullJitter(Duration.ofNanos(1), year), Backoff.decorrelatedJitter(Duration.ofNanos(1), year)
        }) {
            long previous = 0;
            for (int failed = 1; failed < 200; failed++) {
                previous = backoff.nanos(failed, previous, () -> 0.999);
                assertTrue(previous >= 0 && previous <= year.toNanos(), "wait " + previous);
            }
            assertTrue(previous > year.toNanos() / 2, "grows to its bound");
        }
        assertEquals(10, Backoff.decorrelatedJitter(Duration.ofNanos(10), year).nanos(1, 0, () -> 0));
    }

    @Test
    void aBudgetIsNeverFullerThanItsReserve() {
        RetryBudget budget = RetryBudget.of(0.5, 2);
        for (int i = 0; i < 10; i++) {
            budget.deposit();
        }
        assertEquals(2, budget.available());
        assertTrue(budget.tryWithdraw());
        assertTrue(budget.tryWithdraw());
        assertFalse(budget.tryWithdraw());
        budget.deposit();
        assertFalse(budget.tryWithdraw(), "half of one");
        budget.deposit();
        assertTrue(budget.tryWithdraw());
    }
}
