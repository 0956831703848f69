package dev.backendmastery.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.time.VectorClock.Order;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value with one implementation: its clauses stand here, and so do the wrong comparisons that they tell apart. */
final class VectorClockTest {

    private record Event(VectorClock clock, BitSet causes) {}

    /** A random history of nodes that work and send; of each event the clock, and which events can have caused it. */
    private static List<Event> history(long seed) {
        Random random = new Random(seed);
        int nodes = 4;
        List<Event> events = new ArrayList<>();
        Event[] latest = new Event[nodes];
        for (int node = 0; node < nodes; node++) {
            latest[node] = new Event(VectorClock.zero(), new BitSet());
        }
        for (int i = 0; i < 150; i++) {
            int node = random.nextInt(nodes);
            VectorClock clock = latest[node].clock();
            BitSet causes = (BitSet) latest[node].causes().clone();
            if (!events.isEmpty() && random.nextInt(3) == 0) {
                Event received = events.get(random.nextInt(events.size()));
                clock = clock.merge(received.clock());
                causes.or(received.causes());
            }
            causes.set(i);
            latest[node] = new Event(clock.tick("n" + node), causes);
            events.add(latest[node]);
        }
        return events;
    }

    private static int contradictions(BiFunction<VectorClock, VectorClock, Order> compare) {
        int wrong = 0;
        for (long seed = 1; seed <= 5; seed++) {
            List<Event> events = history(seed);
            for (int i = 0; i < events.size(); i++) {
                for (int j = 0; j < events.size(); j++) {
                    Order truth = i == j
                            ? Order.EQUAL
                            : events.get(j).causes().get(i)
                                    ? Order.BEFORE
                                    : events.get(i).causes().get(j) ? Order.AFTER : Order.CONCURRENT;
                    Order told =
                            compare.apply(events.get(i).clock(), events.get(j).clock());
                    wrong += told == truth ? 0 : 1;
                }
            }
        }
        return wrong;
    }

    @Test
    @DisplayName("VC-1 orders two events exactly as cause and effect do")
    void happensBefore() {
        assertEquals(0, contradictions(VectorClock::compare));
    }

    @Test
    @DisplayName("VC-1 convicts comparisons by the sum, by one's own nodes alone, and by the last writer")
    void happensBeforeBites() {
        assertNotEquals(0, contradictions((a, b) -> order(Long.compare(sum(a), sum(b)))));
        assertNotEquals(0, contradictions((a, b) -> {
            boolean less = a.counts().entrySet().stream()
                    .anyMatch(e -> e.getValue() < b.counts().getOrDefault(e.getKey(), 0L));
            boolean more = a.counts().entrySet().stream()
                    .anyMatch(e -> e.getValue() > b.counts().getOrDefault(e.getKey(), 0L));
            return less ? (more ? Order.CONCURRENT : Order.BEFORE) : more ? Order.AFTER : Order.EQUAL;
        }));
        assertNotEquals(0, contradictions((a, b) -> order(a.toString().compareTo(b.toString()))));
    }

    private static long sum(VectorClock clock) {
        return clock.counts().values().stream().mapToLong(Long::longValue).sum();
    }

    private static Order order(int sign) {
        return sign < 0 ? Order.BEFORE : sign > 0 ? Order.AFTER : Order.EQUAL;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("VC-2 merges to the least clock that includes both, in any order and any number of times")
    void merges(long seed) {
        List<Event> events = history(seed);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            VectorClock a = events.get(random.nextInt(events.size())).clock();
            VectorClock b = events.get(random.nextInt(events.size())).clock();
            VectorClock c = events.get(random.nextInt(events.size())).clock();
            VectorClock both = a.merge(b);
            assertEquals(both, b.merge(a));
            assertEquals(both.merge(c), a.merge(b.merge(c)));
            assertEquals(both, both.merge(b));
            assertEquals(both, both.merge(VectorClock.zero()));
            assertNotEquals(Order.AFTER, a.compare(both));
            assertNotEquals(Order.CONCURRENT, a.compare(both));
            both.counts()
                    .forEach((node, count) -> assertEquals(
                            count,
                            Math.max(
                                    a.counts().getOrDefault(node, 0L),
                                    b.counts().getOrDefault(node, 0L))));
            assertEquals(both, VectorClock.of(both.counts()));
            assertEquals(both.hashCode(), VectorClock.of(both.counts()).hashCode());
        }
    }

    @Test
    void refusesWhatIsNoCountAndCannotBeChangedFromOutside() {
        assertThrows(IllegalArgumentException.class, () -> VectorClock.of(Map.of("a", 0L)));
        VectorClock full = VectorClock.of(Map.of("a", Long.MAX_VALUE));
        assertThrows(ArithmeticException.class, () -> full.tick("a"));
        assertThrows(UnsupportedOperationException.class, () -> full.counts().clear());
        assertEquals(
                "{a=1, b=2}", VectorClock.zero().tick("b").tick("a").tick("b").toString());
    }
}
