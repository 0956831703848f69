package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every hedge must hold. Extend it, say how to create yours, run it. Time is handed in. */
@DisplayName("A hedge")
public abstract class HedgeContract {

    /** One extra attempt, after 100 ms at first and then after the 95th percentile of 100 calls. */
    protected static final HedgeConfig CONFIG =
            new HedgeConfig(1, 0.95, 100, Duration.ofMillis(100), Duration.ofMillis(1));

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final List<CompletableFuture<String>> attempts = new ArrayList<>();

    /** A hedge by {@code scheduler}, of which the attempts of synchronous calls run on {@code executor}. */
    protected abstract Policy create(
            HedgeConfig config,
            RetryBudget budget,
            ScheduledExecutorService scheduler,
            Executor executor,
            Ticker ticker);

    private Policy hedge(RetryBudget budget) {
        return create(CONFIG, budget, scheduler, scheduler, ticker);
    }

    private Policy hedge() {
        return hedge(RetryBudget.of(1, 1_000));
    }

    private CompletableFuture<String> attempt() {
        CompletableFuture<String> attempt = new CompletableFuture<>();
        attempts.add(attempt);
        return attempt;
    }

    private CompletableFuture<String> call(Policy hedge) {
        return hedge.callAsync(Idempotent.<String>stage(this::attempt)).toCompletableFuture();
    }

    @Test
    @DisplayName("HG-1 makes a call once that answers before the delay")
    void onTime() {
        CompletableFuture<String> answer = call(hedge());
        scheduler.advance(Duration.ofMillis(99));
        assertEquals(1, attempts.size());
        attempts.get(0).complete("value");
        assertEquals("value", answer.getNow("none"));
        scheduler.advance(Duration.ofSeconds(10));
        assertEquals(1, attempts.size());
        assertEquals(0, scheduler.pending(), "no timer outlives its call");
    }

    @Test
    @DisplayName("HG-2 takes the first success, whichever attempt it is of, and cancels the other")
    void firstWins() {
        for (int winner = 0; winner < 2; winner++) {
            attempts.clear();
            CompletableFuture<String> answer = call(hedge());
            scheduler.advance(Duration.ofMillis(100));
            assertEquals(2, attempts.size(), "late, so a second attempt");
            scheduler.advance(Duration.ofSeconds(10));
            assertEquals(2, attempts.size(), "and no third");
            attempts.get(winner).complete("value " + winner);
            assertEquals("value " + winner, answer.getNow("none"));
            assertTrue(attempts.get(1 - winner).isCancelled(), "the loser");
        }
        attempts.clear();
        CompletableFuture<String> left = call(hedge());
        scheduler.advance(Duration.ofMillis(100));
        left.cancel(true);
        assertTrue(attempts.get(0).isCancelled() && attempts.get(1).isCancelled(), "a caller that leaves ends both");
    }

    @Test
    @DisplayName("HG-3 takes extra attempts out of the budget, and goes on with the first when it is spent")
    void budget() {
        RetryBudget budget = RetryBudget.of(0.1, 2);
        Policy hedge = hedge(budget);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            answers.add(call(hedge));
        }
        scheduler.advance(Duration.ofSeconds(1));
        assertEquals(92, attempts.size(), "two in reserve, deposits of a full budget are lost");
        for (int i = 0; i < 90; i++) {
            attempts.get(i).complete("value");
            assertEquals("value", answers.get(i).getNow("none"), "the first attempt alone");
        }
    }

    @Test
    @DisplayName("HG-4 calls late what takes longer than the live 95th percentile")
    void liveQuantile() {
        Policy hedge = hedge(RetryBudget.of(0, 0));
        for (int i = 0; i < 100; i++) {
            CompletableFuture<String> answer = call(hedge);
            scheduler.advance(Duration.ofMillis(i < 94 ? 10 : 50));
            attempts.get(i).complete("value");
            assertTrue(answer.isDone());
        }
        attempts.clear();
        Policy same = hedge;
        CompletableFuture<String> none = call(same);
        scheduler.advance(Duration.ofMillis(100));
        assertEquals(1, attempts.size(), "without a budget never");
        none.cancel(true);

        Policy paid = hedge(RetryBudget.of(1, 1_000));
        attempts.clear();
        for (int i = 0; i < 100; i++) {
            CompletableFuture<String> answer = call(paid);
            scheduler.advance(Duration.ofMillis(i < 94 ? 10 : 50));
            attempts.get(attempts.size() - 1).complete("value");
            assertTrue(answer.isDone());
        }
        assertEquals(100, attempts.size());
        CompletableFuture<String> last = call(paid);
        scheduler.advance(Duration.ofMillis(49));
        assertEquals(101, attempts.size(), "49 ms are not late: 6 of 100 took 50");
        scheduler.advance(Duration.ofMillis(8));
        assertEquals(102, attempts.size(), "57 ms are");
        assertFalse(last.isDone());
    }

    @Test
    @DisplayName("HG-5 fails only when no attempt is left, with all failures")
    void failures() {
        CompletableFuture<String> answer = call(hedge());
        scheduler.advance(Duration.ofMillis(100));
        IOException first = new IOException("first");
        attempts.get(0).completeExceptionally(first);
        assertFalse(answer.isDone(), "the second may still answer");
        attempts.get(1).complete("value");
        assertEquals("value", answer.getNow("none"));
        attempts.clear();
        CompletableFuture<String> bad = call(hedge());
        scheduler.advance(Duration.ofMillis(100));
        IOException second = new IOException("second");
        attempts.get(1).completeExceptionally(second);
        attempts.get(0).completeExceptionally(first);
        assertTrue(bad.isDone());
        CompletionException end = assertThrows(CompletionException.class, bad::join);
        assertSame(second, end.getCause());
        assertSame(first, second.getSuppressed()[0]);
    }

    @Test
    @DisplayName("HG-6 makes a call once that nobody has called idempotent, also within a pipeline")
    void onlyIdempotent() throws Exception {
        for (Policy policy : List.of(hedge(), Pipeline.of(hedge(), CircuitBreaker.of(BreakerConfig.DEFAULT, ticker)))) {
            attempts.clear();
            CompletableFuture<String> answer = policy.callAsync(this::attempt).toCompletableFuture();
            scheduler.advance(Duration.ofSeconds(1));
            assertEquals(1, attempts.size());
            attempts.get(0).complete("value");
            assertEquals("value", answer.getNow("none"));
            Thread here = Thread.currentThread();
            assertSame(here, policy.call(Thread::currentThread));
            attempts.clear();
            CompletableFuture<String> hedged = call(policy);
            scheduler.advance(Duration.ofSeconds(1));
            assertEquals(2, attempts.size(), "one that is, is hedged");
            attempts.get(1).complete("value");
            assertEquals("value", hedged.getNow("none"));
        }
    }

    @Test
    @DisplayName("HG-7 hedges a synchronous call too, and interrupts the loser")
    void synchronous() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            Policy hedge = create(
                    new HedgeConfig(1, 0.95, 100, Duration.ofMillis(5), Duration.ZERO),
                    RetryBudget.of(1, 10),
                    timer,
                    pool,
                    Ticker.system());
            CountDownLatch interrupted = new CountDownLatch(1);
            AtomicInteger number = new AtomicInteger();
            String answer = hedge.call(Idempotent.call(() -> {
                int mine = number.incrementAndGet();
                if (mine == 1) {
                    try {
                        new CountDownLatch(1).await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                }
                return "attempt " + mine;
            }));
            assertEquals("attempt 2", answer);
            assertTrue(interrupted.await(10, TimeUnit.SECONDS), "the loser was interrupted");
            IOException failure = new IOException();
            assertSame(
                    failure,
                    assertThrows(
                            IOException.class,
                            () -> hedge.call(Idempotent.call(() -> {
                                throw failure;
                            }))));
        } finally {
            pool.shutdownNow();
            timer.shutdownNow();
        }
    }
}
