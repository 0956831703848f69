package dev.backendmastery.core.time;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimingWheelTest extends TimersContract {

    private static final Duration MILLI = Duration.ofMillis(1);

    @Override
    protected Timers create(Duration tick, Ticker ticker) {
        return TimingWheel.of(tick, ticker, (task, failure) -> {});
    }

    /** The wheel against the heap: the same tasks, cancellations and steps of time must give the same runs. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void equalsTheHeap(long seed) {
        Random random = new Random(seed);
        ManualTicker ticker = new ManualTicker();
        Duration tick = Duration.ofNanos(1 + random.nextInt(3_000));
        Timers wheel = create(tick, ticker);
        assertTrue(wheel.tick().compareTo(tick) <= 0);
        Timers heap = new HeapTimers(wheel.tick(), ticker);
        List<List<Integer>> runs = List.of(new ArrayList<>(), new ArrayList<>());
        List<Timers.Timer> wheelTimers = new ArrayList<>();
        List<Timers.Timer> heapTimers = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            int id = step;
            long far = 1L << random.nextInt(45);
            long delay = Math.floorMod(random.nextLong(), far);
            wheelTimers.add(wheel.schedule(delay, () -> runs.get(0).add(id)));
            heapTimers.add(heap.schedule(delay, () -> runs.get(1).add(id)));
            if (random.nextInt(3) == 0) {
                int chosen = random.nextInt(wheelTimers.size());
                assertEquals(
                        heapTimers.get(chosen).cancel(), wheelTimers.get(chosen).cancel());
            }
            if (random.nextInt(5) == 0) {
                ticker.advanceNanos(Math.floorMod(random.nextLong(), 1L << random.nextInt(40)));
                int before = runs.get(0).size();
                assertEquals(heap.advance(), wheel.advance());
                assertEquals(
                        runs.get(1).subList(before, runs.get(1).size()).stream()
                                .sorted()
                                .toList(),
                        runs.get(0).subList(before, runs.get(0).size()).stream()
                                .sorted()
                                .toList());
                assertEquals(heap.size(), wheel.size());
                assertTrue(wheel.nanosUntilNext() <= heap.nanosUntilNext(), "would sleep too long");
            }
        }
    }

    @Test
    void aMillionWaitingTimersAreNotLookedAt() {
        ManualTicker ticker = new ManualTicker();
        TimingWheel wheel = TimingWheel.of(MILLI, ticker, (task, failure) -> {});
        for (int i = 0; i < 1_000_000; i++) {
            wheel.schedule(Duration.ofDays(1).toNanos() + i, () -> {});
        }
        assertEquals(1_000_000, wheel.size());
        // They begin to move down when the turn of the level above them ends, which is known, and not before.
        long quiet = wheel.nanosUntilNext();
        assertTrue(quiet > Duration.ofHours(1).toNanos(), "first moved after " + Duration.ofNanos(quiet));
        ticker.advance(Duration.ofDays(2));
        assertEquals(1_000_000, wheel.advance());
        assertEquals(0, wheel.size());
    }

    @Test
    @SuppressWarnings("try") // the driver is held for what it does by itself
    void aDriverRunsWhatIsDueAndWakesForAnEarlierTimer() throws Exception {
        TimingWheel wheel = TimingWheel.of(MILLI);
        AtomicReference<String> ranIn = new AtomicReference<>("");
        CountDownLatch early = new CountDownLatch(1);
        AtomicInteger late = new AtomicInteger();
        try (TimingWheel.Driver ignored = wheel.drive(task -> new Thread(task, "wheel"))) {
            wheel.schedule(Duration.ofHours(1), late::incrementAndGet);
            wheel.schedule(Duration.ofMillis(5), () -> {
                ranIn.set(Thread.currentThread().getName());
                early.countDown();
            });
            assertTrue(early.await(10, SECONDS), "the driver slept on");
            assertEquals("wheel", ranIn.get());
            assertThrows(IllegalStateException.class, () -> wheel.drive(Thread::new));
        }
        assertEquals(0, late.get());
        assertEquals(1, wheel.size());
        wheel.drive(Thread::new).close();
    }

    @Test
    void aTaskMayCloseItsDriverAndAnInterruptDoesNotStopIt() throws Exception {
        TimingWheel wheel = TimingWheel.of(MILLI);
        CompletableFuture<TimingWheel.Driver> driver = new CompletableFuture<>();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        driver.complete(wheel.drive(task -> {
            thread.complete(new Thread(task, "wheel"));
            return thread.join();
        }));
        wheel.schedule(Duration.ofMillis(1), () -> Thread.currentThread().interrupt());
        wheel.schedule(Duration.ofMillis(3), () -> {
            driver.join().close();
            closed.countDown();
        });
        assertTrue(closed.await(10, SECONDS));
        thread.join().join(10_000);
        assertFalse(thread.join().isAlive());
    }

    @Test
    void tellsOfATaskThatThrewAndGoesOnIfTheListenerThrowsToo() {
        ManualTicker ticker = new ManualTicker();
        List<Throwable> failures = new ArrayList<>();
        TimingWheel wheel = TimingWheel.of(MILLI, ticker, (task, failure) -> {
            failures.add(failure);
            throw new IllegalStateException("planned, in the listener");
        });
        IllegalStateException planned = new IllegalStateException("planned");
        AtomicInteger runs = new AtomicInteger();
        wheel.schedule(MILLI, () -> {
            throw planned;
        });
        wheel.schedule(MILLI, runs::incrementAndGet);
        ticker.advance(MILLI.multipliedBy(2));
        assertEquals(2, wheel.advance());
        assertEquals(List.of(planned), failures);
        assertEquals(1, runs.get());
    }

    @Test
    void refusesAGrainOutOfRange() {
        for (Duration tick : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(2))) {
            assertThrows(IllegalArgumentException.class, () -> TimingWheel.of(tick));
        }
    }
}
