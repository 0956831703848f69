package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link Bulkhead} must hold. Extend it, say how to create yours, run it. */
@DisplayName("A Bulkhead")
public abstract class BulkheadContract {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ManualScheduler scheduler = new ManualScheduler(new ManualTicker());

    /** A bulkhead whose threads wait by {@code ticker}, and whose stages wait and start on {@code scheduler}. */
    protected abstract Bulkhead create(Bulkhead.Config config, Ticker ticker, ScheduledExecutorService scheduler);

    private Bulkhead of(int places, int waiting, Duration maxWait) {
        return create(new Bulkhead.Config(places, waiting, maxWait), Ticker.system(), scheduler);
    }

    /** Waits, for a bounded time, until another thread has made {@code condition} true. */
    private static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < LONG.toNanos(), "it never came to pass");
            Thread.onSpinWait();
        }
    }

    private static <T> T within(Future<T> future) throws Exception {
        return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("BH-1 never has more calls in flight than places, whatever the number of threads")
    void bound() throws Exception {
        Bulkhead bulkhead = of(3, 100, LONG);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                all.add(pool.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        bulkhead.call(() -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            LockSupport.parkNanos(1_000);
                            return inside.decrementAndGet();
                        });
                    }
                    return true;
                }));
            }
            for (Future<?> each : all) {
                within(each);
            }
        } finally {
            pool.shutdownNow();
        }
        assertTrue(most.get() <= 3, () -> most + " calls at a time in 3 places");
        assertEquals(0, bulkhead.inFlight());
        assertEquals(0, bulkhead.waiting());
        for (int i = 0; i < 3; i++) {
            assertTrue(bulkhead.tryAcquire());
            assertEquals(i + 1, bulkhead.inFlight());
        }
        assertFalse(bulkhead.tryAcquire());
    }

    @Test
    @DisplayName("BH-2 lets no more callers wait than allowed, and tells the others at once")
    void queue() throws Exception {
        Bulkhead bulkhead = of(1, 2, LONG);
        bulkhead.acquire(Duration.ZERO);
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            waiting.add(bulkhead.acquireAsync(LONG).toCompletableFuture());
            assertEquals(i + 1, bulkhead.waiting());
        }
        assertThrows(BulkheadFullException.class, () -> bulkhead.acquire(LONG));
        CompletableFuture<?> third = bulkhead.acquireAsync(LONG).toCompletableFuture();
        assertTrue(third.isDone(), "told at once");
        assertInstanceOf(
                BulkheadFullException.class,
                assertThrows(ExecutionException.class, third::get).getCause());
        assertEquals(2, bulkhead.waiting());
        for (CompletableFuture<?> each : waiting) {
            assertFalse(each.isDone());
        }
    }

    @Test
    @DisplayName("BH-3 sends a caller away at its deadline, and not before, without a place")
    void deadlines() throws Exception {
        Bulkhead bulkhead = of(1, 5, Duration.ofSeconds(3));
        bulkhead.acquire(Duration.ZERO);
        long start = System.nanoTime();
        assertThrows(BulkheadFullException.class, () -> bulkhead.acquire(Duration.ofMillis(20)));
        assertTrue(System.nanoTime() - start >= 20_000_000, "waited its time");
        assertThrows(BulkheadFullException.class, () -> bulkhead.acquire(Duration.ZERO));
        CompletableFuture<?> stage = bulkhead.callAsync(() -> CompletableFuture.completedFuture("value"))
                .toCompletableFuture();
        scheduler.advance(Duration.ofSeconds(3).minusNanos(1));
        assertFalse(stage.isDone());
        scheduler.advance(Duration.ofNanos(1));
        assertTrue(stage.isDone(), "at its deadline");
        assertInstanceOf(
                BulkheadFullException.class,
                assertThrows(ExecutionException.class, stage::get).getCause());
        assertEquals(0, bulkhead.waiting());
        bulkhead.release();
        assertEquals(0, bulkhead.inFlight(), "who left got no place");
    }

    @Test
    @DisplayName("BH-4 gets its place back however a call ends")
    void comesBack() throws Exception {
        Bulkhead bulkhead = of(1, 0, Duration.ZERO);
        IOException failure = new IOException();
        assertEquals("value", bulkhead.call(() -> "value"));
        assertSame(
                failure,
                assertThrows(
                        IOException.class,
                        () -> bulkhead.call(() -> {
                            throw failure;
                        })));
        assertThrows(
                StackOverflowError.class,
                () -> bulkhead.call(() -> {
                    throw new StackOverflowError();
                }));
        assertEquals(0, bulkhead.inFlight());
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = bulkhead.callAsync(() -> inner).toCompletableFuture();
        assertEquals(1, bulkhead.inFlight(), "until its stage is complete");
        outer.cancel(true);
        assertTrue(inner.isCancelled());
        assertEquals(0, bulkhead.inFlight());
        bulkhead.callAsync(() -> CompletableFuture.failedFuture(failure));
        bulkhead.callAsync(() -> {
            throw new IllegalStateException();
        });
        assertEquals(0, bulkhead.inFlight());
        assertThrows(IllegalStateException.class, bulkhead::release);
        assertEquals(0, bulkhead.inFlight());
    }

    @Test
    @DisplayName("BH-5 serves who waits in their order, and lets nobody overtake them")
    void order() throws Exception {
        Bulkhead bulkhead = of(1, 10, LONG);
        bulkhead.acquire(Duration.ZERO);
        List<Integer> served = new ArrayList<>();
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            stages.add(bulkhead.acquireAsync(LONG).toCompletableFuture().thenAccept(none -> served.add(number)));
        }
        for (int i = 0; i < 5; i++) {
            bulkhead.release();
            assertEquals(i + 1, served.size(), "a place that is given back is taken at once");
            assertFalse(bulkhead.tryAcquire(), "it belongs to who has waited");
        }
        assertEquals(List.of(0, 1, 2, 3, 4), served);
        assertEquals(5, stages.stream().filter(CompletableFuture::isDone).count());
    }

    @Test
    @DisplayName("BH-6 gives no place to a caller that was interrupted or cancelled while it waited")
    void interrupted() throws Exception {
        Bulkhead bulkhead = of(1, 10, LONG);
        bulkhead.acquire(Duration.ZERO);
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                bulkhead.acquire(LONG);
                outcome.complete(true);
            } catch (InterruptedException e) {
                outcome.complete(false);
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
        });
        thread.start();
        await(() -> bulkhead.waiting() == 1);
        thread.interrupt();
        assertFalse(within(outcome), "it was told");
        thread.join(LONG.toMillis());
        CompletableFuture<?> stage = bulkhead.acquireAsync(LONG).toCompletableFuture();
        stage.cancel(true);
        assertEquals(0, bulkhead.waiting());
        bulkhead.release();
        assertEquals(0, bulkhead.inFlight());
        assertTrue(bulkhead.tryAcquire());
    }

    @Test
    @DisplayName("BH-7 wakes a thread that waits when a place comes back")
    void wakes() throws Exception {
        Bulkhead bulkhead = of(1, 10, LONG);
        for (int i = 0; i < 50; i++) {
            bulkhead.acquire(Duration.ZERO);
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    bulkhead.acquire(LONG);
                    bulkhead.release();
                    done.complete(true);
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
            thread.start();
            if (i % 2 == 0) {
                await(() -> bulkhead.waiting() == 1);
            }
            bulkhead.release();
            assertTrue(done.get(3, TimeUnit.SECONDS));
            thread.join(LONG.toMillis());
            assertEquals(0, bulkhead.inFlight());
        }
    }
}
