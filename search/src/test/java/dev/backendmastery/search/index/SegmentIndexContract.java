package dev.backendmastery.search.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.TokenSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What {@link SegmentIndex} promises beyond {@link SearchIndexContract}. A test plants faults in the parts that it is given. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class SegmentIndexContract {

    @TempDir
    Path folder = Path.of("");

    private final Random random = new Random(7);
    private final Schema schema = Schema.builder()
            .text("body", new WhitespaceAnalyzer())
            .keyword("tags")
            .build();

    /** The parts to be tested; another to plant a fault. */
    SegmentIndex.Builder with(SegmentIndex.Builder settings) {
        return settings;
    }

    /** How many of {@code all} random cases to try. */
    int rounds(int all) {
        return all;
    }

    /** The edits between two words; -1 if more than {@code most}. */
    int distance(String word, String other, int most) {
        return new Levenshtein(word, most, 0).distance(other);
    }

    /** What is read of a file. */
    byte[] damaged(byte[] file) {
        return file;
    }

    private SegmentIndex open() {
        return with(SegmentIndex.in(folder.resolve("index"), schema)).open();
    }

    private static Document document(int id, String body) {
        return Document.of("d" + id).text("body", body).build();
    }

    private String word(int words) {
        // Squared twice, so that a few words are in most documents.
        double skewed = random.nextDouble();
        return "w" + (int) (words * skewed * skewed * skewed);
    }

    private String text(int words) {
        return IntStream.range(0, 1 + random.nextInt(12))
                .mapToObj(i -> word(words))
                .collect(Collectors.joining(" "));
    }

    /** Several segments, one of them of many windows, a tenth deleted. */
    private SegmentIndex filled(SegmentIndex.Builder settings) {
        SegmentIndex index = with(settings).open();
        for (int size : new int[] {7_000, 300, 40}) {
            List<Document> documents = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                documents.add(document(size * 10 + i, text(300)));
            }
            index.apply(Batch.of(documents));
            index.refresh();
        }
        Batch.Builder deletes = Batch.builder();
        for (int i = 0; i < 700; i++) {
            deletes.delete("d" + (70_000 + random.nextInt(7_000)));
        }
        index.apply(deletes.build());
        index.refresh();
        return index;
    }

    @Test
    @DisplayName("IX-1 the best are those of the exhaustive ranking, score for score, whatever is skipped")
    final void sameAsExhaustive() {
        for (Similarity similarity :
                List.of(Similarity.bm25(), new Similarity.LuceneCompatible(1.2f, 0.75f), new Similarity.Bm25(0.9, 1))) {
            try (SegmentIndex index = filled(SegmentIndex.inMemory(schema).similarity(similarity));
                    SegmentSnapshot snapshot = (SegmentSnapshot) index.snapshot()) {
                for (int i = 0; i < rounds(60); i++) {
                    String words = IntStream.range(0, 1 + random.nextInt(5))
                            .mapToObj(w -> word(300))
                            .collect(Collectors.joining(" "));
                    List<Query> queries = List.of(
                            Query.match("body", words),
                            Query.matchAll("body", words),
                            Query.phrase("body", words),
                            Query.any(
                                    Query.term("body", word(300)),
                                    Query.term("body", word(300)).boost(1 + i)),
                            Query.prefix("body", "w" + i % 10),
                            Query.fuzzy("body", "w" + i, 1));
                    String prefix = "w" + i % 30;
                    Query anyOf = Query.any(IntStream.range(0, 300)
                            .mapToObj(w -> "w" + w)
                            .filter(w -> w.startsWith(prefix))
                            .map(w -> Query.term("body", w))
                            .toArray(Query[]::new));
                    assertEquals(
                            snapshot.search(Search.of(anyOf).top(0).countAll()).total(),
                            snapshot.search(Search.of(Query.prefix("body", prefix))
                                            .top(0)
                                            .countAll())
                                    .total(),
                            prefix);
                    for (Query query : queries) {
                        assertSame(
                                snapshot,
                                Search.of(query).countTo(i % 3 == 0 ? 100 : 0).top(1 + i % 30));
                    }
                }
            }
        }
    }

    private static void assertSame(SegmentSnapshot snapshot, Search search) {
        Hits fast = snapshot.search(search);
        Hits all = snapshot.searchExhaustively(search);
        assertEquals(all.ids(), fast.ids(), search::toString);
        for (int i = 0; i < all.hits().size(); i++) {
            assertEquals(all.hits().get(i).score(), fast.hits().get(i).score(), search::toString);
        }
        assertTrue(fast.total() <= all.total() && (!fast.exact() || fast.total() == all.total()), search::toString);
        if (!all.hits().isEmpty()) {
            Search next = search.after(all.hits().get(all.hits().size() / 2).cursor());
            assertEquals(
                    snapshot.searchExhaustively(next).ids(),
                    snapshot.search(next).ids(),
                    next::toString);
        }
    }

    @Test
    @DisplayName("IX-3 a merge changes neither hits, scores, values nor counts, and takes away what is deleted")
    final void merges() {
        Schema fields = Schema.builder()
                .text("body", new WhitespaceAnalyzer())
                .keyword("tags")
                .number("price")
                .build();
        try (SegmentIndex index = with(SegmentIndex.inMemory(fields)).open()) {
            for (int i = 0; i < 5; i++) {
                List<Document> documents = new ArrayList<>();
                for (int d = 0; d < 60; d++) {
                    documents.add(Document.of("d" + random.nextInt(200))
                            .text("body", text(40))
                            .keyword("tags", "t" + random.nextInt(9), "t" + random.nextInt(9))
                            .number("price", random.nextInt(50) / 4.0)
                            .build());
                }
                index.apply(Batch.of(documents));
                index.apply(Batch.builder().delete("d" + i).build());
                index.refresh();
            }
            List<Search> searches = List.of(
                    Search.of(Query.match("body", "w0 w1 w7")).top(500),
                    Search.of(Query.phrase("body", "w0 w1")).top(500),
                    Search.of(Query.fuzzy("body", "w1", 1)).top(500),
                    Search.of(Query.all()).top(500).sort(Sort.ascending("price"), Sort.descending("tags")),
                    Search.of(Query.match("body", "w0")).facets(Facet.of("tags").choose("t1")));
            List<Hits> before = searches.stream().map(index::search).toList();
            assertTrue(index.segments() > 1, "segments before the merge");
            index.mergeToOne();
            assertEquals(1, index.segments());
            assertEquals(before, searches.stream().map(index::search).toList());
        }
    }

    @Test
    @DisplayName("IX-4 what is deleted or replaced while a merge runs stays so")
    final void changesDuringMerge() {
        Deque<Runnable> merges = new ArrayDeque<>();
        List<Runnable> during = new ArrayList<>();
        SegmentIndex.Builder settings = with(SegmentIndex.inMemory(schema)).mergeOn(merges::add);
        SegmentIndex.Merger real = settings.merger();
        try (SegmentIndex index = settings.merger(merge -> {
                    during.forEach(Runnable::run);
                    during.clear();
                    return real.merge(merge);
                })
                .open()) {
            for (int i = 0; i < SegmentIndex.MERGE; i++) {
                index.apply(Batch.of(document(2 * i, "old"), document(2 * i + 1, "old")));
                index.refresh();
            }
            assertEquals(1, merges.size(), "merges asked for");
            index.apply(Batch.builder().delete("d0").build());
            during.add(() -> {
                index.apply(
                        Batch.builder().delete("d3").upsert(document(5, "new")).build());
                index.refresh();
                index.apply(Batch.builder().delete("d7").build());
            });
            merges.remove().run();
            Set<String> old =
                    IntStream.range(0, 16).mapToObj(i -> "d" + i).collect(Collectors.toCollection(TreeSet::new));
            old.removeAll(List.of("d0", "d3", "d5"));
            assertEquals(2, index.segments());
            assertEquals(old, found(index, "old"), "not refreshed since");
            index.refresh();
            old.remove("d7");
            assertEquals(old, found(index, "old"));
            assertEquals(Set.of("d5"), found(index, "new"));
        }
    }

    private static Set<String> found(SearchIndex index, String word) {
        List<String> ids =
                index.search(Search.of(Query.match("body", word)).top(1_000)).ids();
        assertEquals(ids.size(), Set.copyOf(ids).size(), "found twice");
        return new TreeSet<>(ids);
    }

    /** Ends at a step, and leaves half of what that step would write. */
    private static final class Mortal implements Disk {
        private final Disk real = Disk.system();
        private int left;

        private Mortal(int steps) {
            left = steps;
        }

        private void step() throws IOException {
            if (left-- <= 0) {
                throw new IOException("the power is gone");
            }
        }

        @Override
        public void write(Path file, byte[] data, int size) throws IOException {
            if (left <= 0) {
                real.write(file, data, size / 2);
            }
            step();
            real.write(file, data, size);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            step();
            real.rename(from, to);
        }

        @Override
        public void forceFolder(Path path) throws IOException {
            step();
            real.forceFolder(path);
        }

        @Override
        public void delete(Path file) throws IOException {
            step();
            real.delete(file);
        }
    }

    @Test
    @DisplayName("IX-5 after a crash at any step of a commit the index is as of that commit or the one before")
    final void crashes() {
        boolean ended = false;
        for (int steps = 0; !ended; steps++) {
            assertTrue(steps < 100, "steps of a commit");
            Path path = folder.resolve("crash" + steps);
            try (SegmentIndex index = SegmentIndex.in(path, schema).open()) {
                index.apply(Batch.of(document(1, "one"), document(2, "one"), document(3, "one")));
                index.commit();
            }
            try (SegmentIndex index =
                    with(SegmentIndex.in(path, schema).disk(new Mortal(steps))).open()) {
                index.apply(Batch.builder()
                        .delete("d1")
                        .upsert(document(2, "two"))
                        .upsert(document(4, "two"))
                        .build());
                index.commit();
                ended = true;
            } catch (IndexUnavailableException e) {
                assertTrue(e.getCause() instanceof IOException, "the cause of " + e);
            }
            try (SegmentIndex index = SegmentIndex.in(path, schema).open()) {
                boolean after = found(index, "two").equals(Set.of("d2", "d4"))
                        && found(index, "one").equals(Set.of("d3"));
                boolean before =
                        found(index, "two").isEmpty() && found(index, "one").equals(Set.of("d1", "d2", "d3"));
                assertTrue(after || (before && !ended), "after " + steps + " steps");
                index.apply(Batch.of(document(9, "three")));
                index.commit();
            }
            try (SegmentIndex index = SegmentIndex.in(path, schema).open()) {
                assertEquals(Set.of("d9"), found(index, "three"));
            }
        }
    }

    @Test
    @DisplayName("IX-6 a file that was changed, cut or lost is an error, not another index")
    final void damage() throws IOException {
        Path path = folder.resolve("index");
        try (SegmentIndex index = open()) {
            index.apply(Batch.of(document(1, "one two"), document(2, "one")));
            index.commit();
            index.apply(
                    Batch.builder().delete("d1").upsert(document(3, "three")).build());
            index.commit();
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(path)) {
            files = all.filter(file -> !file.endsWith("lock")).toList();
        }
        assertEquals(4, files.size(), files::toString);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at += 1 + whole.length / rounds(40)) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, damaged(changed));
                assertThrows(CorruptIndexException.class, () -> open().close(), file + " changed at " + at);
                Files.write(file, Arrays.copyOf(whole, at));
                assertThrows(CorruptIndexException.class, () -> open().close(), file + " cut at " + at);
            }
            if (!file.endsWith("commit")) {
                Files.delete(file);
                assertThrows(CorruptIndexException.class, () -> open().close(), file + " lost");
            }
            Files.write(file, whole);
        }
        try (SegmentIndex index = open()) {
            assertEquals(Set.of("d2"), found(index, "one"));
        }
    }

    @Test
    @DisplayName("IX-7 one index has a folder open, also within a process")
    final void oneOnly() {
        SegmentIndex index = open();
        assertThrows(IndexLockedException.class, () -> open().close());
        index.close();
        assertDoesNotThrow(() -> open().close());
    }

    @Test
    @DisplayName("IX-8 what is near is what the dynamic program says, by code points, an exchange for one edit")
    final void levenshtein() {
        String letters = "abc\u00e9\uD83D\uDE00";
        int[] points = letters.codePoints().toArray();
        for (int i = 0; i < rounds(10_000); i++) {
            String word = points(points, random.nextInt(9));
            String other = random.nextInt(3) == 0 ? points(points, random.nextInt(9)) : edited(word, points);
            int expected = DynamicProgram.distance(word, other);
            for (int most = 0; most <= 2; most++) {
                assertEquals(
                        expected <= most ? expected : -1,
                        distance(word, other, most),
                        word + " to " + other + " within " + most);
            }
        }
    }

    private String points(int[] points, int length) {
        int[] chosen = IntStream.range(0, length)
                .map(i -> points[random.nextInt(points.length)])
                .toArray();
        return new String(chosen, 0, length);
    }

    private String edited(String word, int[] points) {
        List<Integer> all = word.codePoints().boxed().collect(Collectors.toCollection(ArrayList::new));
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(all.size() + 1);
            switch (random.nextInt(4)) {
                case 0 -> all.add(at, points[random.nextInt(points.length)]);
                case 1 -> {
                    if (at < all.size()) {
                        all.remove(at);
                    }
                }
                case 2 -> {
                    if (at < all.size()) {
                        all.set(at, points[random.nextInt(points.length)]);
                    }
                }
                default -> {
                    if (at + 1 < all.size()) {
                        all.add(at, all.remove(at + 1));
                    }
                }
            }
        }
        return all.stream().map(Character::toString).collect(Collectors.joining());
    }

    @Test
    @DisplayName("IX-10 an analyzer that throws leaves the index as it was")
    final void failingAnalyzer() {
        Schema failing = Schema.builder()
                .text("body", new FailsAt("bad"))
                .keyword("tags")
                .build();
        try (SegmentIndex index = with(SegmentIndex.inMemory(failing)).open()) {
            index.apply(Batch.of(document(1, "old"), document(2, "old")));
            index.refresh();
            index.apply(Batch.of(document(2, "newer")));
            Batch batch = Batch.builder()
                    .upsert(document(1, "new"))
                    .delete("d2")
                    .upsert(document(2, "new"))
                    .upsert(document(3, "new bad"))
                    .upsert(document(4, "new"))
                    .build();
            assertThrows(IllegalStateException.class, () -> index.apply(batch));
            index.refresh();
            assertEquals(Set.of("d1"), found(index, "old"));
            assertEquals(Set.of("d2"), found(index, "newer"));
            assertEquals(Set.of(), found(index, "new"));
            index.apply(Batch.builder().delete("d2").upsert(document(3, "good")).build());
            index.refresh();
            assertEquals(Set.of(), found(index, "newer"));
            assertEquals(Set.of("d3"), found(index, "good"));
        }
    }

    private record FailsAt(String word) implements Analyzer {
        @Override
        public void analyze(CharSequence text, TokenSink sink) {
            new WhitespaceAnalyzer().analyze(text, (term, length, start, end, increment, span) -> {
                if (new String(term, 0, length).equals(word)) {
                    throw new IllegalStateException("cannot be analysed");
                }
                sink.token(term, length, start, end, increment, span);
            });
        }

        @Override
        public String fingerprint() {
            return "fails";
        }
    }

    @Test
    @DisplayName("IX-12 segments stay few, in the background too; a merge that fails is told and loses nothing")
    final void fewSegments() {
        try (SegmentIndex index = with(SegmentIndex.inMemory(schema)).open()) {
            for (int i = 0; i < 300; i++) {
                index.apply(Batch.of(document(i, "all")));
                index.refresh();
                assertTrue(index.segments() <= 3 * SegmentIndex.MERGE, "segments: " + index.segments());
            }
            assertEquals(300, found(index, "all").size());
        }
        boolean[] fails = {true};
        SegmentIndex.Builder settings = with(SegmentIndex.inMemory(schema));
        SegmentIndex.Merger real = settings.merger();
        try (SegmentIndex index = settings.merger(merge -> {
                    if (fails[0]) {
                        throw new IllegalStateException("no room");
                    }
                    return real.merge(merge);
                })
                .open()) {
            Consumer<Integer> add = i -> {
                index.apply(Batch.of(document(i, "all")));
                index.refresh();
            };
            IntStream.range(0, SegmentIndex.MERGE).forEach(add::accept);
            assertThrows(SearchIndexException.class, () -> add.accept(100));
            fails[0] = false;
            index.refresh();
            assertEquals(SegmentIndex.MERGE + 1, found(index, "all").size());
        }
    }

    @Test
    @DisplayName("IX-13 sequences of any width come back, and any one by itself")
    final void packed() {
        for (int width = 0; width <= 31; width++) {
            int[] values = new int[128];
            Sink sink = new Sink(16);
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) (random.nextLong() & ((1L << width) - 1));
            }
            values[5] = (int) ((1L << width) - 1);
            sink.putPacked(values, values.length);
            byte[] data = Arrays.copyOf(sink.data, sink.size + Packed.SLACK);
            int[] all = new int[128];
            Packed.all(data, 1, width, 128, all);
            assertArrayEquals(values, all, "width " + width);
            for (int i = 0; i < values.length && width > 0; i++) {
                assertEquals(values[i], Packed.get(data, 1, width, i));
            }
        }
    }
}
