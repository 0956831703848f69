package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.resilience.CircuitBreaker.State;
import dev.backendmastery.core.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every composition of policies must hold. Extend it, say how to create yours, run it. */
@DisplayName("A pipeline")
public abstract class PipelineContract {

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final List<String> log = new ArrayList<>();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            BreakerConfig.DEFAULT.withWindow(Window.calls(10), 3).withFailureRate(1), ticker);
    private final Bulkhead bulkhead = QueueBulkhead.of(Bulkhead.Config.of(1));
    private final Retry retry = Retry.of(
            RetryConfig.DEFAULT.withMaxAttempts(3), RetryBudget.of(1, 100), ticker, ticker, () -> 0.5, scheduler);
    private final Timeout timeout = Timeout.of(Duration.ofSeconds(16), scheduler);

    /** The given policies as one, the outermost first. */
    protected abstract Policy create(Policy... outermostFirst);

    private Policy logging(String name) {
        return new Policy() {
            @Override
            public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
                return () -> {
                    log.add(name);
                    return action.call();
                };
            }

            @Override
            public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
                    Supplier<? extends CompletionStage<T>> action) {
                return () -> {
                    log.add(name);
                    return action.get();
                };
            }
        };
    }

    @Test
    @DisplayName("PL-1 goes through its policies in the order given, the outermost first")
    void order() throws Exception {
        Policy pipeline = create(logging("a"), logging("b"), logging("c"));
        assertEquals("value", pipeline.call(() -> "value"));
        assertEquals(List.of("a", "b", "c"), log);
        assertEquals("value", create().call(() -> "value"));
    }

    @Test
    @DisplayName("PL-2 goes through them in the same order for stages")
    void stages() {
        Policy pipeline = create(logging("a"), logging("b"), logging("c"));
        CompletionStage<String> stage = pipeline.callAsync(() -> CompletableFuture.completedFuture("value"));
        assertEquals("value", stage.toCompletableFuture().getNow("none"));
        assertEquals(List.of("a", "b", "c"), log);
        CompletionStage<String> failed = create().callAsync(() -> {
            throw new IllegalStateException("no stage");
        });
        assertTrue(failed.toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    @DisplayName("PL-3 takes no refusal of its own for a failure of the other side")
    void refusals() throws Exception {
        bulkhead.acquire(Duration.ZERO);
        Policy pipeline = create(retry, breaker, bulkhead, timeout);
        for (int i = 0; i < 10; i++) {
            assertThrows(BulkheadFullException.class, () -> pipeline.call(() -> "value"));
        }
        assertEquals(State.CLOSED, breaker.state());
        assertEquals(0, breaker.snapshot().calls());
        bulkhead.release();
        assertEquals("value", pipeline.call(() -> "value"));
        assertEquals(1, breaker.snapshot().calls());
    }

    @Test
    @DisplayName("PL-4 a fallback answers what is left, and a fallback that fails keeps the first failure")
    void fallbacks() throws Exception {
        Policy pipeline = create(retry, breaker, bulkhead, timeout);
        Fallback<String> cached = Fallback.of(failure -> "cached");
        Callable<String> broken = () -> {
            throw new IOException("broken");
        };
        assertEquals("value", cached.decorate(pipeline.decorate(() -> "value")).call());
        assertEquals("cached", cached.decorate(pipeline.decorate(broken)).call());
        ticker.advance(Duration.ofDays(1));
        assertThrows(AssertionError.class, () -> cached.decorate(pipeline.<String>decorate(() -> {
                    throw new AssertionError();
                }))
                .call());
        IllegalStateException own = new IllegalStateException("the fallback's");
        Fallback<String> bad = Fallback.of(failure -> {
            throw own;
        });
        assertSame(own, assertThrows(IllegalStateException.class, () -> bad.decorate(broken)
                .call()));
        assertEquals("broken", own.getSuppressed()[0].getMessage());
        CompletableFuture<String> stage = cached.decorateAsync(() -> CompletableFuture.failedFuture(new IOException()))
                .get()
                .toCompletableFuture();
        assertEquals("cached", stage.getNow("none"));
    }

    @Test
    @DisplayName("PL-5 an exception keeps its cause and the history of its attempts, sync and as a stage")
    void history() {
        Policy pipeline = create(retry, breaker, bulkhead, timeout);
        int[] calls = {0};
        RetriesExhaustedException end = assertThrows(
                RetriesExhaustedException.class,
                () -> pipeline.call(() -> {
                    calls[0]++;
                    throw new IOException("failure " + calls[0]);
                }));
        assertEquals(
                List.of("failure 1", "failure 2", "failure 3"),
                end.attempts().stream()
                        .map(attempt -> attempt.failure().getMessage())
                        .toList());
        assertSame(end.attempts().get(2).failure(), end.getCause());
        assertEquals(State.OPEN, breaker.state(), "each attempt was counted");
        assertThrows(CallNotPermittedException.class, () -> pipeline.call(() -> calls[0]++));
        assertEquals(3, calls[0]);
        ticker.advance(Duration.ofDays(1));
        CompletableFuture<String> stage = pipeline.<String>callAsync(
                        () -> CompletableFuture.failedFuture(new IOException("again")))
                .toCompletableFuture();
        scheduler.advance(Duration.ofMinutes(1));
        assertTrue(stage.isDone());
        RetriesExhaustedException late = assertInstanceOf(
                RetriesExhaustedException.class,
                assertThrows(CompletionException.class, stage::join).getCause());
        assertEquals(3, late.attempts().size());
    }

    @Test
    @DisplayName("PL-6 cancelling a stage cancels the action's through all policies and gives back what they took")
    void cancelling() {
        Policy pipeline = create(retry, breaker, bulkhead, timeout);
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = pipeline.callAsync(() -> inner).toCompletableFuture();
        assertEquals(1, bulkhead.inFlight());
        outer.cancel(true);
        assertTrue(inner.isCancelled());
        assertEquals(0, bulkhead.inFlight());
        assertEquals(0, breaker.snapshot().calls());
        assertEquals(0, scheduler.pending());
    }
}
