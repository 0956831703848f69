package dev.backendmastery.core.concurrent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.concurrent.BatchingQueue.Limits;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a queue that gathers batches must hold. An element is a number, and its size in bytes is the number modulo 10. */
@DisplayName("A batching queue")
public abstract class BatchingQueueContract {

    /** What the kit asks of an implementation; the methods are those of {@link BatchingQueue}. */
    protected interface Batches {
        boolean tryAdd(int element);

        void add(int element, Duration timeout) throws InterruptedException, TimeoutException;

        List<Integer> poll();

        List<Integer> take(Duration timeout) throws InterruptedException;

        int size();

        long flush();

        void close();
    }

    private static final Duration LONG = Duration.ofSeconds(2);
    private static final Duration LINGER = Duration.ofMillis(5);

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    /** An empty queue. */
    protected abstract Batches create(Limits limits, Ticker ticker);

    /** The size of an element in bytes. */
    protected static long bytes(int element) {
        return element % 10;
    }

    private Batches create(int maxCount, long maxBytes, int maxWaiting) {
        return create(new Limits(maxCount, maxBytes, LINGER, maxWaiting), ticker);
    }

    @AfterEach
    void stop() throws InterruptedException {
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(5, SECONDS), "somebody hangs");
    }

    @Test
    @DisplayName("BQ-1 gives every element out once, in order, under threads on both sides")
    void everyElementOnce() throws Exception {
        Batches queue = create(new Limits(16, 100, Duration.ofMillis(1), 64), Ticker.system());
        int producers = 3;
        int each = 5_000;
        List<Future<?>> adding = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int first = p * each;
            adding.add(pool.submit(() -> {
                for (int i = 0; i < each; i++) {
                    queue.add(first + i, LONG);
                }
                return null;
            }));
        }
        List<Integer> out = Collections.synchronizedList(new ArrayList<>());
        Future<?> taking = pool.submit(() -> {
            for (List<Integer> batch = queue.take(LONG); !batch.isEmpty(); batch = queue.take(LONG)) {
                out.addAll(batch);
            }
            return null;
        });
        for (Future<?> future : adding) {
            future.get(20, SECONDS);
        }
        long begin = System.nanoTime(); // what is left at the close is a matter of BQ-6
        while (out.size() < producers * each && System.nanoTime() - begin < SECONDS.toNanos(2)) {
            LockSupport.parkNanos(100_000);
        }
        queue.close();
        taking.get(5, SECONDS);
        assertEquals(producers * each, out.size());
        Map<Integer, Integer> next = new HashMap<>();
        for (int element : out) {
            int producer = element / each;
            assertEquals(next.merge(producer, 1, Integer::sum) - 1, element % each);
        }
    }

    @Test
    @DisplayName("BQ-2 makes no batch empty, too long or too heavy")
    void withinItsLimits() {
        Random random = new Random(2);
        Batches queue = create(7, 20, 1_000);
        int given = 0;
        int taken = 0;
        for (int i = 0; i < 3_000; i++) {
            assertTrue(queue.tryAdd(random.nextInt(1_000)));
            given++;
            if (random.nextInt(5) == 0) {
                ticker.advance(LINGER);
            }
            for (List<Integer> batch = queue.poll(); !batch.isEmpty(); batch = queue.poll()) {
                assertTrue(batch.size() <= 7);
                assertTrue(
                        batch.stream().mapToLong(BatchingQueueContract::bytes).sum() <= 20);
                taken += batch.size();
            }
        }
        assertEquals(given - queue.size(), taken);
        assertThrows(IllegalArgumentException.class, () -> create(7, 5, 10).tryAdd(6));
    }

    @Test
    @DisplayName("BQ-3 has a batch ready at once that is full by count or by bytes")
    void full() {
        Batches queue = create(3, 20, 100);
        queue.tryAdd(1);
        queue.tryAdd(1);
        assertEquals(List.of(), queue.poll());
        queue.tryAdd(1);
        assertEquals(List.of(1, 1, 1), queue.poll());
        queue.tryAdd(9);
        queue.tryAdd(19);
        assertEquals(List.of(), queue.poll());
        queue.tryAdd(29);
        assertEquals(List.of(9, 19), queue.poll(), "the third would make it too heavy");
        assertEquals(List.of(), queue.poll(), "the third lingers for others");
        assertEquals(1, queue.size());
    }

    @Test
    @DisplayName("BQ-4 has an element that is alone ready when it has lingered, not before")
    void linger() {
        Batches queue = create(3, 20, 100);
        queue.tryAdd(1);
        ticker.advance(LINGER.minusNanos(1));
        queue.tryAdd(2);
        assertEquals(List.of(), queue.poll());
        ticker.advanceNanos(1);
        assertEquals(List.of(1, 2), queue.poll());
        queue.tryAdd(3);
        ticker.advance(LINGER.minusNanos(1));
        assertEquals(List.of(), queue.poll(), "the clock starts with the element, not with the last batch");
        ticker.advanceNanos(1);
        assertEquals(List.of(3), queue.poll());
        ticker.advance(LINGER);
        assertEquals(List.of(), queue.poll(), "there is nothing to give out");
    }

    @Test
    @DisplayName("BQ-5 holds no more than its bound, and whoever waits for room gets it")
    void bounded() throws Exception {
        Batches queue = create(2, 100, 4);
        int added = 0;
        while (added < 100 && queue.tryAdd(1)) {
            added++;
        }
        assertEquals(4, added);
        assertThrows(TimeoutException.class, () -> queue.add(5, Duration.ofMillis(20)));
        Future<?> waits = pool.submit(() -> {
            queue.add(5, LONG);
            return null;
        });
        assertEquals(List.of(1, 1), queue.poll());
        waits.get(3, SECONDS);
        assertEquals(3, queue.size());
    }

    @Test
    @DisplayName("BQ-6 after close accepts nothing, wakes who waits, and gives out the rest at once")
    void close() throws Exception {
        Batches queue = create(3, 100, 4);
        for (int i = 0; i < 4; i++) {
            queue.tryAdd(i);
        }
        Future<?> waits = pool.submit(() -> {
            queue.add(9, LONG);
            return null;
        });
        assertThrows(TimeoutException.class, () -> queue.add(9, Duration.ofMillis(20)));
        queue.close();
        var caught = assertThrows(ExecutionException.class, () -> waits.get(1, SECONDS));
        assertTrue(caught.getCause() instanceof IllegalStateException, () -> "ended by " + caught.getCause());
        assertThrows(IllegalStateException.class, () -> queue.tryAdd(5));
        assertEquals(List.of(0, 1, 2), queue.take(LONG));
        assertEquals(List.of(3), queue.take(LONG));
        long start = System.nanoTime();
        assertEquals(List.of(), queue.take(Duration.ofSeconds(20)));
        assertTrue(System.nanoTime() - start < 10_000_000_000L, "waited for what cannot come");
    }

    @Test
    @DisplayName("BQ-7 wakes a consumer for a batch, whichever of them sleeps and whoever gives up")
    void wakes() throws Exception {
        for (int round = 0; round < 6; round++) {
            boolean interrupts = round % 2 == 0;
            Batches queue = create(new Limits(100, 1_000, Duration.ofMillis(100), 100), Ticker.system());
            AtomicInteger got = new AtomicInteger();
            // The one that waits longest is woken by the element and watches its age; then it gives up.
            Future<?> first = asleep(queue, got, interrupts ? LONG : Duration.ofMillis(60));
            Future<?> second = asleep(queue, got, LONG);
            queue.add(1, LONG);
            if (interrupts) {
                LockSupport.parkNanos(20_000_000);
                first.cancel(true);
            } else {
                first.get(3, SECONDS);
            }
            long start = System.nanoTime();
            while (got.get() == 0 && System.nanoTime() - start < 1_000_000_000L) {
                LockSupport.parkNanos(1_000_000);
            }
            assertEquals(1, got.get(), "the element is left to linger");
            queue.close();
            second.get(3, SECONDS);
            assertFalse(queue.size() > 0);
        }
    }

    @Test
    @DisplayName("BQ-8 has what waits at a flush ready at once, and what comes after it linger")
    void flush() throws Exception {
        Batches queue = create(3, 100, 100);
        assertEquals(0, queue.flush());
        queue.tryAdd(1);
        assertEquals(List.of(), queue.poll(), "there was nothing to flush");
        queue.tryAdd(2);
        assertEquals(2, queue.flush());
        queue.tryAdd(3);
        queue.tryAdd(4);
        assertEquals(List.of(1, 2, 3), queue.poll());
        assertEquals(List.of(), queue.poll(), "it came after the flush");
        for (int i = 5; i < 9; i++) {
            queue.tryAdd(i);
        }
        assertEquals(8, queue.flush(), "of all that were ever added");
        assertEquals(List.of(4, 5, 6), queue.poll());
        assertEquals(List.of(7, 8), queue.poll());
        Batches lingers = create(new Limits(100, 1_000, Duration.ofMinutes(1), 100), Ticker.system());
        AtomicInteger got = new AtomicInteger();
        Future<?> sleeper = asleep(lingers, got, LONG);
        lingers.add(1, LONG);
        lingers.flush();
        sleeper.get(1, SECONDS);
        assertEquals(1, got.get(), "who sleeps is not woken");
    }

    /** A consumer that is asleep when this returns, if it sleeps at all. */
    private Future<?> asleep(Batches queue, AtomicInteger got, Duration timeout) throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Future<?> taking = pool.submit(() -> {
            thread.complete(Thread.currentThread());
            return got.addAndGet(queue.take(timeout).size());
        });
        Thread consumer = thread.get(3, SECONDS);
        for (int i = 0; i < 200 && consumer.getState() != Thread.State.TIMED_WAITING; i++) {
            LockSupport.parkNanos(100_000);
        }
        return taking;
    }
}
