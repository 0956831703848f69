package dev.backendmastery.core.time;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Timers.Timer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link Timers} must hold. Time is handed in and starts just before the wrap-around. */
@DisplayName("Timers")
public abstract class TimersContract {

    private static final long TICK = 1_000;
    private static final long[] REACHES = {5, 70, 5_000, 300_000, 20_000_000, 1L << 40};

    private final ManualTicker ticker = new ManualTicker();

    /** Timers with this grain on this clock; a task that throws is reported nowhere. */
    protected abstract Timers create(Duration tick, Ticker ticker);

    private Timers fresh() {
        return create(Duration.ofNanos(TICK), ticker);
    }

    private record Run(long dueAt, long ranAt) {}

    /** Schedules and advances at random; every run is noted with the moment it was meant for. */
    private List<Run> randomRuns(Timers timers, long seed, int count) {
        Random random = new Random(seed);
        List<Run> runs = new ArrayList<>();
        long start = ticker.nanos();
        for (int i = 0; i < count; i++) {
            long delay = Math.floorMod(random.nextLong(), REACHES[random.nextInt(REACHES.length)] * TICK);
            long due = ticker.nanos() - start + delay;
            timers.schedule(delay, () -> runs.add(new Run(due, ticker.nanos() - start)));
            if (random.nextInt(4) == 0) {
                ticker.advanceNanos(Math.min(Math.max(1, timers.nanosUntilNext()), random.nextInt(3 * (int) TICK)));
                timers.advance();
            }
        }
        // From one event to the next, so that nobody is late because nobody advanced.
        for (int step = 0; timers.size() > 0 && step < 40 * count; step++) {
            ticker.advanceNanos(Math.max(1, Math.min(timers.nanosUntilNext(), Long.MAX_VALUE / 4)));
            timers.advance();
        }
        return runs;
    }

    @Test
    @DisplayName("TW-1 never runs a task early, at any distance")
    void neverEarly() {
        for (Run run : randomRuns(fresh(), 1, 2_000)) {
            assertTrue(run.ranAt >= run.dueAt, () -> run.dueAt - run.ranAt + " ns early");
        }
    }

    @Test
    @DisplayName("TW-2 runs a task at most one tick late")
    void neverLate() {
        List<Run> runs = randomRuns(fresh(), 2, 2_000);
        assertFalse(runs.isEmpty());
        for (Run run : runs) {
            assertTrue(run.ranAt - run.dueAt <= TICK, () -> run.ranAt - run.dueAt + " ns late");
        }
    }

    @Test
    @DisplayName("TW-3 runs every task exactly once")
    void exactlyOnce() {
        Timers timers = fresh();
        AtomicInteger[] runs = new AtomicInteger[3_000];
        Random random = new Random(3);
        for (int i = 0; i < runs.length; i++) {
            AtomicInteger count = new AtomicInteger();
            runs[i] = count;
            timers.schedule(random.nextInt(9_000) * TICK / 2, count::incrementAndGet);
        }
        int reported = 0;
        for (int step = 0; step < 5_000; step++) {
            ticker.advanceNanos(TICK);
            reported += timers.advance();
        }
        assertEquals(runs.length, reported);
        for (AtomicInteger count : runs) {
            assertEquals(1, count.get());
        }
    }

    @Test
    @DisplayName("TW-4 a cancelled task never runs, and cancel tells what happened")
    void cancel() {
        Timers timers = fresh();
        AtomicInteger runs = new AtomicInteger();
        Timer first = timers.schedule(5 * TICK, runs::incrementAndGet);
        Timer second = timers.schedule(5 * TICK, runs::incrementAndGet);
        Timer third = timers.schedule(5 * TICK, runs::incrementAndGet);
        assertTrue(second.cancel());
        assertFalse(second.cancel(), "cancelled before");
        ticker.advanceNanos(6 * TICK);
        assertEquals(2, timers.advance());
        assertEquals(2, runs.get());
        assertFalse(first.cancel(), "was run");
        assertFalse(third.cancel(), "was run");
    }

    @Test
    @DisplayName("TW-5 a cancelled task is let go at once, whatever its time")
    void cancelledIsGarbage() {
        Timers timers = fresh();
        byte[] held = new byte[64];
        WeakReference<byte[]> seen = new WeakReference<>(held);
        // The timer itself stays reachable, as it does for a caller that keeps it in a field.
        Timer timer = scheduleHolding(timers, held);
        held = null;
        assertTrue(timer.cancel());
        assertEquals(0, timers.size());
        for (int i = 0; i < 100 && seen.get() != null; i++) {
            System.gc();
        }
        assertNull(seen.get(), "the task is still held");
        assertFalse(timer.cancel());
    }

    private static Timer scheduleHolding(Timers timers, byte[] held) {
        return timers.schedule(Duration.ofDays(30), () -> held[0]++);
    }

    @Test
    @DisplayName("TW-6 runs one thread's tasks in the order of their ticks")
    void order() {
        Timers timers = fresh();
        List<Long> ticks = new ArrayList<>();
        Random random = new Random(6);
        for (int i = 0; i < 1_000; i++) {
            long tick = 1L + random.nextInt(i % 2 == 0 ? 60 : 10_000);
            timers.schedule(tick * TICK, () -> ticks.add(tick));
        }
        ticker.advanceNanos(20_000 * TICK);
        timers.advance();
        assertEquals(1_000, ticks.size());
        assertEquals(ticks.stream().sorted().toList(), ticks);
    }

    @Test
    @DisplayName("TW-7 is exact after idleness of years and over distances of years")
    void farAway() {
        Timers timers = create(Duration.ofMillis(1), ticker);
        AtomicInteger runs = new AtomicInteger();
        timers.schedule(Duration.ofDays(3_650), runs::incrementAndGet);
        ticker.advance(Duration.ofDays(3_650).minusNanos(1));
        assertEquals(0, timers.advance());
        ticker.advance(Duration.ofMillis(1));
        assertEquals(1, timers.advance());
        ticker.advance(Duration.ofDays(1_000));
        timers.schedule(Duration.ofMillis(50), runs::incrementAndGet);
        ticker.advance(Duration.ofMillis(50).minusNanos(1));
        assertEquals(0, timers.advance());
        ticker.advance(Duration.ofMillis(1));
        assertEquals(1, timers.advance());
        assertEquals(2, runs.get());
    }

    @Test
    @DisplayName("TW-8 a task that throws harms no other")
    void failure() {
        Timers timers = fresh();
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 9; i++) {
            boolean fails = i % 3 == 1;
            timers.schedule(TICK, () -> {
                if (fails) {
                    throw new IllegalStateException("planned");
                }
                runs.incrementAndGet();
            });
        }
        ticker.advanceNanos(2 * TICK);
        assertEquals(9, timers.advance());
        assertEquals(6, runs.get());
    }

    @Test
    @DisplayName("TW-9 a task may schedule, and what it wants at once comes with the next advance")
    void again() {
        Timers timers = fresh();
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(1_000);
        Runnable[] task = new Runnable[1];
        task[0] = () -> {
            runs.incrementAndGet();
            if (left.decrementAndGet() > 0) {
                timers.schedule(0, task[0]);
            }
        };
        timers.schedule(0, task[0]);
        ticker.advanceNanos(TICK);
        assertEquals(1, timers.advance());
        assertEquals(1, runs.get());
        assertEquals(1, timers.size());
        ticker.advanceNanos(TICK);
        assertEquals(1, timers.advance());
    }

    @Test
    @DisplayName("TW-10 refuses a delay out of range by name and schedules nothing")
    void badInput() {
        Timers timers = fresh();
        for (long delay : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> timers.schedule(delay, () -> {}));
            assertTrue(String.valueOf(refusal.getMessage()).contains("delay"), refusal::getMessage);
        }
        assertEquals(0, timers.size());
        timers.schedule(Long.MAX_VALUE / 2, () -> {}).cancel();
        assertEquals(0, timers.size());
    }

    @Test
    @DisplayName("TW-11 every task is either run or cancelled, once, under threads")
    void threads() throws Exception {
        Timers timers = fresh();
        int threads = 4;
        int each = 5_000;
        AtomicLong runs = new AtomicLong();
        AtomicLong cancelled = new AtomicLong();
        AtomicBoolean scheduling = new AtomicBoolean(true);
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Random random = new Random(t);
                futures.add(pool.submit(() -> {
                    start.await();
                    List<Timer> mine = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        mine.add(timers.schedule(random.nextInt(200) * TICK, runs::incrementAndGet));
                        if (mine.get(random.nextInt(mine.size())).cancel()) {
                            cancelled.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            Future<?> advancing = pool.submit(() -> {
                start.await();
                while (scheduling.get()) {
                    ticker.advanceNanos(TICK);
                    timers.advance();
                }
                return null;
            });
            start.countDown();
            for (Future<?> future : futures) {
                future.get(20, SECONDS);
            }
            scheduling.set(false);
            advancing.get(20, SECONDS);
        } finally {
            pool.shutdownNow();
        }
        ticker.advanceNanos(1_000 * TICK);
        timers.advance();
        assertEquals(0, timers.size());
        assertEquals((long) threads * each, runs.get() + cancelled.get());
        assertTrue(cancelled.get() > 0 && runs.get() > 0);
    }

    @Test
    @DisplayName("TW-12 says how long nobody need advance")
    void untilNext() {
        Timers timers = fresh();
        assertEquals(Long.MAX_VALUE, timers.nanosUntilNext());
        AtomicInteger runs = new AtomicInteger();
        Timer timer = timers.schedule(100_000 * TICK, runs::incrementAndGet);
        long waited = 0;
        int wakeUps = 0;
        while (runs.get() == 0 && wakeUps < 100) {
            long wait = timers.nanosUntilNext();
            assertTrue(wait <= 100_001 * TICK - waited, "would be late");
            ticker.advanceNanos(Math.max(1, wait));
            waited += Math.max(1, wait);
            timers.advance();
            wakeUps++;
        }
        assertEquals(1, runs.get());
        assertTrue(wakeUps <= 8, "woke up " + wakeUps + " times for one timer");
        assertFalse(timer.cancel());
        assertEquals(Long.MAX_VALUE, timers.nanosUntilNext());
    }
}
