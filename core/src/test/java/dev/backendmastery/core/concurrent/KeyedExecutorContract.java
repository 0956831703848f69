package dev.backendmastery.core.concurrent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an executor that keeps the order of each key must hold. Every wait is bounded. */
@DisplayName("A keyed executor")
public abstract class KeyedExecutorContract {

    /** What the kit asks of an implementation; the methods are those of {@link KeyedExecutor}. */
    protected interface Keyed {
        boolean trySubmit(String key, long weight, Runnable task);

        void submit(String key, long weight, Runnable task, Duration timeout)
                throws InterruptedException, TimeoutException;

        void park(String key);

        void resume(String key);

        int tasks();

        long weight();

        int keys();

        void close();

        boolean awaitIdle(Duration timeout) throws InterruptedException;
    }

    private static final Duration LONG = Duration.ofSeconds(2);

    private final ExecutorService pool = Executors.newFixedThreadPool(4);

    /** On {@code executor}; failures of tasks are reported nowhere. */
    protected abstract Keyed create(Executor executor, int maxTasks, long maxWeight);

    @AfterEach
    void stop() throws InterruptedException {
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(5, SECONDS), "a task hangs");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(3, SECONDS), "waited in vain");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("KX-1 runs the tasks of a key in order, each after the one before")
    void order() throws Exception {
        Keyed keyed = create(pool, 100_000, 100_000);
        int keys = 5;
        // Plain lists and counters: only the executor's own order makes them safe.
        List<List<Integer>> ran = new ArrayList<>();
        int[] inside = new int[keys * 16];
        AtomicInteger overlaps = new AtomicInteger();
        for (int k = 0; k < keys; k++) {
            ran.add(new ArrayList<>());
        }
        for (int i = 0; i < 20_000; i++) {
            int key = i % keys;
            int number = i;
            assertTrue(keyed.trySubmit("k" + key, 1, () -> {
                if (++inside[key * 16] != 1) {
                    overlaps.incrementAndGet();
                }
                ran.get(key).add(number);
                inside[key * 16]--;
            }));
        }
        assertTrue(keyed.awaitIdle(Duration.ofSeconds(10)));
        assertEquals(0, overlaps.get());
        for (int key = 0; key < keys; key++) {
            assertEquals(4_000, ran.get(key).size());
            assertEquals(ran.get(key).stream().sorted().toList(), ran.get(key));
        }
    }

    @Test
    @DisplayName("KX-2 a slow key holds up no other")
    void slowKey() throws Exception {
        Keyed keyed = create(pool, 100, 100);
        CountDownLatch end = new CountDownLatch(1);
        keyed.trySubmit("slow", 1, () -> await(end));
        for (int i = 0; i < 20; i++) {
            keyed.trySubmit("slow", 1, () -> {});
        }
        CountDownLatch others = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            keyed.trySubmit("k" + i, 1, others::countDown);
        }
        assertTrue(others.await(2, SECONDS));
        end.countDown();
        assertTrue(keyed.awaitIdle(LONG));
    }

    @Test
    @DisplayName("KX-3 holds back a parked key until it is resumed, and keeps its order")
    void parking() throws Exception {
        Keyed keyed = create(pool, 100, 100);
        List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch parked = new CountDownLatch(1);
        keyed.trySubmit("k", 1, () -> {
            ran.add(0);
            keyed.park("k");
            parked.countDown();
        });
        await(parked);
        for (int i = 1; i <= 5; i++) {
            int number = i;
            assertTrue(keyed.trySubmit("k", 1, () -> ran.add(number)));
        }
        CountDownLatch other = new CountDownLatch(1);
        keyed.trySubmit("other", 1, other::countDown);
        await(other);
        assertFalse(keyed.awaitIdle(Duration.ofMillis(30)));
        assertEquals(List.of(0), List.copyOf(ran));
        assertEquals(5, keyed.tasks());
        keyed.resume("k");
        keyed.resume("k");
        assertTrue(keyed.awaitIdle(LONG));
        assertEquals(List.of(0, 1, 2, 3, 4, 5), ran);
    }

    @Test
    @DisplayName("KX-4 runs every accepted task once, under threads that submit")
    void everyTaskOnce() throws Exception {
        Keyed keyed = create(pool, 50, 10_000);
        int threads = 3;
        int each = 5_000;
        AtomicInteger[] runs = new AtomicInteger[threads * each];
        ExecutorService submitters = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t * each;
                Random random = new Random(t);
                futures.add(submitters.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        AtomicInteger count = new AtomicInteger();
                        runs[first + i] = count;
                        keyed.submit("k" + random.nextInt(9), 1, count::incrementAndGet, LONG);
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get(20, SECONDS);
            }
        } finally {
            submitters.shutdownNow();
        }
        assertTrue(keyed.awaitIdle(LONG));
        for (AtomicInteger count : runs) {
            assertEquals(1, count.get());
        }
    }

    @Test
    @DisplayName("KX-5 goes on after a task that throws")
    void failure() throws Exception {
        Keyed keyed = create(pool, 10, 10);
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 6; i++) {
            boolean fails = i % 2 == 0;
            keyed.submit(
                    "k",
                    1,
                    () -> {
                        runs.incrementAndGet();
                        if (fails) {
                            throw new IllegalStateException("planned");
                        }
                    },
                    LONG);
        }
        assertTrue(keyed.awaitIdle(LONG));
        assertEquals(6, runs.get());
        assertEquals(0, keyed.weight());
    }

    @Test
    @DisplayName("KX-6 accepts no more than its bounds, and whoever waits for room gets it")
    void bounds() throws Exception {
        Keyed keyed = create(pool, 3, 10);
        CountDownLatch end = new CountDownLatch(1);
        assertTrue(keyed.trySubmit("a", 8, () -> await(end)));
        assertFalse(keyed.trySubmit("b", 3, () -> {}), "too heavy together");
        assertTrue(keyed.trySubmit("b", 1, () -> await(end)));
        assertTrue(keyed.trySubmit("c", 1, () -> await(end)));
        assertFalse(keyed.trySubmit("d", 1, () -> {}), "too heavy, and too many");
        assertThrows(TimeoutException.class, () -> keyed.submit("d", 1, () -> {}, Duration.ofMillis(20)));
        assertEquals(3, keyed.tasks());
        assertEquals(10, keyed.weight());
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        Future<?> waits = pool.submit(() -> {
            waiter.complete(Thread.currentThread());
            keyed.submit("d", 9, () -> {}, LONG);
            return null;
        });
        for (int i = 0; i < 1_000 && waiter.get(3, SECONDS).getState() == Thread.State.RUNNABLE; i++) {
            LockSupport.parkNanos(1_000_000);
        }
        end.countDown();
        waits.get(3, SECONDS);
        assertTrue(keyed.awaitIdle(LONG));
        assertEquals(0, keyed.tasks());
        assertEquals(0, keyed.weight());
        for (long weight : new long[] {0, -1, 11}) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> keyed.trySubmit("a", weight, () -> {}));
            assertTrue(String.valueOf(refusal.getMessage()).contains("weight"));
        }
    }

    @Test
    @DisplayName("KX-7 keeps nothing of a key without tasks")
    void keysGo() throws Exception {
        Keyed keyed = create(pool, 10_000, 10_000);
        for (int i = 0; i < 5_000; i++) {
            keyed.submit("k" + i, 1, () -> {}, LONG);
        }
        assertTrue(keyed.awaitIdle(LONG));
        keyed.park("p");
        assertEquals(true, keyed.keys() >= 1);
        keyed.resume("p");
        // A lane leaves the map just after its last task has ended.
        for (int i = 0; i < 2_000 && keyed.keys() > 0; i++) {
            LockSupport.parkNanos(1_000_000);
        }
        assertEquals(0, keyed.keys());
    }

    @Test
    @DisplayName("KX-8 a task that the executor refuses leaves no trace, nor does it take another along")
    void refused() throws Exception {
        AtomicInteger refusals = new AtomicInteger(1);
        Keyed keyed = create(
                task -> {
                    if (refusals.getAndDecrement() > 0) {
                        throw new RejectedExecutionException("planned");
                    }
                    pool.execute(task);
                },
                10,
                10);
        AtomicInteger runs = new AtomicInteger();
        assertThrows(RejectedExecutionException.class, () -> keyed.trySubmit("k", 4, runs::incrementAndGet));
        assertEquals(0, keyed.tasks());
        assertEquals(0, keyed.weight());
        assertTrue(keyed.trySubmit("k", 4, runs::incrementAndGet));
        assertTrue(keyed.awaitIdle(LONG));
        assertEquals(1, runs.get());
    }

    @Test
    @DisplayName("KX-9 after close accepts nothing, wakes who waits, and runs what it has")
    void close() throws Exception {
        Keyed keyed = create(pool, 2, 10);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        keyed.trySubmit("k", 1, () -> await(end));
        keyed.trySubmit("k", 1, runs::incrementAndGet);
        Future<?> waits = pool.submit(() -> {
            keyed.submit("k", 1, runs::incrementAndGet, LONG);
            return null;
        });
        assertThrows(TimeoutException.class, () -> keyed.submit("k", 1, () -> {}, Duration.ofMillis(20)));
        keyed.close();
        var caught = assertThrows(ExecutionException.class, () -> waits.get(1, SECONDS));
        assertTrue(caught.getCause() instanceof RejectedExecutionException, () -> "ended by " + caught.getCause());
        assertThrows(RejectedExecutionException.class, () -> keyed.trySubmit("new", 1, () -> {}));
        end.countDown();
        assertTrue(keyed.awaitIdle(LONG));
        assertEquals(1, runs.get());
    }
}
