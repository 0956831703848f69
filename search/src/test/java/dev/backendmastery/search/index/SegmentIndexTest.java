package dev.backendmastery.search.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SegmentIndex} as it is, and beside Lucene. */
final class SegmentIndexTest extends SegmentIndexContract {

    private final Random random = new Random(11);

    private String text(int most) {
        return IntStream.range(0, 1 + random.nextInt(most))
                .mapToObj(i -> "w" + (int) (200 * random.nextDouble() * random.nextDouble() * random.nextDouble()))
                .collect(Collectors.joining(" "));
    }

    @Test
    @DisplayName("IX-2 LuceneCompatible gives Lucene's hits and scores, bit for bit")
    void sameAsLucene() throws IOException {
        Schema schema = Schema.builder()
                .text("body", new dev.backendmastery.search.index.WhitespaceAnalyzer())
                .build();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            texts.add(text(i % 50 == 0 ? 400 : 15));
        }
        try (SegmentIndex index = SegmentIndex.inMemory(schema)
                        .similarity(new Similarity.LuceneCompatible(1.2f, 0.75f))
                        .open();
                ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new WhitespaceAnalyzer()))) {
            List<dev.backendmastery.search.index.Document> batch = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                batch.add(dev.backendmastery.search.index.Document.of(Integer.toString(i))
                        .text("body", texts.get(i))
                        .build());
                Document document = new Document();
                document.add(new TextField("body", texts.get(i), Store.NO));
                writer.addDocument(document);
            }
            index.apply(Batch.of(batch));
            index.refresh();
            writer.forceMerge(1);
            writer.commit();
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                for (int i = 0; i < 150; i++) {
                    String[] words =
                            Arrays.stream(text(5).split(" ", -1)).distinct().toArray(String[]::new);
                    assertSame(index, searcher, words, i);
                }
            }
        }
    }

    private static void assertSame(SegmentIndex index, IndexSearcher searcher, String[] words, int number)
            throws IOException {
        String all = String.join(" ", words);
        BooleanQuery.Builder or = new BooleanQuery.Builder();
        BooleanQuery.Builder and = new BooleanQuery.Builder();
        for (String word : words) {
            or.add(new TermQuery(new Term("body", word)), Occur.SHOULD);
            and.add(new TermQuery(new Term("body", word)), Occur.MUST);
        }
        float boost = 0.5f + number;
        compare(index, searcher, Query.match("body", all), or.build());
        compare(index, searcher, Query.matchAll("body", all), and.build());
        compare(index, searcher, Query.phrase("body", all), new PhraseQuery("body", words));
        compare(index, searcher, Query.match("body", all).boost(boost), new BoostQuery(or.build(), boost));
        compare(
                index,
                searcher,
                Query.bool().andMust(Query.term("body", words[0])).andShould(Query.match("body", all + " w3")),
                new BooleanQuery.Builder()
                        .add(new TermQuery(new Term("body", words[0])), Occur.MUST)
                        .add(
                                or.add(new TermQuery(new Term("body", "w3")), Occur.SHOULD)
                                        .build(),
                                Occur.SHOULD)
                        .build());
    }

    private static void compare(
            SegmentIndex index, IndexSearcher searcher, Query ours, org.apache.lucene.search.Query lucenes)
            throws IOException {
        List<Hits.Hit> hits = index.search(Search.of(ours).top(20).countTo(0)).hits();
        ScoreDoc[] expected = searcher.search(lucenes, 20).scoreDocs;
        assertEquals(expected.length, hits.size(), lucenes::toString);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    expected[i].doc + " " + expected[i].score,
                    hits.get(i).id() + " " + (float) hits.get(i).score(),
                    lucenes::toString);
            assertEquals(expected[i].score, hits.get(i).score(), lucenes::toString);
        }
    }

    @Test
    @DisplayName("IX-9 what a dictionary gives within reach is what a scan of it gives, and it finds each of its terms")
    void dictionary() {
        TreeSet<String> terms = new TreeSet<>(FacetCounter.BY_POINT);
        while (terms.size() < 1_500) {
            terms.add(random.ints(1 + random.nextInt(7), 0, 6)
                    .mapToObj(i -> List.of("a", "b", "c", "d", "\u00e9", "\uD83D\uDE00")
                            .get(i))
                    .collect(Collectors.joining()));
        }
        Terms.Builder builder = new Terms.Builder();
        for (String term : terms) {
            byte[] bytes = Utf8.encode(term);
            builder.add(bytes, 0, bytes.length);
        }
        Sink sink = new Sink(16);
        builder.build().write(sink);
        Terms read = Terms.read(new Source(sink.data, 0, sink.size));
        List<String> sorted = List.copyOf(terms);
        for (int i = 0; i < sorted.size(); i++) {
            assertEquals(i, read.find(Utf8.encode(sorted.get(i))));
            assertEquals(sorted.get(i), read.text(i));
            assertEquals(-1, read.find(Utf8.encode(sorted.get(i) + "aaaaaaaa")));
        }
        for (int i = 0; i < 120; i++) {
            String word = sorted.get(random.nextInt(sorted.size()));
            int edits = i % 3;
            int prefix = random.nextInt(3);
            Set<String> expected = new TreeSet<>();
            for (String term : sorted) {
                int[] a = word.codePoints().toArray();
                int[] b = term.codePoints().toArray();
                int same = Math.min(prefix, a.length);
                if (DynamicProgram.distance(tail(a, same), tail(b, same)) <= edits
                        && b.length >= same
                        && Arrays.equals(a, 0, same, b, 0, same)) {
                    expected.add(term);
                }
            }
            Set<String> found = new TreeSet<>();
            new Levenshtein(word, edits, prefix).intersect(read, (walk, distance) -> found.add(walk.text()));
            assertEquals(expected, found, word + " within " + edits + " behind " + prefix);
        }
    }

    private static String tail(int[] points, int from) {
        return from > points.length ? "" : new String(points, from, points.length - from);
    }

    @Test
    @DisplayName("IX-14 phrases with slop are what trying all places gives, words that repeat too")
    void slop() {
        Schema schema = Schema.builder()
                .text("body", new dev.backendmastery.search.index.WhitespaceAnalyzer())
                .build();
        List<List<String>> texts = new ArrayList<>();
        try (SegmentIndex index = SegmentIndex.inMemory(schema).open()) {
            List<dev.backendmastery.search.index.Document> batch = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                texts.add(random.ints(1 + random.nextInt(9), 0, 4)
                        .mapToObj(word -> "w" + word)
                        .toList());
                batch.add(dev.backendmastery.search.index.Document.of("d" + i)
                        .text("body", String.join(" ", texts.get(i)))
                        .build());
            }
            index.apply(Batch.of(batch));
            index.refresh();
            for (int i = 0; i < 300; i++) {
                List<String> words = random.ints(2 + random.nextInt(2), 0, 4)
                        .mapToObj(word -> "w" + word)
                        .toList();
                int slop = random.nextInt(4);
                Set<String> expected = IntStream.range(0, texts.size())
                        .filter(d -> near(texts.get(d), words, slop, 0, new int[words.size()]))
                        .mapToObj(d -> "d" + d)
                        .collect(Collectors.toCollection(TreeSet::new));
                Query query = new Query.Phrase("body", String.join(" ", words), slop);
                assertEquals(
                        expected,
                        new TreeSet<>(index.search(Search.of(query).top(300)).ids()),
                        query::toString);
            }
        }
    }

    private static boolean near(List<String> text, List<String> words, int slop, int word, int[] places) {
        if (word == words.size()) {
            int[] moved =
                    IntStream.range(0, word).map(i -> places[i] - i).sorted().toArray();
            return moved[word - 1] - moved[0] <= slop
                    && Arrays.stream(places).distinct().count() == word;
        }
        for (int i = 0; i < text.size(); i++) {
            if (text.get(i).equals(words.get(word))) {
                places[word] = i;
                if (near(text, words, slop, word + 1, places)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    @DisplayName("IX-11 a query text gives a query or the place of its error, whatever it is")
    void querySyntax() {
        Schema schema = Schema.builder()
                .text("body", new dev.backendmastery.search.index.WhitespaceAnalyzer())
                .text("title", new dev.backendmastery.search.index.WhitespaceAnalyzer())
                .keyword("tags")
                .number("price")
                .date("at")
                .stored("url")
                .build();
        QuerySyntax syntax = QuerySyntax.of(schema, "body");
        Query a = Query.match("body", "a");
        Query b = Query.match("body", "b");
        assertEquals(a, syntax.parse(" a "));
        assertEquals(Query.bool().andShould(a).andShould(b), syntax.parse("a b"));
        assertEquals(Query.bool().andMust(a).andNot(b), syntax.parse("+a -b"));
        assertEquals(Query.bool().andMust(a).andMust(b), syntax.parse("a AND b"));
        assertEquals(Query.bool().andShould(a).andNot(b), syntax.parse("a NOT b"));
        assertEquals(new Query.Phrase("title", "a b", 2).boost(3), syntax.parse("title:\"a b\"~2^3"));
        assertEquals(Query.prefix("body", "fo"), syntax.parse("FO*"));
        assertEquals(Query.fuzzy("body", "foo", 1), syntax.parse("Foo~"));
        assertEquals(Query.fuzzy("body", "foo", 2), syntax.parse("foo~2"));
        assertEquals(Query.term("tags", "A:b c"), syntax.parse("tags:A\\:b\\ c"));
        assertEquals(Query.term("tags", "b c"), syntax.parse("tags:\"b c\""));
        assertEquals(Query.bool().andShould(Query.match("title", "a")).andShould(b), syntax.parse("title:(a body:b)"));
        assertEquals(
                new Query.Range("price", new Query.Bound(new Value.Numeric(10), false), null),
                syntax.parse("price:>10"));
        assertEquals(
                new Query.Range(
                        "price",
                        new Query.Bound(new Value.Numeric(-1.5), true),
                        new Query.Bound(new Value.Numeric(2), false)),
                syntax.parse("price:[-1.5 TO 2}"));
        assertEquals(
                Query.range("at", new Value.Date(Instant.parse("2026-01-31T00:00:00Z")), null),
                syntax.parse("at:[2026-01-31 TO *]"));
        List<String> wrong = List.of(
                "(a@0",
                "a)@1",
                "\"a@0",
                "a AND@5",
                "AND a@0",
                "nosuch:a@0",
                "url:a@0",
                "a^@2",
                "a^0@2",
                "price:x@6",
                "a \\@2",
                "*@0",
                "price:[1 2]@9",
                "price:[1 TO 2@6",
                "a~3@2",
                "tags:a~@6",
                "title:@6",
                "+@1",
                "body:[a TO b]@5",
                "at:[x TO *]@4",
                "\"a\"~200@4");
        for (String each : wrong) {
            int at = each.lastIndexOf('@');
            QuerySyntaxException thrown =
                    assertThrows(QuerySyntaxException.class, () -> syntax.parse(each.substring(0, at)), each);
            assertEquals(Integer.parseInt(each.substring(at + 1)), thrown.position(), each + ": " + thrown);
        }
        String letters = "ab \"()+-*~^:[]{}<>\\ANDORTO tags:price:at:title:12.";
        try (SegmentIndex index = SegmentIndex.inMemory(schema).open()) {
            for (int i = 0; i < 20_000; i++) {
                String text = random.ints(random.nextInt(20), 0, letters.length())
                        .mapToObj(at -> letters.substring(at, Math.min(letters.length(), at + 1 + at % 3)))
                        .collect(Collectors.joining());
                try {
                    index.search(Search.of(syntax.parse(text)));
                } catch (QuerySyntaxException e) {
                    assertTrue(e.position() >= 0 && e.position() <= text.length(), text);
                }
            }
        }
        assertThrows(QuerySyntaxException.class, () -> syntax.parse("(".repeat(40) + "a" + ")".repeat(40)));
        assertThrows(QuerySyntaxException.class, () -> syntax.parse("a ".repeat(300)));
        assertThrows(QuerySyntaxException.class, () -> syntax.parse("a".repeat(5_000)));
    }

    @TempDir
    Path other = Path.of("");

    @Test
    @DisplayName("IX-15 who is killed at any moment leaves the last commit, or the one under way")
    void killed() throws IOException, InterruptedException {
        for (int round = 0; round < 3; round++) {
            KilledWriter.run(other.resolve("killed" + round), 30 + 45L * round);
        }
    }
}
