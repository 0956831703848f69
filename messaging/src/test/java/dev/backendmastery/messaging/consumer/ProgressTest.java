package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.messaging.log.Commit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What was taken and what was finished, against a plain model, over crashes, and when it does not fit. */
final class ProgressTest {

    /** What is finished, below {@code low} and in the gaps above. */
    private static boolean isFinished(Commit commit, long offset) {
        return offset < commit.offset()
                || Gaps.decode(commit.offset(), commit.metadata()).contains(offset);
    }

    @Test
    @DisplayName(
            "PG-1 a commit says exactly what is finished, for random completions, holes in the offsets, and crashes")
    void model() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            long first = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 40);
            int span = 1 + random.nextInt(300);
            BitSet exists = new BitSet();
            for (int i = 0; i < span; i++) {
                exists.set(i, random.nextInt(10) > 0);
            }
            BitSet finished = new BitSet();
            Commit commit = Commit.at(first);
            for (int life = 0; life < 4; life++) {
                Progress progress = new Progress(commit, Gaps.decode(commit.offset(), commit.metadata()));
                List<Long> open = new ArrayList<>();
                int taken = (int) (commit.offset() - first);
                int steps = random.nextInt(span * 3);
                for (int step = 0; step < steps; step++) {
                    if (taken < span && (open.isEmpty() || random.nextBoolean())) {
                        long offset = first + taken;
                        if (exists.get(taken)) {
                            boolean wanted = !isFinished(commit, offset);
                            assertEquals(wanted, progress.take(offset), "seed " + seed);
                            assertFalse(progress.take(offset));
                            if (wanted) {
                                open.add(offset);
                            }
                        }
                        taken++;
                    } else if (!open.isEmpty()) {
                        long offset = open.remove(random.nextInt(open.size()));
                        progress.finish(offset);
                        finished.set((int) (offset - first));
                    }
                }
                commit = Objects.requireNonNull(progress.commit());
                for (int i = 0; i < span; i++) {
                    if (exists.get(i)) {
                        assertEquals(finished.get(i), isFinished(commit, first + i), "seed " + seed + ", offset " + i);
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("PG-2 before anything is known nothing is committed; what was not taken cannot be finished")
    void edges() {
        Progress progress = new Progress(null, Gaps.NONE);
        assertNull(progress.commit());
        assertTrue(progress.take(7));
        assertEquals(Commit.at(7), progress.commit());
        assertThrows(IllegalStateException.class, () -> progress.finish(8));
        progress.finish(7);
        assertEquals(Commit.at(8), progress.commit());
        assertThrows(IllegalStateException.class, () -> progress.finish(7));
        assertFalse(progress.take(5));
        assertEquals(Commit.at(8), progress.commit());
    }

    @Test
    @DisplayName("PG-3 what does not fit is left out from above: what is said is true, and as much as fits is said")
    void overflow() {
        List<IntPredicate> patterns = List.of(
                offset -> offset % 2 == 1,
                offset -> offset % 3 != 0,
                offset -> offset % 1000 > 0,
                offset -> offset % 7919 % 5 > 1,
                offset -> new Random(offset).nextInt(40) > 0);
        for (IntPredicate pattern : patterns) {
            Gaps.Collector collector = new Gaps.Collector();
            int end = 4_000_000;
            for (int offset = 1; offset < end; offset++) {
                if (pattern.test(offset)) {
                    collector.add(offset, offset + 1);
                }
            }
            Gaps all = collector.gaps();
            assertTrue(all.size(0) > Gaps.ROOM);
            Commit commit = new Commit(0, all.encode(0));
            Gaps said = Gaps.decode(0, commit.metadata());
            long reached = said.to(said.runs() - 1);
            for (int offset = 0; offset < reached; offset++) {
                assertEquals(pattern.test(offset) && offset > 0, said.contains(offset));
            }
            assertTrue(reached >= 20_000, () -> "reached " + reached);
            assertTrue(commit.metadata().length() > Commit.MAX_METADATA - 40);
        }
    }

    @Test
    @DisplayName(
            "PG-4 it says that it is cramped before it does not fit, and not when taking would only fill known gaps")
    void cramped() {
        Progress progress = new Progress(Commit.at(0), Gaps.NONE);
        long offset = 0;
        while (!progress.isCramped()) {
            assertTrue(progress.take(offset));
            if (offset % 2 == 1) {
                progress.finish(offset);
            }
            offset++;
            assertTrue(offset < 30_000);
        }
        assertTrue(progress.gaps().size(0) <= Gaps.ROOM);
        Commit commit = Objects.requireNonNull(progress.commit());
        Progress next = new Progress(commit, Gaps.decode(0, commit.metadata()));
        TreeSet<Long> open = new TreeSet<>();
        for (long again = 0; again < offset - 1; again++) {
            assertFalse(next.isCramped(), "it would never go on");
            if (next.take(again)) {
                open.add(again);
            }
        }
        open.forEach(next::finish);
        assertFalse(next.isCramped());
        assertEquals(Commit.at(next.low()), next.commit());
    }

    @Test
    @DisplayName("PG-5 metadata that are damaged, cut off, or of another offset are refused, each bit of them")
    void damage() {
        Random random = new Random(3);
        Gaps.Collector collector = new Gaps.Collector();
        for (int offset = 11; offset < 200; offset += 2 + random.nextInt(9)) {
            collector.add(offset, offset + 1 + random.nextInt(2));
        }
        Gaps gaps = collector.gaps();
        String text = gaps.encode(10);
        assertEquals(gaps, Gaps.decode(10, text));
        assertEquals(Gaps.NONE, Gaps.decode(10, ""));
        for (int at = 0; at < text.length(); at++) {
            for (int bit = 0; bit < 7; bit++) {
                String damaged = text.substring(0, at) + (char) (text.charAt(at) ^ 1 << bit) + text.substring(at + 1);
                try {
                    assertEquals(gaps, Gaps.decode(10, damaged)); // the unused bits of the last character
                    assertEquals(text.length() - 1, at);
                } catch (IllegalArgumentException e) {
                    assertTrue(damaged.length() > 0);
                }
            }
            String cut = text.substring(0, at);
            if (at > 0) {
                assertThrows(IllegalArgumentException.class, () -> Gaps.decode(10, cut));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Gaps.decode(11, text));
    }
}
