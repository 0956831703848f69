package dev.backendmastery.core.time;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a hybrid logical clock must hold, on clocks of machines that stand still, jump and differ. */
@DisplayName("A hybrid logical clock")
public abstract class HybridLogicalClockContract {

    /** How far ahead another clock may be. */
    protected static final Duration MAX_AHEAD = Duration.ofMillis(500);

    private static final long START = 1_700_000_000_000L;

    /** One clock to check: what {@link HybridLogicalClock#now()} and {@link HybridLogicalClock#observe} are. */
    protected record Clock(Supplier<HybridTimestamp> now, UnaryOperator<HybridTimestamp> observe) {}

    /** A clock on {@code wall} that refuses what is more than {@link #MAX_AHEAD} ahead with a {@link ClockDriftException}. */
    protected abstract Clock create(InstantSource wall);

    private static InstantSource wall(AtomicLong millis) {
        return () -> Instant.ofEpochMilli(millis.get());
    }

    @Test
    @DisplayName("HLC-1 gives ever greater timestamps, to any number of threads")
    void grows() throws Exception {
        AtomicLong millis = new AtomicLong(START);
        Clock clock = create(wall(millis));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<HybridTimestamp> all = new ArrayList<>();
        try {
            List<Future<List<HybridTimestamp>>> futures = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                futures.add(pool.submit(() -> {
                    List<HybridTimestamp> mine = new ArrayList<>();
                    for (int i = 0; i < 20_000; i++) {
                        mine.add(clock.now().get());
                        millis.addAndGet(i % 1_000 == 0 ? 1 : 0);
                    }
                    return mine;
                }));
            }
            for (Future<List<HybridTimestamp>> future : futures) {
                List<HybridTimestamp> mine = future.get(20, SECONDS);
                assertEquals(mine.stream().sorted().distinct().toList(), mine);
                all.addAll(mine);
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(all.size(), all.stream().distinct().count());
    }

    @Test
    @DisplayName("HLC-2 keeps growing while the machine's clock stands still or steps back")
    void stepsBack() {
        AtomicLong millis = new AtomicLong(START);
        Clock clock = create(wall(millis));
        HybridTimestamp last = clock.now().get();
        assertEquals(START, last.millis(), "close to the time of day");
        for (int i = 0; i < 1_000; i++) {
            millis.set(START - i * 1_000L);
            HybridTimestamp next = clock.now().get();
            assertTrue(next.compareTo(last) > 0);
            last = next;
        }
        assertEquals(START, last.millis(), "a clock that stepped back does not drive it forward");
        millis.set(START + 1);
        assertEquals(START + 1, clock.now().get().millis(), "and it follows the clock again");
    }

    @Test
    @DisplayName("HLC-3 puts effects after their causes across machines with different clocks")
    void causes() {
        Random random = new Random(3);
        int nodes = 5;
        AtomicLong[] walls = new AtomicLong[nodes];
        Clock[] clocks = new Clock[nodes];
        HybridTimestamp[] latest = new HybridTimestamp[nodes];
        for (int i = 0; i < nodes; i++) {
            walls[i] = new AtomicLong(START + random.nextInt(200));
            clocks[i] = create(wall(walls[i]));
            latest[i] = clocks[i].now().get();
        }
        for (int step = 0; step < 20_000; step++) {
            int from = random.nextInt(nodes);
            int to = random.nextInt(nodes);
            walls[from].addAndGet(random.nextInt(3));
            HybridTimestamp sent = clocks[from].now().get();
            assertTrue(sent.compareTo(latest[from]) > 0);
            latest[from] = sent;
            if (sent.millis() - walls[to].get() <= MAX_AHEAD.toMillis()) {
                HybridTimestamp received = clocks[to].observe().apply(sent);
                assertTrue(received.compareTo(sent) > 0, "received before it was sent");
                assertTrue(received.compareTo(latest[to]) > 0);
                latest[to] = received;
            }
        }
    }

    @Test
    @DisplayName("HLC-4 stays as close to the fastest machine's clock as its counter allows")
    void bounded() {
        AtomicLong fast = new AtomicLong(START + 300);
        AtomicLong slow = new AtomicLong(START);
        Clock a = create(wall(fast));
        Clock b = create(wall(slow));
        for (int i = 0; i < 10_000; i++) {
            HybridTimestamp received = b.observe().apply(a.now().get());
            assertEquals(START + 300, received.millis(), "the counter, not the clock, counts events");
            received = a.observe().apply(received);
            assertEquals(START + 300, received.millis());
        }
        HybridTimestamp last = b.now().get();
        for (int i = 0; i < 70_000; i++) {
            last = b.now().get();
        }
        assertTrue(last.millis() <= START + 302, "one millisecond for 65,536 events");
    }

    @Test
    @DisplayName("HLC-5 refuses a timestamp that is too far ahead, and is as it was")
    void drift() {
        AtomicLong millis = new AtomicLong(START);
        Clock clock = create(wall(millis));
        HybridTimestamp before = clock.now().get();
        long limit = START + MAX_AHEAD.toMillis();
        var refused =
                assertThrows(ClockDriftException.class, () -> clock.observe().apply(HybridTimestamp.of(limit + 1, 0)));
        assertEquals(MAX_AHEAD.plusMillis(1), refused.ahead());
        assertEquals(before.bits() + 1, clock.now().get().bits());
        assertEquals(limit, clock.observe().apply(HybridTimestamp.of(limit, 0)).millis(), "the limit itself is let in");
    }
}
