package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.RetriesExhaustedException.Attempt;
import dev.backendmastery.core.resilience.RetriesExhaustedException.Reason;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every retry must hold. Extend it, say how to create yours, run it. Time and chance are handed in. */
@DisplayName("A retry")
public abstract class RetryContract {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofMillis(400);
    private static final RetryConfig CONFIG = RetryConfig.DEFAULT
            .withMaxAttempts(5)
            .withDeadline(Duration.ofMinutes(1))
            .withBackoff(Backoff.fullJitter(FIRST, MOST));

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final List<Duration> waits = new ArrayList<>();
    private final Random random = new Random(1);
    private int calls;

    /** A retry that waits by {@code sleeper} or, asynchronous, by {@code scheduler}. */
    protected abstract Policy create(
            RetryConfig config,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random,
            ScheduledExecutorService scheduler);

    private Policy retry(RetryConfig config, RetryBudget budget) {
        Sleeper sleeper = wait -> {
            waits.add(wait);
            ticker.sleep(wait);
        };
        return create(config, budget, ticker, sleeper, random::nextDouble, scheduler);
    }

    private Policy retry(RetryConfig config) {
        return retry(config, RetryBudget.of(1_000, 1_000_000));
    }

    /** Fails the first {@code times} and then answers. */
    private Callable<String> failing(int times) {
        return () -> {
            calls++;
            if (calls <= times) {
                throw new IOException("failure " + calls);
            }
            return "value " + calls;
        };
    }

    @Test
    @DisplayName("RT-1 makes as many attempts as it takes, and at most as many as allowed")
    void attempts() throws Exception {
        assertEquals("value 5", retry(CONFIG).call(failing(4)));
        assertEquals(4, waits.size());
        calls = 0;
        assertThrows(Exception.class, () -> retry(CONFIG).call(failing(100)));
        assertEquals(5, calls);
        calls = 0;
        assertThrows(Exception.class, () -> retry(CONFIG.withMaxAttempts(1)).call(failing(100)));
        assertEquals(1, calls);
    }

    @Test
    @DisplayName("RT-2 waits within the backoff's bounds, and over the whole width of them")
    void jitter() {
        long[] most = new long[4];
        long[] least = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        for (int run = 0; run < 300; run++) {
            waits.clear();
            assertThrows(Exception.class, () -> retry(CONFIG).call(failing(Integer.MAX_VALUE)));
            assertEquals(4, waits.size());
            for (int i = 0; i < 4; i++) {
                most[i] = Math.max(most[i], waits.get(i).toMillis());
                least[i] = Math.min(least[i], waits.get(i).toMillis());
            }
        }
        long[] bounds = {100, 200, 400, 400};
        for (int i = 0; i < 4; i++) {
            int wait = i;
            assertTrue(most[i] <= bounds[i], () -> "wait " + (wait + 1) + " was " + most[wait] + " ms");
            assertTrue(most[i] >= bounds[i] * 0.9, () -> "wait " + (wait + 1) + " was at most " + most[wait] + " ms");
            assertTrue(least[i] <= bounds[i] * 0.1, () -> "wait " + (wait + 1) + " was at least " + least[wait]);
        }
    }

    @Test
    @DisplayName("RT-3 starts no attempt after the deadline, and does not wait for it")
    void deadline() {
        RetryConfig config = CONFIG.withMaxAttempts(1_000)
                .withDeadline(Duration.ofSeconds(1))
                .withBackoff(Backoff.fixed(Duration.ofMillis(300)));
        long start = ticker.nanos();
        List<Long> starts = new ArrayList<>();
        RetriesExhaustedException end = assertThrows(
                RetriesExhaustedException.class, () -> retry(config).call(() -> {
                    starts.add(ticker.nanos() - start);
                    throw new IOException();
                }));
        assertEquals(Reason.DEADLINE, end.reason());
        assertEquals(List.of(0L, 300_000_000L, 600_000_000L, 900_000_000L), starts);
        assertEquals(900_000_000L, ticker.nanos() - start, "gave up without waiting");
    }

    @Test
    @DisplayName("RT-4 tries nothing again but what its predicates name")
    void predicates() throws Exception {
        RetryConfig config = CONFIG.withRetryOn(failure -> failure instanceof IOException)
                .withRetryOnResult(value -> "again".equals(value));
        IllegalStateException fatal = new IllegalStateException();
        assertSame(fatal, assertThrows(IllegalStateException.class, () -> retry(config)
                .call(() -> {
                    calls++;
                    throw fatal;
                })));
        assertEquals(1, calls);
        assertThrows(AssertionError.class, () -> retry(CONFIG).call(() -> {
            calls++;
            throw new AssertionError("an error");
        }));
        assertEquals(2, calls, "errors are not tried again by default");
        assertThrows(BulkheadFullException.class, () -> retry(CONFIG).call(() -> {
            calls++;
            throw new BulkheadFullException("full", 1, 0);
        }));
        assertEquals(3, calls, "nor rejections");
        assertEquals("again", retry(config).call(() -> {
            calls++;
            return "again";
        }));
        assertEquals(8, calls, "a bad value is tried again, and the last one is returned");
        assertEquals("good", retry(config).call(() -> ++calls < 10 ? "again" : "good"));
        assertEquals(10, calls);
    }

    @Test
    @DisplayName("RT-5 gives up with the last failure as cause and all of them as history")
    void history() {
        long start = ticker.nanos();
        RetryConfig config = CONFIG.withMaxAttempts(3).withBackoff(Backoff.fixed(Duration.ofSeconds(1)));
        RetriesExhaustedException end = assertThrows(
                RetriesExhaustedException.class, () -> retry(config).call(failing(100)));
        assertEquals(Reason.ATTEMPTS, end.reason());
        assertEquals(3, end.attempts().size());
        for (int i = 0; i < 3; i++) {
            Attempt attempt = end.attempts().get(i);
            assertEquals(i + 1, attempt.number());
            assertEquals("failure " + (i + 1), attempt.failure().getMessage());
            assertEquals(Duration.ofSeconds(i), attempt.failedAfter());
        }
        assertSame(end.attempts().get(2).failure(), end.getCause());
        assertEquals(Duration.ofSeconds(2).toNanos(), ticker.nanos() - start);
    }

    @Test
    @DisplayName("RT-6 does not multiply an outage: all callers together keep to the budget")
    void budget() {
        RetryBudget budget = RetryBudget.of(0.1, 10);
        Policy one = retry(CONFIG, budget);
        Policy other = retry(CONFIG, budget);
        for (int i = 0; i < 500; i++) {
            assertThrows(Exception.class, () -> one.call(failing(Integer.MAX_VALUE)));
            assertThrows(Exception.class, () -> other.call(failing(Integer.MAX_VALUE)));
        }
        int extra = calls - 1_000;
        assertTrue(extra <= 110, () -> "1,000 calls made " + extra + " extra attempts, 110 are paid for");
        assertTrue(extra >= 100, () -> "the budget is there to be used: " + extra + " extra attempts of 110");
    }

    @Test
    @DisplayName("RT-7 takes away the extra attempt alone when the budget is spent")
    void overBudget() throws Exception {
        RetryBudget budget = RetryBudget.of(0, 0);
        Policy retry = retry(CONFIG.withRetryOnResult(value -> "bad".equals(value)), budget);
        assertEquals("value 1", retry.call(failing(0)), "a call that needs no extra attempt");
        RetriesExhaustedException end = assertThrows(
                RetriesExhaustedException.class,
                () -> retry.call(() -> {
                    throw new IOException("the first attempt's own");
                }));
        assertEquals(Reason.BUDGET, end.reason());
        assertEquals("the first attempt's own", end.attempts().get(0).failure().getMessage());
        assertSame(end.attempts().get(0).failure(), end.getCause());
        assertEquals("bad", retry.call(() -> "bad"), "a value is better than none");
        assertEquals(List.of(), waits);
    }

    @Test
    @DisplayName("RT-8 comes back no earlier than the server asks for, and not at all if that is after the deadline")
    void serverDelay() throws Exception {
        Duration[] asked = {Duration.ofSeconds(7)};
        RetryConfig config = CONFIG.withServerDelay(failure -> asked[0]);
        retry(config).call(failing(1));
        assertEquals(List.of(Duration.ofSeconds(7)), waits);
        asked[0] = Duration.ofDays(400);
        calls = 0;
        RetriesExhaustedException end = assertThrows(
                RetriesExhaustedException.class, () -> retry(config).call(failing(1)));
        assertEquals(Reason.DEADLINE, end.reason());
        assertEquals(1, calls);
    }

    @Test
    @DisplayName("RT-9 ends when it is interrupted while it waits")
    void interrupted() {
        try {
            InterruptedException end =
                    assertThrows(InterruptedException.class, () -> retry(CONFIG).call(() -> {
                        calls++;
                        Thread.currentThread().interrupt();
                        throw new IOException("why it waited");
                    }));
            assertEquals("why it waited", end.getSuppressed()[0].getMessage());
            assertEquals(1, calls);
        } finally {
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    @DisplayName("RT-10 holds the same for stages, and cancelling one ends it")
    void stages() throws Exception {
        RetryConfig config = CONFIG.withMaxAttempts(3).withBackoff(Backoff.fixed(Duration.ofSeconds(1)));
        Policy retry = retry(config);
        List<CompletableFuture<String>> attempts = new ArrayList<>();
        CompletableFuture<String> good = retry.<String>callAsync(() -> {
                    attempts.add(new CompletableFuture<>());
                    return attempts.get(attempts.size() - 1);
                })
                .toCompletableFuture();
        attempts.get(0).completeExceptionally(new IOException());
        assertEquals(1, attempts.size(), "waits first");
        scheduler.advance(Duration.ofSeconds(1));
        assertEquals(2, attempts.size());
        attempts.get(1).complete("value");
        assertTrue(good.isDone());
        assertEquals("value", good.get());
        CompletableFuture<String> bad = retry.<String>callAsync(() -> {
                    calls++;
                    return CompletableFuture.failedFuture(new IOException("failure " + calls));
                })
                .toCompletableFuture();
        scheduler.advance(Duration.ofSeconds(10));
        assertTrue(bad.isDone());
        RetriesExhaustedException end = assertInstanceOf(
                RetriesExhaustedException.class,
                assertThrows(ExecutionException.class, bad::get).getCause());
        assertArrayEquals(
                new String[] {"failure 1", "failure 2", "failure 3"},
                end.attempts().stream().map(a -> a.failure().getMessage()).toArray());
        attempts.clear();
        CompletableFuture<String> cancelled = retry.<String>callAsync(() -> {
                    attempts.add(new CompletableFuture<>());
                    return attempts.get(attempts.size() - 1);
                })
                .toCompletableFuture();
        attempts.get(0).completeExceptionally(new IOException());
        cancelled.cancel(true);
        scheduler.advance(Duration.ofSeconds(10));
        assertEquals(1, attempts.size(), "a cancelled call makes no further attempt");
    }
}
