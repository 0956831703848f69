package dev.backendmastery.search.index;

import static dev.backendmastery.search.index.Query.any;
import static dev.backendmastery.search.index.Query.bool;
import static dev.backendmastery.search.index.Query.fuzzy;
import static dev.backendmastery.search.index.Query.match;
import static dev.backendmastery.search.index.Query.matchAll;
import static dev.backendmastery.search.index.Query.phrase;
import static dev.backendmastery.search.index.Query.prefix;
import static dev.backendmastery.search.index.Query.range;
import static dev.backendmastery.search.index.Query.term;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.TokenSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@link SearchIndex} promises, as clauses. Extend it and say how your index is opened. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class SearchIndexContract {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66";

    private SearchIndex index;

    /** An index with these fields, empty when a test begins; of what is durable, the same one each time within a test. */
    protected abstract SearchIndex open(Schema schema);

    /** Splits at white space and puts ASCII letters into lower case. */
    protected Analyzer analyzer() {
        return new WhitespaceAnalyzer();
    }

    private Schema schema() {
        return schema(analyzer());
    }

    private static Schema schema(Analyzer analyzer) {
        return Schema.builder()
                .text("title", analyzer)
                .unstoredText("body", analyzer)
                .keyword("tags")
                .number("price")
                .date("at")
                .stored("url")
                .build();
    }

    @BeforeEach
    final void openIndex() {
        index = open(schema());
    }

    @AfterEach
    final void closeIndex() {
        index.close();
    }

    private static Document title(String id, String title) {
        return Document.of(id).text("title", title).build();
    }

    private void have(Document... documents) {
        index.apply(Batch.of(documents));
        index.refresh();
    }

    private List<String> ids(Query query) {
        return index.search(Search.of(query).top(1_000).countAll()).ids();
    }

    private void assertFinds(Query query, String... expected) {
        List<String> found = ids(query);
        assertEquals(new TreeSet<>(Arrays.asList(expected)), new TreeSet<>(found), () -> "found by " + query);
        assertEquals(expected.length, found.size(), () -> "found twice by " + query + ": " + found);
    }

    @Test
    @DisplayName("SI-1 what was applied is found after a refresh, as it was, and not before")
    final void roundTrip() {
        Document full = Document.of("id \u00e9/1")
                .text("title", "Gr\u00fc\u00df dich \uD83D\uDE00 World")
                .text("body", "kept as terms alone")
                .keyword("tags", "Red", "a b", "\u00e9")
                .number("price", -12.5)
                .date("at", START.plusMillis(1))
                .text("url", "https://example.org/?a=b&c=<d>")
                .build();
        index.apply(Batch.of(full, Document.of("bare").build()));
        try (IndexSnapshot before = index.snapshot()) {
            assertEquals(0, before.size(), "documents before the refresh");
            assertEquals(Optional.empty(), before.find("bare"));
        }
        index.refresh();
        Map<String, Value> stored = new TreeMap<>(full.values());
        stored.remove("body");
        try (IndexSnapshot after = index.snapshot()) {
            assertEquals(2, after.size());
            assertEquals(Optional.of(new Document(full.id(), stored)), after.find(full.id()));
            assertEquals(Optional.of(Document.of("bare").build()), after.find("bare"));
            assertEquals(Optional.empty(), after.find("other"));
            assertEquals(
                    List.of(new Document(full.id(), stored)),
                    after.search(Search.of(match("body", "alone"))).hits().stream()
                            .map(Hits.Hit::document)
                            .toList());
        }
        assertEquals(schema().fingerprint(), index.schema().fingerprint());
    }

    @Test
    @DisplayName("SI-2 one id is one document: the last one applied, within a batch and over refreshes")
    final void upserts() {
        have(title("1", "red"), title("2", "red"));
        have(title("1", "green"), title("3", "blue"), title("3", "black"), title("1", "white"));
        assertFinds(term("title", "red"), "2");
        assertFinds(term("title", "green"));
        assertFinds(term("title", "white"), "1");
        assertFinds(term("title", "blue"));
        assertFinds(term("title", "black"), "3");
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertEquals(3, snapshot.size());
            assertEquals(Optional.of("white"), snapshot.find("1").orElseThrow().text("title"));
        }
    }

    @Test
    @DisplayName("SI-3 what was deleted is gone; to delete what is not there is no error; a batch keeps its order")
    final void deletes() {
        have(title("1", "red"), title("2", "red"), title("3", "red"));
        index.apply(Batch.builder()
                .delete("1")
                .delete("none")
                .upsert(title("4", "red"))
                .delete("4")
                .delete("3")
                .upsert(title("3", "red too"))
                .build());
        assertFinds(term("title", "red"), "1", "2", "3");
        index.refresh();
        assertFinds(term("title", "red"), "2", "3");
        assertFinds(term("title", "too"), "3");
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertEquals(2, snapshot.size());
            assertEquals(Optional.empty(), snapshot.find("1"));
            assertEquals(Optional.empty(), snapshot.find("4"));
        }
    }

    @Test
    @DisplayName("SI-4 a batch that does not fit the schema changes nothing")
    final void refusedBatch() {
        have(title("1", "red"));
        List<Document> wrong = List.of(
                Document.of("x").text("nosuch", "a").build(),
                Document.of("x").text("tags", "a").build(),
                Document.of("x").keyword("title", "a").build(),
                Document.of("x").number("at", 1).build(),
                Document.of("x").date("price", START).build());
        for (Document each : wrong) {
            Batch batch = Batch.builder()
                    .upsert(title("2", "red"))
                    .delete("1")
                    .upsert(each)
                    .build();
            assertThrows(IllegalArgumentException.class, () -> index.apply(batch), each::toString);
        }
        index.refresh();
        assertFinds(Query.all(), "1");
        assertThrows(IllegalArgumentException.class, () -> Document.of("").build());
        assertThrows(IllegalArgumentException.class, () -> Document.of("x".repeat(513))
                .build());
        assertThrows(IllegalArgumentException.class, () -> Document.of("x").number("price", Double.NaN));
    }

    @Test
    @DisplayName("SI-5 a snapshot stays as it was, over batches, refreshes and commits")
    final void snapshots() {
        have(title("1", "red"), title("2", "red"));
        try (IndexSnapshot old = index.snapshot()) {
            index.apply(Batch.builder()
                    .delete("1")
                    .upsert(title("2", "green"))
                    .upsert(title("3", "red"))
                    .build());
            index.refresh();
            index.commit();
            assertEquals(2, old.size());
            assertEquals(
                    Set.of("1", "2"),
                    Set.copyOf(old.search(Search.of(term("title", "red"))).ids()));
            assertEquals(
                    List.of(), old.search(Search.of(term("title", "green"))).ids());
            assertTrue(old.find("1").isPresent());
        }
        assertFinds(term("title", "red"), "3");
    }

    @Test
    @DisplayName("SI-6 a snapshot sees a batch as a whole, while batches and refreshes go on")
    final void atomicBatches() throws Exception {
        assumeTrue(index.capabilities().contains(Capability.ATOMIC_BATCHES));
        int documents = 40;
        have(IntStream.range(0, documents)
                .mapToObj(i -> title("d" + i, "round0"))
                .toArray(Document[]::new));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread refresher = new Thread(() -> {
            while (!done.get()) {
                index.refresh();
            }
        });
        refresher.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        Thread writer = new Thread(() -> {
            for (int round = 1; round <= 30; round++) {
                Batch.Builder batch = Batch.builder();
                for (int i = 0; i < documents; i++) {
                    batch.upsert(title("d" + i, "round" + round));
                }
                index.apply(batch.build());
            }
            done.set(true);
        });
        writer.setUncaughtExceptionHandler((thread, thrown) -> {
            failure.set(thrown);
            done.set(true);
        });
        refresher.start();
        writer.start();
        while (!done.get()) {
            assertOneRound(documents);
        }
        writer.join(TimeUnit.SECONDS.toMillis(30));
        refresher.join(TimeUnit.SECONDS.toMillis(30));
        assertEquals(null, failure.get());
        index.refresh();
        assertFinds(
                term("title", "round30"),
                IntStream.range(0, documents).mapToObj(i -> "d" + i).toArray(String[]::new));
    }

    private void assertOneRound(int documents) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            Hits hits = snapshot.search(Search.of(Query.all()).top(1_000).countAll());
            Set<String> rounds = new HashSet<>();
            hits.hits().forEach(hit -> rounds.add(hit.document().text("title").orElseThrow()));
            assertEquals(1, rounds.size(), () -> "rounds seen at once: " + rounds);
            assertEquals(documents, hits.hits().size(), "documents seen at once");
            assertEquals(documents, snapshot.size());
        }
    }

    @Test
    @DisplayName("SI-7 a term query takes the term as it is, in text and keyword fields")
    final void terms() {
        have(
                Document.of("1")
                        .text("title", "Red fox")
                        .keyword("tags", "Red Fox", "x")
                        .build(),
                Document.of("2")
                        .text("title", "fox")
                        .keyword("tags", "red", "X")
                        .build());
        assertFinds(term("title", "red"), "1");
        assertFinds(term("title", "Red"));
        assertFinds(term("title", "fox"), "1", "2");
        assertFinds(term("title", "red fox"));
        assertFinds(term("tags", "Red Fox"), "1");
        assertFinds(term("tags", "red"), "2");
        assertFinds(term("tags", "fox"));
        assertFinds(term("body", "fox"));
    }

    @Test
    @DisplayName("SI-8 a match query analyses its text: any of the words, all, or so many at least")
    final void matches() {
        have(
                title("1", "quick red fox"),
                title("2", "quick brown dog"),
                title("3", "slow red dog"),
                title("4", "nothing else"));
        assertFinds(match("title", "QUICK Red"), "1", "2", "3");
        assertFinds(matchAll("title", "QUICK Red"), "1");
        assertFinds(matchAll("title", "quick red nosuch"));
        assertFinds(match("title", "quick nosuch"), "1", "2");
        assertFinds(new Query.Match("title", "quick red dog", Query.Operator.OR, 2), "1", "2", "3");
        assertFinds(new Query.Match("title", "quick red fox dog", Query.Operator.OR, 3), "1");
        assertFinds(new Query.Match("title", "quick red", Query.Operator.OR, 9), "1");
        assertFinds(match("title", ""));
        assertFinds(matchAll("title", " "));
        assertThrows(IllegalArgumentException.class, () -> new Query.Match("title", "a", Query.Operator.OR, 0));
    }

    @Test
    @DisplayName("SI-9 a phrase query finds the words in their order, moved by no more than its slop")
    final void phrases() {
        have(
                title("1", "a quick red fox"),
                title("2", "red quick fox"),
                title("3", "quick and red fox"),
                title("4", "quick"),
                title("5", "to be or not to be"),
                title("6", "be to"),
                Document.of("7").text("title", "quick").text("body", "red").build());
        assertFinds(phrase("title", "Quick RED"), "1");
        assertFinds(phrase("title", "red fox"), "1", "3");
        assertFinds(phrase("title", "quick red fox"), "1");
        assertFinds(phrase("title", "quick"), "1", "2", "3", "4", "7");
        assertFinds(new Query.Phrase("title", "quick red", 1), "1", "3");
        assertFinds(new Query.Phrase("title", "quick red", 2), "1", "2", "3");
        assertFinds(new Query.Phrase("title", "quick fox", 1), "1", "2");
        assertFinds(phrase("title", "to be"), "5");
        assertFinds(phrase("title", "or not to"), "5");
        assertFinds(phrase("title", "not or"));
        assertFinds(phrase("title", ""));
        assertFinds(phrase("title", "quick nosuch"));
        assertThrows(IllegalArgumentException.class, () -> new Query.Phrase("title", "a", -1));
    }

    @Test
    @DisplayName("SI-10 a prefix query finds all that begins so, however many terms there are")
    final void prefixes() {
        Document[] many = IntStream.range(0, 1_500)
                .mapToObj(i -> Document.of("m" + i)
                        .text("title", "w" + i)
                        .keyword("tags", "Tag " + i)
                        .build())
                .toArray(Document[]::new);
        have(many);
        have(
                title("a", "car"),
                title("b", "cart carts"),
                title("c", "ca"),
                title("d", "\u00e9t\u00e9"),
                title("e", "cb"));
        assertFinds(prefix("title", "car"), "a", "b");
        assertFinds(prefix("title", "ca"), "a", "b", "c");
        assertFinds(prefix("title", "carts"), "b");
        assertFinds(prefix("title", "cartss"));
        assertFinds(prefix("title", "\u00e9"), "d");
        assertEquals(
                1_500, index.search(Search.of(prefix("title", "w")).countAll()).total());
        assertEquals(
                111, index.search(Search.of(prefix("tags", "Tag 7")).countAll()).total());
        assertFinds(prefix("title", "c").boost(2), "a", "b", "c", "e");
    }

    @Test
    @DisplayName(
            "SI-11 a fuzzy query counts code points inserted, removed, replaced, or exchanged with their neighbour")
    final void fuzzies() {
        have(
                title("1", "search"),
                title("2", "saerch"),
                title("3", "serch"),
                title("4", "ssearch"),
                title("5", "scorch"),
                title("6", "seaxyz"),
                title("7", "xearch"),
                title("8", "\uD83D\uDE00\uD83D\uDE01"),
                title("9", "saercx"));
        assertFinds(fuzzy("title", "search", 0), "1");
        assertFinds(fuzzy("title", "search", 1), "1", "2", "3", "4", "7");
        assertFinds(fuzzy("title", "search", 2), "1", "2", "3", "4", "5", "7", "9");
        assertFinds(new Query.Fuzzy("title", "search", 2, 1, 50), "1", "2", "3", "4", "5", "9");
        assertFinds(new Query.Fuzzy("title", "search", 2, 6, 50), "1");
        assertFinds(fuzzy("title", "\uD83D\uDE01\uD83D\uDE00", 1), "8");
        assertFinds(fuzzy("title", "\uD83D\uDE00x", 1), "8");
        assertFinds(fuzzy("title", "nosuchthing", 2));
        assertThrows(IllegalArgumentException.class, () -> fuzzy("title", "a", 3));
        have(title("a1", "zaa"), title("a2", "zab"), title("a3", "zac"), title("a4", "zaa"));
        Hits cut = index.search(Search.of(new Query.Fuzzy("title", "zad", 1, 0, 1)));
        assertEquals(Set.of("a1", "a4"), Set.copyOf(cut.ids()), "the most frequent of the nearest");
        if (index.capabilities().contains(Capability.REPORTS_CUT)) {
            assertTrue(cut.cut(), "more terms than were taken");
            assertFalse(index.search(Search.of(fuzzy("title", "zad", 1))).cut(), "all terms taken");
        }
    }

    @Test
    @DisplayName("SI-12 a boolean query is all of must and filter, none of mustNot, and so many of should")
    final void booleans() {
        have(title("1", "a b"), title("2", "a c"), title("3", "b c"), title("4", "a b c"), title("5", "d"));
        Query a = term("title", "a");
        Query b = term("title", "b");
        Query c = term("title", "c");
        assertFinds(bool().andMust(a).andMust(b), "1", "4");
        assertFinds(bool().andMust(a).andNot(b), "2");
        assertFinds(bool().andFilter(a).andFilter(c), "2", "4");
        assertFinds(any(a, b), "1", "2", "3", "4");
        assertFinds(bool().andShould(a).andShould(b), "1", "2", "3", "4");
        assertFinds(bool().andMust(a).andShould(b), "1", "2", "4");
        assertFinds(new Query.Bool(List.of(a), List.of(b, c), List.of(), List.of(), 1), "1", "2", "4");
        assertFinds(new Query.Bool(List.of(), List.of(a, b, c), List.of(), List.of(), 2), "1", "2", "3", "4");
        assertFinds(new Query.Bool(List.of(), List.of(a, b, c), List.of(), List.of(), 3), "4");
        assertFinds(bool().andNot(a), "3", "5");
        assertFinds(bool().andMust(any(a, b)).andMust(any(b, c)).andNot(phrase("title", "b c")), "1", "2");
        List<Hits.Hit> hits = index.search(
                        Search.of(bool().andMust(a).andShould(b).andFilter(c)))
                .hits();
        assertEquals(List.of("4", "2"), hits.stream().map(Hits.Hit::id).toList(), "a should adds to the score");
        assertEquals(
                score(a, "2"), score(bool().andMust(a).andFilter(c), "2"), 1e-6, "a filter adds nothing to the score");
        assertEquals(score(a, "1") + score(b, "1"), score(Query.all(a, b), "1"), 1e-5);
        assertEquals(0, score(bool().andFilter(a), "1"), 1e-6);
    }

    private double score(Query query, String id) {
        return index.search(Search.of(query).top(1_000)).hits().stream()
                .filter(hit -> hit.id().equals(id))
                .findFirst()
                .orElseThrow()
                .score();
    }

    @Test
    @DisplayName("SI-13 a range has ends or none, included or not, of numbers, times and keywords")
    final void ranges() {
        List<Document> all = new ArrayList<>();
        for (int i = -2; i <= 2; i++) {
            all.add(Document.of("n" + i)
                    .number("price", i / 2.0)
                    .date("at", START.plusSeconds(i))
                    .keyword("tags", "k" + (char) ('c' + i), "z")
                    .build());
        }
        all.add(Document.of("none").build());
        have(all.toArray(Document[]::new));
        assertFinds(range("price", number(-0.5), number(0.5)), "n-1", "n0", "n1");
        assertFinds(range("price", number(0.25), null), "n1", "n2");
        assertFinds(range("price", null, number(-0.25)), "n-2", "n-1");
        assertFinds(range("price", null, null), "n-2", "n-1", "n0", "n1", "n2");
        assertFinds(range("price", number(-0.0), number(0.0)), "n0");
        assertFinds(
                new Query.Range("price", new Query.Bound(number(0), false), new Query.Bound(number(1), false)), "n1");
        assertFinds(range("at", new Value.Date(START), new Value.Date(START.plusSeconds(1))), "n0", "n1");
        assertFinds(new Query.Range("at", new Query.Bound(new Value.Date(START), false), null), "n1", "n2");
        assertFinds(range("tags", keyword("kb"), keyword("kc")), "n-1", "n0");
        assertFinds(new Query.Range("tags", null, new Query.Bound(keyword("kb"), false)), "n-2");
        assertFinds(range("price", number(1), number(-1)));
        assertEquals(1, score(range("price", number(0), null), "n0"), 1e-6);
        assertEquals(3, score(range("price", number(0), null).boost(3), "n0"), 1e-6);
    }

    private static Value number(double number) {
        return new Value.Numeric(number);
    }

    private static Value keyword(String value) {
        return new Value.Keywords(List.of(value));
    }

    @Test
    @DisplayName("SI-14 all are all, with score 1; of an empty index nothing is found")
    final void all() {
        assertFinds(Query.all());
        assertFinds(match("title", "a"));
        assertEquals(0, index.search(Search.of(Query.all())).total());
        have(title("1", "a"), title("2", "b"), Document.of("3").build());
        assertFinds(Query.all(), "1", "2", "3");
        assertEquals(1, score(Query.all(), "3"), 1e-6);
        assertEquals(List.of(), index.search(Search.of(Query.all()).top(0)).hits());
        assertEquals(3, index.search(Search.of(Query.all()).top(0)).total());
    }

    @Test
    @DisplayName("SI-15 a boost multiplies scores and finds the same")
    final void boosts() {
        have(title("1", "a b"), title("2", "b c c c"), title("3", "b"));
        assertEquals(
                2.5 * score(term("title", "a"), "1"), score(term("title", "a").boost(2.5), "1"), 1e-5);
        assertEquals(
                4 * score(match("title", "b c"), "2"),
                score(match("title", "b c").boost(2).boost(2), "2"),
                1e-5);
        assertEquals(
                3 * score(phrase("title", "b c"), "2"),
                score(phrase("title", "b c").boost(3), "2"),
                1e-5);
        assertEquals(
                score(term("title", "a"), "1") + 7 * score(term("title", "b"), "1"),
                score(any(term("title", "a"), term("title", "b").boost(7)), "1"),
                1e-4);
        assertThrows(IllegalArgumentException.class, () -> Query.all().boost(0));
        assertThrows(IllegalArgumentException.class, () -> Query.all().boost(Double.NaN));
    }

    @Test
    @DisplayName(
            "SI-16 a query, sort, facet or highlight of a field that is not there, or is of another type, is refused")
    final void refusedSearches() {
        have(title("1", "a"));
        List<Query> wrong = List.of(
                term("nosuch", "a"),
                term("price", "a"),
                match("tags", "a"),
                phrase("url", "a"),
                prefix("at", "a"),
                fuzzy("tags", "a", 1),
                range("title", keyword("a"), null),
                range("price", keyword("a"), null),
                range("at", number(1), null),
                Query.all(match("nosuch", "a")),
                bool().andNot(match("nosuch", "a")));
        for (Query query : wrong) {
            assertThrows(IllegalArgumentException.class, () -> ids(query), query::toString);
        }
        Search search = Search.of(Query.all());
        assertThrows(IllegalArgumentException.class, () -> index.search(search.sort(Sort.ascending("title"))));
        assertThrows(IllegalArgumentException.class, () -> index.search(search.sort(Sort.ascending("nosuch"))));
        assertThrows(IllegalArgumentException.class, () -> index.search(search.facets(Facet.of("title"))));
        assertThrows(IllegalArgumentException.class, () -> index.search(search.highlight(Highlight.of("tags"))));
        assertThrows(IllegalArgumentException.class, () -> index.search(search.highlight(Highlight.of("body"))));
    }

    @Test
    @DisplayName("SI-17 over random documents, changes and queries a search finds what a scan finds")
    final void sameAsAScan() {
        Random random = new Random(42);
        Map<String, List<String>> model = new TreeMap<>();
        for (int round = 0; round < 8; round++) {
            Batch.Builder batch = Batch.builder();
            for (int i = 0; i < 40; i++) {
                String id = "d" + random.nextInt(200);
                if (random.nextInt(4) == 0) {
                    batch.delete(id);
                    model.remove(id);
                } else {
                    List<String> words = IntStream.range(0, 1 + random.nextInt(8))
                            .mapToObj(w -> word(random))
                            .toList();
                    batch.upsert(title(id, String.join(" ", words)));
                    model.put(id, words);
                }
            }
            index.apply(batch.build());
            index.refresh();
            try (IndexSnapshot snapshot = index.snapshot()) {
                for (int q = 0; q < 15; q++) {
                    assertSameAsScan(snapshot, model, random);
                }
            }
        }
    }

    private static String word(Random random) {
        return Character.toString("abcdefgh".charAt(Math.min(random.nextInt(8), random.nextInt(8))))
                + (random.nextBoolean() ? "x" : "");
    }

    private static void assertSameAsScan(IndexSnapshot snapshot, Map<String, List<String>> model, Random random) {
        String a = word(random);
        String b = word(random);
        String c = word(random);
        Map<Query, Predicate<List<String>>> queries = Map.of(
                match("title", a + " " + b),
                words -> words.contains(a) || words.contains(b),
                matchAll("title", a + " " + b + " " + c),
                words -> words.containsAll(List.of(a, b, c)),
                phrase("title", a + " " + b),
                words -> Collections.indexOfSubList(words, List.of(a, b)) >= 0,
                bool().andMust(any(term("title", a), term("title", b))).andNot(term("title", c)),
                words -> (words.contains(a) || words.contains(b)) && !words.contains(c),
                prefix("title", a.substring(0, 1)),
                words -> words.stream().anyMatch(word -> word.startsWith(a.substring(0, 1))));
        queries.forEach((query, predicate) -> {
            Set<String> expected = new TreeSet<>();
            model.forEach((id, words) -> {
                if (predicate.test(words)) {
                    expected.add(id);
                }
            });
            Hits hits = snapshot.search(Search.of(query).top(1_000).countAll());
            assertEquals(expected, new TreeSet<>(hits.ids()), query::toString);
            assertEquals(expected.size(), hits.total(), query::toString);
        });
    }

    @Test
    @DisplayName("SI-18 best first: the rarer word, the word more often, the shorter text, the nearer term, more words")
    final void ranking() {
        have(
                title("often", "a a a x x x"),
                title("once", "a x x x x x"),
                title("short", "b x"),
                title("long", "b x x x x x x x x x"),
                title("rare", "q x"),
                title("common", "x x"),
                title("both", "m n"),
                title("one", "m x"),
                title("near", "house"),
                title("nearer", "mouse"),
                title("filler", "x n"));
        assertOrder(match("title", "a"), "often", "once");
        assertOrder(match("title", "b"), "short", "long");
        assertEquals("rare", ids(match("title", "q x")).get(0));
        assertEquals("both", ids(match("title", "m n")).get(0));
        assertOrder(fuzzy("title", "mouse", 1), "nearer", "near");
        for (Hits.Hit hit :
                index.search(Search.of(match("title", "a b q x m n")).top(50)).hits()) {
            assertTrue(hit.score() > 0 && Double.isFinite(hit.score()), hit::toString);
        }
    }

    private void assertOrder(Query query, String... expected) {
        assertEquals(List.of(expected), ids(query), query::toString);
    }

    @Test
    @DisplayName("SI-19 the order is by score, ties in one order, however many are asked for")
    final void oneOrder() {
        haveTies();
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (Query query : List.of(match("title", "tie"), match("title", "tie odd"), Query.all())) {
                List<Hits.Hit> all =
                        snapshot.search(Search.of(query).top(1_000)).hits();
                for (int i = 1; i < all.size(); i++) {
                    assertTrue(all.get(i - 1).score() >= all.get(i).score(), "scores fall");
                }
                List<String> ids = all.stream().map(Hits.Hit::id).toList();
                for (int top : new int[] {1, 2, 10, 57, 100}) {
                    assertEquals(
                            ids.subList(0, top),
                            snapshot.search(Search.of(query).top(top)).ids(),
                            () -> "the first " + top + " of " + query);
                }
            }
        }
    }

    private void haveTies() {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            documents.add(Document.of("t" + i * 37 % 100)
                    .text("title", i % 3 == 0 ? "tie odd" : "tie even")
                    .number("price", i % 4)
                    .keyword("tags", "g" + i % 5)
                    .build());
            if (i == 50) {
                index.apply(Batch.of(documents));
                index.refresh();
                documents.clear();
            }
        }
        documents.add(Document.of("unpriced").text("title", "tie even").build());
        have(documents.toArray(Document[]::new));
    }

    @Test
    @DisplayName("SI-20 pages by score join without gaps or repeats, ties too")
    final void pagesByScore() {
        haveTies();
        assertPages(match("title", "tie"));
        assertPages(match("title", "tie odd"));
        assertPages(Query.all());
        assertPages(bool().andFilter(term("title", "odd")));
    }

    private void assertPages(Query query, Sort... sorts) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            List<String> all =
                    snapshot.search(Search.of(query).top(1_000).sort(sorts)).ids();
            for (int size : new int[] {1, 7}) {
                List<String> joined = new ArrayList<>();
                Search search = Search.of(query).top(size).sort(sorts);
                Hits page = snapshot.search(search);
                while (!page.hits().isEmpty() && joined.size() <= all.size()) {
                    joined.addAll(page.ids());
                    page = snapshot.search(
                            search.after(page.hits().get(page.hits().size() - 1).cursor()));
                }
                assertEquals(all, joined, () -> "pages of " + size + " of " + query);
            }
        }
    }

    @Test
    @DisplayName("SI-21 sorted by values, up or down, then by the next; without a value last; pages join")
    final void sorts() {
        have(
                Document.of("1")
                        .number("price", 2)
                        .keyword("tags", "b", "y")
                        .date("at", START)
                        .build(),
                Document.of("2").number("price", -1).keyword("tags", "a", "z").build(),
                Document.of("3")
                        .number("price", 2)
                        .keyword("tags", "c")
                        .date("at", START.minusSeconds(1))
                        .build(),
                Document.of("4").build(),
                Document.of("5")
                        .number("price", 10)
                        .date("at", START.plusSeconds(1))
                        .build());
        assertSorted("2 1 3 5 4", Sort.ascending("price"), Sort.ascending("tags"));
        assertSorted("5 3 1 2 4", Sort.descending("price"), Sort.ascending("at"));
        assertSorted("3 1 5", Sort.ascending("at"));
        assertSorted("5 1 3", Sort.descending("at"));
        assertSorted("2 1 3", Sort.ascending("tags"));
        assertSorted("2 1 3", Sort.descending("tags"));
        haveTies();
        assertPages(match("title", "tie"), Sort.ascending("price"));
        assertPages(match("title", "tie"), Sort.descending("price"), Sort.score());
        assertPages(Query.all(), Sort.descending("tags"), Sort.ascending("price"));
        assertPages(Query.all(), Sort.ascending("at"));
        assertPages(match("title", "tie odd"), Sort.score(), Sort.ascending("tags"));
    }

    private void assertSorted(String expected, Sort... sorts) {
        String found = String.join(
                " ", index.search(Search.of(Query.all()).sort(sorts)).ids());
        assertTrue(found.startsWith(expected), () -> Arrays.toString(sorts) + " gave " + found);
    }

    @Test
    @DisplayName(
            "SI-22 facets count the documents that match, by value, the most frequent first, ties by value, and the missing")
    final void facets() {
        have(
                Document.of("1").text("title", "x").keyword("tags", "b", "a").build(),
                Document.of("2").text("title", "x").keyword("tags", "b").build(),
                Document.of("3").text("title", "x").keyword("tags", "c", "b").build(),
                Document.of("4").text("title", "x").build(),
                Document.of("5").text("title", "y").keyword("tags", "a").build(),
                Document.of("6").text("title", "x").keyword("tags", "d").build());
        index.apply(Batch.builder().delete("6").build());
        index.refresh();
        Hits hits = index.search(Search.of(match("title", "x")).top(1).facets(Facet.of("tags")));
        assertEquals(
                new Hits.Counts(List.of(new Hits.Count("b", 3), new Hits.Count("a", 1), new Hits.Count("c", 1)), 1),
                hits.counts("tags"));
        assertEquals(4, hits.total());
        assertEquals(
                List.of(new Hits.Count("b", 3)),
                index.search(Search.of(match("title", "x")).facets(new Facet("tags", 1, Set.of())))
                        .counts("tags")
                        .values());
    }

    @Test
    @DisplayName("SI-23 a choice in a facet narrows the hits and the other facets, not its own counts")
    final void drillSideways() {
        index.close();
        index = open(Schema.builder().keyword("color").keyword("size").build());
        have(
                garment("1", "red", "s"),
                garment("2", "red", "m"),
                garment("3", "blue", "s"),
                garment("4", "blue", "l"),
                garment("5", "green", "s"));
        Hits hits = index.search(Search.of(Query.all())
                .facets(
                        Facet.of("color").choose("red", "blue"),
                        Facet.of("size").choose("s")));
        assertEquals(Set.of("1", "3"), Set.copyOf(hits.ids()));
        assertEquals(2, hits.total());
        assertEquals(
                List.of(new Hits.Count("blue", 1), new Hits.Count("green", 1), new Hits.Count("red", 1)),
                hits.counts("color").values());
        assertEquals(
                List.of(new Hits.Count("s", 2), new Hits.Count("l", 1), new Hits.Count("m", 1)),
                hits.counts("size").values());
        hits = index.search(Search.of(Query.all()).facets(Facet.of("color").choose("red"), Facet.of("size")));
        assertEquals(
                List.of(new Hits.Count("m", 1), new Hits.Count("s", 1)),
                hits.counts("size").values());
        assertEquals(
                List.of(new Hits.Count("blue", 2), new Hits.Count("red", 2), new Hits.Count("green", 1)),
                hits.counts("color").values());
    }

    private static Document garment(String id, String color, String size) {
        return Document.of(id).keyword("color", color).keyword("size", size).build();
    }

    @Test
    @DisplayName("SI-24 highlights mark what was found, escape the rest, and split no grapheme")
    final void highlights() {
        String html = "<script> fox & \"dog\" Fox";
        String families = (FAMILY.repeat(40) + " ").repeat(3) + "fox " + FAMILY.repeat(200);
        String accents = "e\u0301".repeat(150) + " fox " + "e\u0301".repeat(150);
        String words = "word ".repeat(100) + "fox " + "word ".repeat(300) + "foxes fox " + "end ".repeat(100);
        have(title("html", html), title("families", families), title("accents", accents), title("words", words));
        assertMarked("html", html, match("title", "fox dogs"), Set.of("fox", "Fox"));
        assertMarked("html", html, matchAll("title", "<script> fox"), Set.of("<script>", "fox", "Fox"));
        assertMarked("families", families, match("title", "fox"), Set.of("fox"));
        assertMarked("accents", accents, match("title", "fox"), Set.of("fox"));
        assertMarked("words", words, match("title", "fox"), Set.of("fox"));
        assertMarked("words", words, prefix("title", "fox"), Set.of("fox", "foxes"));
        assertMarked("words", words, fuzzy("title", "foxez", 2), Set.of("fox", "foxes"));
        assertMarked(
                "html", html, bool().andMust(term("title", "fox")).andNot(term("title", "end")), Set.of("fox", "Fox"));
        Hits none = index.search(Search.of(Query.all()).highlight(Highlight.of("title")));
        none.hits().forEach(hit -> assertEquals(Map.of(), hit.highlights(), "nothing to mark"));
    }

    private void assertMarked(String id, String text, Query query, Set<String> expected) {
        Highlight highlight = new Highlight(List.of("title"), 3, 60, "[[", "]]");
        Hits.Hit hit = index.search(Search.of(query).top(100).highlight(highlight)).hits().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
        List<String> fragments = hit.highlights().getOrDefault("title", List.of());
        assertTrue(!fragments.isEmpty() && fragments.size() <= 3, () -> "fragments: " + fragments);
        Set<String> marked = new HashSet<>();
        for (String fragment : fragments) {
            assertFalse(fragment.contains("<") || fragment.contains(">"), fragment);
            Matcher marks = Pattern.compile("\\[\\[(.*?)]]").matcher(fragment);
            while (marks.find()) {
                marked.add(unescape(marks.group(1)));
            }
            String plain = unescape(fragment.replace("[[", "").replace("]]", ""));
            assertTrue(cutsOf(text).contains(plain), () -> "not whole graphemes of the text: " + plain);
        }
        assertEquals(expected, marked, () -> "marked in " + fragments);
    }

    private static String unescape(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }

    /** A set of all parts of the text that begin and end between graphemes. */
    private static Cuts cutsOf(String text) {
        Set<Integer> bounds = new HashSet<>(Set.of(0));
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            bounds.add(graphemes.end());
        }
        return part -> {
            for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
                if (bounds.contains(at) && bounds.contains(at + part.length())) {
                    return true;
                }
            }
            return false;
        };
    }

    private interface Cuts {
        boolean contains(String part);
    }

    @Test
    @DisplayName("SI-25 an explanation has the hit's score, and there is none for what does not match")
    final void explanations() {
        have(
                title("1", "quick red fox"),
                Document.of("2").text("title", "red red dog").number("price", 3).build(),
                title("3", "other words"));
        List<Query> queries = List.of(
                match("title", "red fox"),
                matchAll("title", "quick red"),
                phrase("title", "red fox"),
                prefix("title", "re"),
                fuzzy("title", "foy", 1),
                Query.all().boost(2),
                range("price", number(1), null),
                bool().andMust(match("title", "red"))
                        .andShould(term("title", "dog").boost(3))
                        .andFilter(Query.all()));
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (Query query : queries) {
                Hits hits = snapshot.search(Search.of(query));
                for (String id : List.of("1", "2", "3", "none")) {
                    Optional<Double> score = hits.hits().stream()
                            .filter(hit -> hit.id().equals(id))
                            .map(Hits.Hit::score)
                            .findFirst();
                    Optional<Double> explained = snapshot.explain(query, id).map(Explanation::value);
                    assertEquals(score.isPresent(), explained.isPresent(), () -> query + " of " + id);
                    score.ifPresent(
                            value -> assertEquals(value, explained.orElseThrow(), 1e-5 * value, query::toString));
                }
            }
        }
    }

    @Test
    @DisplayName("SI-26 the total is exact up to the number asked for, and never too high")
    final void totals() {
        have(IntStream.range(0, 500)
                .mapToObj(i -> title("d" + i, i % 2 == 0 ? "a b" : "a"))
                .toArray(Document[]::new));
        for (Query query : List.of(match("title", "a b"), match("title", "a"), prefix("title", "a"), Query.all())) {
            Hits exact = index.search(Search.of(query).countAll());
            assertEquals(500, exact.total(), query::toString);
            assertTrue(exact.exact(), query::toString);
            Hits some = index.search(Search.of(query).countTo(20));
            assertTrue(some.total() >= 20 && some.total() <= 500, () -> query + " counted " + some.total());
            assertEquals(some.total() == 500 && some.exact(), some.exact());
            assertEquals(500, index.search(Search.of(query).countTo(600)).total());
            assertEquals(
                    500,
                    index.search(Search.of(query).countTo(0).sort(Sort.ascending("price")))
                            .total());
        }
        assertTrue(index.search(Search.of(matchAll("title", "a b"))).exact());
        assertEquals(250, index.search(Search.of(matchAll("title", "a b"))).total());
    }

    @Test
    @DisplayName("SI-27 an index refuses another schema than it was made with")
    final void otherSchema() {
        assumeTrue(index.capabilities().contains(Capability.DURABLE));
        have(title("1", "a"));
        index.commit();
        index.close();
        Schema other = schema(new OtherAnalyzer(analyzer()));
        assertThrows(SchemaMismatchException.class, () -> open(other).close());
        index = open(schema());
        assertFinds(match("title", "a"), "1");
    }

    private record OtherAnalyzer(Analyzer real) implements Analyzer {
        @Override
        public void analyze(CharSequence text, TokenSink sink) {
            real.analyze(text, sink);
        }

        @Override
        public String fingerprint() {
            return "other than " + real.fingerprint();
        }
    }

    @Test
    @DisplayName("SI-28 what was committed is there after the index was opened again, scores and all")
    final void durable() {
        assumeTrue(index.capabilities().contains(Capability.DURABLE));
        haveTies();
        index.apply(Batch.builder()
                .delete("t7")
                .upsert(Document.of("t8")
                        .text("title", "tie \u00e9")
                        .number("price", 1.5)
                        .date("at", START)
                        .keyword("tags", "new")
                        .build())
                .build());
        index.commit();
        index.refresh();
        List<Search> searches = List.of(
                Search.of(match("title", "tie odd")).top(200),
                Search.of(phrase("title", "tie even")).top(200).sort(Sort.descending("price")),
                Search.of(Query.all()).top(200).facets(Facet.of("tags")));
        List<Hits> before = searches.stream().map(index::search).toList();
        index.close();
        index = open(schema());
        for (int i = 0; i < searches.size(); i++) {
            assertEquals(before.get(i).ids(), index.search(searches.get(i)).ids());
            assertEquals(before.get(i).facets(), index.search(searches.get(i)).facets());
            assertEquals(
                    before.get(i).hits().get(0).document(),
                    index.search(searches.get(i)).hits().get(0).document());
            assertEquals(
                    before.get(i).hits().get(0).score(),
                    index.search(searches.get(i)).hits().get(0).score(),
                    1e-6);
        }
        have(title("t9", "after"));
        assertFinds(match("title", "after"), "t9");
    }

    @Test
    @DisplayName("SI-29 what is closed refuses; closing twice is no error")
    final void closed() {
        have(title("1", "a"));
        IndexSnapshot snapshot = index.snapshot();
        snapshot.close();
        snapshot.close();
        assertThrows(IllegalStateException.class, () -> snapshot.search(Search.of(Query.all())));
        assertThrows(IllegalStateException.class, snapshot::size);
        index.close();
        index.close();
        assertThrows(IllegalStateException.class, () -> index.apply(Batch.of(title("2", "b"))));
        assertThrows(IllegalStateException.class, index::refresh);
        assertThrows(IllegalStateException.class, index::commit);
        assertThrows(IllegalStateException.class, () -> index.search(Search.of(Query.all())));
    }
}
