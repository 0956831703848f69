package dev.backendmastery.benchmarks.caching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.benchmarks.caching.HitRatio.Cell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class HitRatioTest {

    private static Trace trace(int... keys) {
        Trace.Recorder recorder = new Trace.Recorder();
        IntStream.of(keys).forEach(recorder::add);
        return recorder.trace("by hand");
    }

    private static Trace read(TraceFormat format, String text) throws IOException {
        return format.read("a.trace", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void readsEachFormat() throws IOException {
        assertArrayEquals(
                new int[] {0, 1, 2, 1, 2, 3},
                read(TraceFormat.ARC, "7 3 0 0\n8 3 0 1\n").keys());
        assertArrayEquals(
                new int[] {0, 1, 0},
                read(TraceFormat.LIRS, "12\n*\n\n13\n12\n*\n").keys());
        assertArrayEquals(
                new int[] {0, 1, 0}, read(TraceFormat.TEXT, "a b\nc\na b\n").keys());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        for (int number : new int[] {5, -1, 5}) {
            data.writeInt(number);
        }
        assertArrayEquals(
                new int[] {0, 1, 0},
                TraceFormat.INT32
                        .read("a", new ByteArrayInputStream(bytes.toByteArray()))
                        .keys());
        bytes.reset();
        for (long number : new long[] {5, 5L << 32, 5}) {
            data.writeLong(number);
        }
        assertArrayEquals(
                new int[] {0, 1, 0},
                TraceFormat.INT64
                        .read("a", new ByteArrayInputStream(bytes.toByteArray()))
                        .keys());
    }

    @Test
    void unpacksByTheEndOfTheName() throws IOException {
        byte[] text = "1\n2\n1\n".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(text);
        }
        ByteArrayOutputStream xz = new ByteArrayOutputStream();
        try (var out = new XZOutputStream(xz, new LZMA2Options())) {
            out.write(text);
        }
        Trace first = TraceFormat.LIRS.read("x/some.trace.gz", new ByteArrayInputStream(gzip.toByteArray()));
        Trace second = TraceFormat.LIRS.read("x/some.trace.xz", new ByteArrayInputStream(xz.toByteArray()));
        for (Trace trace : List.of(first, second)) {
            assertArrayEquals(new int[] {0, 1, 0}, trace.keys());
            assertEquals(2, trace.unique());
            assertEquals("some", trace.name());
        }
    }

    @Test
    void saysWhereATraceIsWrong() {
        for (String wrong : List.of("1 2 3", "1 x 0 0", "1 -1 0 0")) {
            var e = assertThrows(IllegalArgumentException.class, () -> read(TraceFormat.ARC, "1 1 0 0\n" + wrong));
            assertTrue(String.valueOf(e.getMessage()).contains("line 2"), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> read(TraceFormat.LIRS, "one\n"));
        assertThrows(IllegalArgumentException.class, () -> TraceFormat.of("csv"));
    }

    @Test
    void countsWhatWasCountedByHand() {
        // LRU of 2: 1 2 (1) 3 2 1 (1): hits at the third and the last. The optimum keeps 1 and 2, turns 3 away: four.
        Trace byHand = trace(1, 2, 1, 3, 2, 1, 1);
        Cell cell = HitRatio.cells(byHand, "test", List.of(2)).get(0);
        assertEquals(28.57, cell.ours("ours-lru"));
        assertEquals(57.14, cell.ours("floor-optimum"));
        // A loop of 3 in 2: LRU has nothing; the optimum keeps one of them, as it also needs no place for what it turns
        // away.
        Trace loop = trace(1, 2, 3, 1, 2, 3, 1, 2, 3);
        assertEquals(0, HitRatio.cells(loop, "test", List.of(2)).get(0).ours("ours-lru"));
        assertEquals(4.0 / 9, Optimum.hitRatio(loop, 2));
    }

    @Test
    void theOptimumIsWhatAPlainSearchFinds() {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            int[] keys = IntStream.range(0, 9).map(i -> random.nextInt(4)).toArray();
            int size = 1 + random.nextInt(3);
            Trace trace = trace(keys);
            assertEquals(best(trace.keys(), 0, Set.of(), size) / 9.0, Optimum.hitRatio(trace, size), 1e-9);
        }
    }

    /** The most hits from {@code at} on with {@code kept} in the cache, by trying everything. */
    private static int best(int[] keys, int at, Set<Integer> kept, int size) {
        if (at == keys.length) {
            return 0;
        }
        if (kept.contains(keys[at])) {
            return 1 + best(keys, at + 1, kept, size);
        }
        int most = best(keys, at + 1, kept, size);
        Set<Integer> more = new LinkedHashSet<>(kept);
        more.add(keys[at]);
        if (more.size() <= size) {
            return Math.max(most, best(keys, at + 1, more, size));
        }
        for (int victim : kept) {
            Set<Integer> less = new LinkedHashSet<>(more);
            less.remove(victim);
            most = Math.max(most, best(keys, at + 1, less, size));
        }
        return most;
    }

    @Test
    void nobodyBeatsTheOptimumAndTheSameTraceGivesUsTheSameRatios() {
        for (TraceGenerator generator : TraceGenerator.values()) {
            Trace trace = generator.trace(500, 20_000, 3);
            List<Cell> cells = HitRatio.cells(trace, "test", List.of(20, 100));
            assertEquals(ours(cells), ours(HitRatio.cells(trace, "test", List.of(20, 100))));
            for (Cell cell : cells) {
                cell.hitRatios()
                        .forEach((name, ratio) -> assertTrue(
                                ratio <= cell.ours("floor-optimum"), () -> name + " beats the optimum: " + cell));
            }
        }
    }

    /** Caffeine leaves something to chance. */
    private static List<Map<String, Double>> ours(List<Cell> cells) {
        return cells.stream()
                .<Map<String, Double>>map(cell -> {
                    Map<String, Double> ours = new TreeMap<>(cell.hitRatios());
                    ours.remove("caffeine");
                    return ours;
                })
                .toList();
    }

    @Test
    void theCommandPrintsATableAndWritesJson(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("some.trace"), "1\n2\n1\n3\n");
        Path json = folder.resolve("out.json");
        assertEquals(
                0,
                HitRatio.main(List.of(
                        "--trace",
                        file.toString(),
                        "--format",
                        "lirs",
                        "--sizes",
                        "1,2,50%",
                        "--json",
                        json.toString())));
        String text = Files.readString(json);
        assertTrue(text.contains("\"trace\" : \"some\"") && text.contains("\"ours-duel\" : 25.0"), text);
    }

    @Test
    void theCommandRefusesWhatItCannotDo() throws IOException {
        assertEquals(2, HitRatio.main(List.of()));
        assertEquals(2, HitRatio.main(List.of("--trace", "x")));
        assertEquals(2, HitRatio.main(List.of("--generate", "noise")));
        assertEquals(2, HitRatio.main(List.of("--generate", "loop", "--sizes", "-1")));
        assertEquals(2, HitRatio.main(List.of("--generate", "loop", "--sizes", "many")));
        assertEquals(2, HitRatio.main(List.of("--generate", "loop", "--trace", "x", "--format", "lirs")));
        assertFalse(HitRatio.USAGE.isBlank());
    }
}
