package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What counters in Redis must hold; CT-6 is among the faults. */
@DisplayName("Counters")
@Timeout(30)
abstract class RedisCounterContract {

    private static final int THREADS = 4;

    /** {@link RedisCounter}, each method of which a planted fault may get wrong. */
    static class Counters {
        final String name;
        final RedisCounter counter;

        Counters(String name, Duration life) {
            this.name = name;
            counter = new RedisCounter(Shared.CLIENT, name, life);
        }

        String slot(String key) {
            return name + ":{" + key + "}";
        }

        long add(String key, long delta) {
            return counter.add(key, delta);
        }

        OptionalLong addUpTo(String key, long delta, long limit) {
            return counter.addUpTo(key, delta, limit);
        }

        Map<String, Long> addAll(Map<String, Long> deltas) {
            return counter.addAll(deltas);
        }

        Map<String, Long> getAll(Collection<String> keys) {
            return counter.getAll(keys);
        }
    }

    private final String name = Shared.name();

    protected Counters create(String name, Duration life) {
        return new Counters(name, life);
    }

    private Counters counters() {
        return create(name, Duration.ofHours(1));
    }

    private static void atOnce(Callable<?> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(pool.submit(work));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("CT-1 loses none of simultaneous adds")
    void atomic() throws Exception {
        atOnce(() -> {
            Counters process = counters();
            for (int i = 0; i < 200; i++) {
                process.add("a", i % 2 == 0 ? 3 : -1);
            }
            return true;
        });
        assertEquals(THREADS * 200, counters().counter.get("a"));
        assertEquals(0, counters().counter.get("never there"));
        counters().counter.reset("a");
        assertEquals(5, counters().add("a", 5));
    }

    @Test
    @DisplayName("CT-2 forgets a counter its lifetime after the first add, however often it is added to")
    void lifetime() {
        Counters mortal = create(name, Duration.ofMillis(250));
        mortal.add("a", 1);
        mortal.addUpTo("b", 1, 10);
        mortal.addAll(Map.of("c", 1L));
        long end = System.nanoTime() + Duration.ofMillis(260).toNanos();
        LockSupport.parkNanos(Duration.ofMillis(150).toNanos());
        mortal.add("a", 1);
        mortal.addUpTo("b", 1, 10);
        mortal.addAll(Map.of("c", 1L));
        for (String key : List.of("a", "b", "c")) {
            long left = Shared.CLIENT.pttl(mortal.slot(key));
            assertTrue(left == -2 || (left >= 0 && left <= 105), () -> key + " has " + left + " ms left");
        }
        for (long left; (left = end - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left);
        }
        assertEquals(Map.of("a", 0L, "b", 0L, "c", 0L), mortal.counter.getAll(List.of("a", "b", "c")));
    }

    @Test
    @DisplayName("CT-3 adds up to the bound and never past it, wholly or not at all")
    void bounded() throws Exception {
        Counters counters = counters();
        assertEquals(OptionalLong.of(7), counters.addUpTo("a", 7, 10));
        assertEquals(OptionalLong.empty(), counters.addUpTo("a", 4, 10));
        assertEquals(7, counters.counter.get("a"), "nothing was added");
        assertEquals(OptionalLong.of(10), counters.addUpTo("a", 3, 10));
        assertEquals(OptionalLong.empty(), counters.addUpTo("new", 11, 10));
        assertEquals(-2, Shared.CLIENT.pttl(counters.slot("new")), "no counter came of a refusal");
        long large = (1L << 53) + 1;
        assertEquals(OptionalLong.of(large), counters.addUpTo("large", large, large));
        assertEquals(OptionalLong.empty(), counters.addUpTo("large", 1, large));
        counters.add("low", -20);
        assertEquals(OptionalLong.of(-12), counters.addUpTo("low", 8, -12));
        assertEquals(OptionalLong.empty(), counters.addUpTo("low", 1, -12));
        assertEquals(OptionalLong.of(-9), counters.addUpTo("low", 3, -9));
        assertEquals(OptionalLong.of(1), counters.addUpTo("low", 10, 1));
        atOnce(() -> {
            Counters process = counters();
            for (int i = 0; i < 100; i++) {
                process.addUpTo("shared", 3, 100);
            }
            return true;
        });
        assertEquals(99, counters.counter.get("shared"));
    }

    @Test
    @DisplayName("CT-4 adds to many and reads many in one round trip, in their order")
    void bulk() {
        Counters counters = counters();
        Map<String, Long> deltas = new LinkedHashMap<>();
        for (long i = 0; i < 20; i++) {
            deltas.put("k" + i, i);
        }
        Shared.CLIENT.scriptFlush();
        assertEquals(deltas, counters.addAll(deltas));
        assertEquals(1, Shared.roundTrips(() -> counters.addAll(deltas)));
        assertEquals(
                List.copyOf(deltas.keySet()),
                List.copyOf(counters.addAll(deltas).keySet()));
        Map<String, Long> sums = new LinkedHashMap<>();
        deltas.forEach((key, delta) -> sums.put(key, 5 * delta));
        sums.put("never there", 0L);
        assertEquals(1, Shared.roundTrips(() -> assertEquals(sums, counters.getAll(sums.keySet()))));
        assertEquals(Map.of(), counters.addAll(Map.of()));
        assertEquals(Map.of(), counters.getAll(List.of()));
    }

    @Test
    @DisplayName("CT-5 refuses an add that would leave the range of a long, and adds nothing")
    void range() {
        Counters counters = counters();
        assertEquals(Long.MAX_VALUE, counters.add("a", Long.MAX_VALUE));
        assertThrows(RedisUnavailableException.class, () -> counters.add("a", 1));
        assertThrows(RedisUnavailableException.class, () -> counters.addUpTo("a", 1, Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, counters.counter.get("a"));
        assertEquals(Long.MAX_VALUE - 1, counters.add("a", -1));
        assertThrows(IllegalArgumentException.class, () -> counters.addUpTo("a", 0, 10));
    }
}
