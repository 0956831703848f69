package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link IdGenerator} must hold. Extend it, say how to create yours, run it. */
@DisplayName("An IdGenerator")
public abstract class IdGeneratorContract<T extends Comparable<? super T>> {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123Z");
    private static final int MANY = 500;

    private final ScriptedClock clock = new ScriptedClock(START);
    private final ManualTicker ticker = new ManualTicker();

    /**
     * A generator on this clock.
     *
     * @param node 1 or 2: two generators with different numbers stand for two processes
     */
    protected abstract IdGenerator<T> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy);

    /** The most ids that one millisecond can hold. */
    protected abstract int idsPerMilli();

    private IdGenerator<T> ids;

    @BeforeEach
    void fresh() {
        ids = create(1, clock, ticker, ClockPolicy.borrowing(Duration.ofSeconds(10)));
    }

    @Test
    @DisplayName("ID-1 grows while the clock runs")
    void grows() {
        T last = ids.next();
        for (int i = 0; i < MANY; i++) {
            clock.advance(Duration.ofMillis(i % 3));
            last = assertGrows(last, ids.next());
        }
    }

    @Test
    @DisplayName("ID-2 grows while the clock stands still")
    void growsAtStandstill() {
        T last = ids.next();
        for (int i = 0; i < MANY; i++) {
            last = assertGrows(last, ids.next());
        }
    }

    @Test
    @DisplayName(
            "ID-3 grows when the clock steps back by less than the policy borrows, and keeps to the clock again after")
    void growsWhenTheClockStepsBack() {
        T last = ids.next();
        for (Duration back : List.of(Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(9))) {
            clock.advance(back.negated());
            for (int i = 0; i < MANY; i++) {
                last = assertGrows(last, ids.next());
            }
            clock.advance(back.plusMillis(1));
            last = assertGrows(last, ids.next());
            assertEquals(clock.instant(), ids.timestampOf(last));
        }
    }

    @Test
    @DisplayName("ID-4 refuses when the clock steps back further than the policy bridges, and goes on when it is back")
    void refusesALargeStepBack() {
        T last = ids.next();
        Duration back = Duration.ofHours(1);
        clock.advance(back.negated());
        ClockBehindException refusal = assertThrows(ClockBehindException.class, ids::next);
        assertTrue(refusal.behind().compareTo(back) >= 0, () -> "behind by " + refusal.behind());
        clock.advance(back);
        assertGrows(last, ids.next());
    }

    @Test
    @DisplayName(
            "ID-5 grows when the counter of a millisecond overflows, ahead of the clock by what the policy borrows")
    void growsWhenTheCounterOverflows() {
        Duration borrow = Duration.ofMillis(5);
        ids = create(1, clock, ticker, ClockPolicy.borrowing(borrow));
        T last = ids.next();
        for (int i = 0; i < 2 * idsPerMilli(); i++) {
            last = assertGrows(last, ids.next());
        }
        assertTrue(ids.timestampOf(last).isAfter(clock.instant()));
        IllegalStateException neverRefused = new IllegalStateException("gave ids without bound");
        assertThrows(ClockBehindException.class, () -> {
            for (int i = 0; i < 6 * idsPerMilli(); i++) {
                Instant at = ids.timestampOf(ids.next());
                assertTrue(!at.isAfter(clock.instant().plus(borrow)), () -> "made an id for " + at);
            }
            throw neverRefused;
        });
    }

    @Test
    @DisplayName("ID-6 gives no id ahead of the clock when the policy waits")
    void waits() {
        ids = create(1, clock, ticker, ClockPolicy.waiting(Duration.ofHours(1)));
        clock.moveAfterReadings(3);
        T last = ids.next();
        for (int i = 0; i < 2 * idsPerMilli(); i++) {
            clock.startCounting();
            last = assertGrows(last, ids.next());
            Instant at = ids.timestampOf(last);
            assertTrue(!at.isAfter(clock.instant()), () -> "made an id for " + at + " at " + clock.instant());
        }
    }

    @Test
    @DisplayName("ID-7 waits no longer than the policy says")
    void waitsBounded() {
        Ticker running = () -> {
            ticker.advance(Duration.ofMillis(1));
            return ticker.nanos();
        };
        ids = create(1, clock, running, ClockPolicy.waiting(Duration.ofMillis(20)));
        assertThrows(ClockBehindException.class, () -> {
            for (int i = 0; i < 2 * idsPerMilli(); i++) {
                clock.startCounting();
                ids.next();
            }
        });
    }

    @Test
    @DisplayName("ID-8 gives simultaneous callers different ids, each between the ids of calls before and after")
    void simultaneous() {
        T before = ids.next();
        List<T> between = new ArrayList<>();
        // While one caller reads the clock another one comes in between and leaves with an id.
        clock.onceDuringReading(() -> between.add(ids.next()));
        T outer = ids.next();
        T inner = between.get(0);
        T after = ids.next();
        assertEquals(4, new HashSet<>(List.of(before, inner, outer, after)).size());
        assertGrows(before, inner);
        assertGrows(before, outer);
        assertGrows(inner, after);
        assertGrows(outer, after);
    }

    @Test
    @DisplayName("ID-9 tells its timestamp")
    void tellsItsTimestamp() {
        for (Instant at : instants()) {
            clock.set(at);
            assertEquals(at, ids.timestampOf(ids.next()));
        }
    }

    @Test
    @DisplayName("ID-10 has text of one length that sorts as ids do and reads back")
    void text() {
        List<T> made = new ArrayList<>();
        for (Instant at : instants()) {
            clock.set(at);
            Stream.generate(ids::next).limit(40).forEach(made::add);
        }
        List<String> texts = made.stream().map(ids::format).toList();
        assertEquals(texts.stream().sorted().toList(), texts);
        assertEquals(1, texts.stream().map(String::length).distinct().count());
        assertEquals(made, texts.stream().map(ids::parse).toList());
    }

    @Test
    @DisplayName("ID-11 reads only the one text of an id")
    void canonical() {
        String text = ids.format(ids.next());
        Set<String> others =
                new HashSet<>(List.of("", text + "0", text.substring(1), " " + text, "Z".repeat(text.length())));
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            for (char other :
                    new char[] {'!', 'O', 'u', '-', '9', '\u0660', Character.toLowerCase(c), Character.toUpperCase(c)
                    }) {
                others.add(text.substring(0, i) + other + text.substring(i + 1));
            }
        }
        others.remove(text);
        for (String other : others) {
            T read;
            try {
                read = ids.parse(other);
            } catch (IllegalArgumentException refusal) {
                continue;
            }
            assertEquals(other, ids.format(read));
        }
    }

    @Test
    @DisplayName("ID-12 gives other ids than another node does in the same millisecond")
    void nodes() {
        IdGenerator<T> others = create(2, clock, ticker, ClockPolicy.borrowing(Duration.ofSeconds(10)));
        Set<T> mine = Stream.generate(ids::next).limit(MANY).collect(Collectors.toSet());
        Stream.generate(others::next).limit(MANY).forEach(id -> assertFalse(mine.contains(id), id::toString));
    }

    private T assertGrows(T earlier, T later) {
        assertTrue(earlier.compareTo(later) < 0, () -> later + " does not follow " + earlier);
        return later;
    }

    private static List<Instant> instants() {
        return List.of(
                START,
                START.plusMillis(1),
                START.plusMillis(900),
                START.plus(Duration.ofDays(1)),
                START.plus(Duration.ofDays(400)),
                START.plus(Duration.ofDays(20_000)));
    }

    /** A wall clock that moves when told to, and lets others act while it is read. */
    private static final class ScriptedClock implements InstantSource {

        /** More readings than this and nobody bounds the wait: all clauses together need fewer. */
        private static final int PATIENCE = 1_000_000;

        private Instant now;
        private int readings;
        private int moveAfter = Integer.MAX_VALUE;
        private Runnable during = () -> {};

        ScriptedClock(Instant start) {
            now = start;
        }

        void set(Instant instant) {
            now = instant;
            readings = 0;
        }

        void advance(Duration by) {
            set(now.plus(by));
        }

        void startCounting() {
            readings = 0;
        }

        void moveAfterReadings(int count) {
            moveAfter = count;
        }

        void onceDuringReading(Runnable action) {
            during = action;
        }

        @Override
        public Instant instant() {
            Instant reading = now;
            Runnable action = during;
            during = () -> {};
            action.run();
            if (++readings % moveAfter == 0) {
                now = now.plusMillis(1);
            }
            if (readings > PATIENCE) {
                throw new IllegalStateException("read the clock " + readings + " times and still waits");
            }
            return reading;
        }
    }
}
