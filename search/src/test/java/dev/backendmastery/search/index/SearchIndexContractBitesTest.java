package dev.backendmastery.search.index;

import dev.backendmastery.core.kit.Kit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each planted fault is convicted by its clauses and no others. */
final class SearchIndexContractBitesTest {

    /** A right index in memory with a fault planted in it. */
    abstract static class Planted extends SearchIndexContract {

        abstract SearchIndex plant(SearchIndex real);

        @Override
        protected SearchIndex open(Schema schema) {
            return plant(SegmentIndex.inMemory(schema).open());
        }
    }

    /** A fault in what is asked. */
    abstract static class Asks extends Planted {
        abstract Search ask(Search search);

        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                Search ask(Search search) {
                    return Asks.this.ask(search);
                }
            };
        }
    }

    /** A fault in what is answered. */
    abstract static class Answers extends Planted {
        abstract Hits answer(Search search, Hits hits);

        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                Hits answer(Search search, Hits hits) {
                    return Answers.this.answer(search, hits);
                }
            };
        }
    }

    private static Search with(Search search, Query query) {
        return new Search(
                query,
                search.top(),
                search.sorts(),
                search.after(),
                search.facets(),
                search.highlight(),
                search.countTo());
    }

    private static Hits with(Hits hits, List<Hits.Hit> others) {
        return new Hits(others, hits.total(), hits.exact(), hits.facets(), hits.cut());
    }

    /** Each query within a query, and the whole, becomes another. */
    private static Query each(Query query, UnaryOperator<Query> change) {
        if (query instanceof Query.Bool bool) {
            return change.apply(new Query.Bool(
                    all(bool.must(), change),
                    all(bool.should(), change),
                    all(bool.filter(), change),
                    all(bool.mustNot(), change),
                    bool.minimumShould()));
        }
        if (query instanceof Query.Boost boost) {
            return change.apply(new Query.Boost(each(boost.query(), change), boost.factor()));
        }
        return change.apply(query);
    }

    private static List<Query> all(List<Query> queries, UnaryOperator<Query> change) {
        return queries.stream().map(query -> each(query, change)).toList();
    }

    static final class NoFault extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real);
        }
    }

    static final class ShowsBeforeRefresh extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                public void apply(Batch batch) {
                    real.apply(batch);
                    real.refresh();
                }
            };
        }
    }

    static final class KeepsOldVersions extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            AtomicInteger number = new AtomicInteger();
            return new ForwardingIndex(real) {
                @Override
                public Set<Capability> capabilities() {
                    // Else what a reader sees by chance would convict it too.
                    return EnumSet.of(Capability.EXACT_STATISTICS);
                }

                @Override
                public void apply(Batch batch) {
                    Batch.Builder all = Batch.builder();
                    for (Batch.Operation operation : batch.operations()) {
                        if (operation instanceof Batch.Upsert upsert) {
                            try (IndexSnapshot now = real.snapshot()) {
                                now.find(operation.id())
                                        .ifPresent(old -> all.upsert(
                                                new Document("old" + number.incrementAndGet(), old.values())));
                            }
                            all.upsert(upsert.document());
                        } else {
                            all.delete(operation.id());
                        }
                    }
                    real.apply(all.build());
                }
            };
        }
    }

    static final class IgnoresDeletes extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                public void apply(Batch batch) {
                    real.apply(new Batch(batch.operations().stream()
                            .filter(Batch.Upsert.class::isInstance)
                            .toList()));
                }
            };
        }
    }

    static final class AppliesUpToTheError extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                public Set<Capability> capabilities() {
                    Set<Capability> all = EnumSet.copyOf(real.capabilities());
                    all.remove(Capability.ATOMIC_BATCHES);
                    return all;
                }

                @Override
                public void apply(Batch batch) {
                    batch.operations().forEach(operation -> real.apply(new Batch(List.of(operation))));
                }
            };
        }
    }

    static final class MovesSnapshots extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                IndexSnapshot forward(IndexSnapshot snapshot) {
                    return new Snapshot(snapshot) {
                        @Override
                        public Hits search(Search search) {
                            real.size();
                            try (IndexSnapshot now = index().snapshot()) {
                                return now.search(search);
                            }
                        }
                    };
                }

                private SearchIndex index() {
                    return real;
                }
            };
        }
    }

    static final class ShowsHalfABatch extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            AtomicInteger searches = new AtomicInteger();
            return new ForwardingIndex(real) {
                @Override
                public void apply(Batch batch) {
                    List<Batch.Operation> all = batch.operations();
                    if (all.size() == 40) {
                        real.apply(new Batch(all.subList(0, 20)));
                        real.refresh();
                        // A reader begins and ends in between, or nobody reads.
                        int wanted = searches.get() + 2;
                        for (int i = 0; i < 200 && searches.get() < wanted; i++) {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                        }
                        real.apply(new Batch(all.subList(20, 40)));
                    } else {
                        real.apply(batch);
                    }
                }

                @Override
                Hits answer(Search search, Hits hits) {
                    searches.incrementAndGet();
                    return hits;
                }
            };
        }
    }

    static final class AnalysesTerms extends Asks {
        @Override
        Search ask(Search search) {
            return with(
                    search,
                    each(
                            search.query(),
                            query -> query instanceof Query.Term term
                                            && term.field().equals("title")
                                    ? Query.match(term.field(), term.term())
                                    : query));
        }
    }

    static final class TakesAnyForAll extends Asks {
        @Override
        Search ask(Search search) {
            return with(
                    search,
                    each(
                            search.query(),
                            query -> query instanceof Query.Match match && match.operator() == Query.Operator.AND
                                    ? Query.match(match.field(), match.text())
                                    : query));
        }
    }

    static final class IgnoresOrder extends Asks {
        @Override
        Search ask(Search search) {
            return with(
                    search,
                    each(
                            search.query(),
                            query -> query instanceof Query.Phrase phrase
                                    ? Query.matchAll(phrase.field(), phrase.text())
                                    : query));
        }
    }

    static final class LimitsPrefixes extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            return search.query() instanceof Query.Prefix
                    ? new Hits(hits.hits(), Math.min(1_024, hits.total()), hits.exact(), hits.facets(), hits.cut())
                    : hits;
        }
    }

    static final class CountsAnExchangeTwice extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            if (!(search.query() instanceof Query.Fuzzy fuzzy)) {
                return hits;
            }
            List<Hits.Hit> near = hits.hits().stream()
                    .filter(hit ->
                            plain(fuzzy.term(), hit.document().text("title").orElse("")) <= fuzzy.edits())
                    .toList();
            return with(hits, near);
        }

        /** Without the exchange. */
        private static int plain(String word, String other) {
            int[] a = word.codePoints().toArray();
            int[] b = other.codePoints().toArray();
            int[][] table = new int[a.length + 1][b.length + 1];
            for (int i = 0; i <= a.length; i++) {
                for (int j = 0; j <= b.length; j++) {
                    table[i][j] = i == 0 || j == 0
                            ? i + j
                            : Math.min(
                                    Math.min(table[i - 1][j], table[i][j - 1]) + 1,
                                    table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                }
            }
            return table[a.length][b.length];
        }
    }

    static final class ScoresFilters extends Asks {
        @Override
        Search ask(Search search) {
            return with(search, each(search.query(), query -> {
                if (query instanceof Query.Bool bool && !bool.filter().isEmpty()) {
                    List<Query> must = new ArrayList<>(bool.must());
                    must.addAll(bool.filter());
                    return new Query.Bool(must, bool.should(), List.of(), bool.mustNot(), bool.minimumShould());
                }
                return query;
            }));
        }
    }

    static final class IncludesAllEnds extends Asks {
        @Override
        Search ask(Search search) {
            return with(
                    search,
                    each(
                            search.query(),
                            query -> query instanceof Query.Range range
                                    ? Query.range(
                                            range.field(),
                                            range.lower() == null
                                                    ? null
                                                    : range.lower().value(),
                                            range.upper() == null
                                                    ? null
                                                    : range.upper().value())
                                    : query));
        }
    }

    static final class FindsNothingByAll extends Asks {
        @Override
        Search ask(Search search) {
            return search.query() instanceof Query.All && search.top() == 0
                    ? with(search, Query.bool().andNot(Query.all()))
                    : search;
        }
    }

    static final class IgnoresBoosts extends Asks {
        @Override
        Search ask(Search search) {
            return with(
                    search, each(search.query(), query -> query instanceof Query.Boost boost ? boost.query() : query));
        }
    }

    static final class FindsNothingInWrongFields extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                IndexSnapshot forward(IndexSnapshot snapshot) {
                    return new Snapshot(snapshot) {
                        @Override
                        public Hits search(Search search) {
                            try {
                                return real.search(search);
                            } catch (IllegalArgumentException e) {
                                return new Hits(List.of(), 0, true, Map.of(), false);
                            }
                        }
                    };
                }
            };
        }
    }

    static final class WorstFirst extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            if (!search.sorts().isEmpty() || search.after() != null || search.top() < 50) {
                return hits;
            }
            List<Hits.Hit> turned = new ArrayList<>(hits.hits());
            turned.sort(Comparator.comparingDouble(Hits.Hit::score));
            return with(hits, turned);
        }
    }

    static final class BreaksTiesByHowManyAreWanted extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            List<Hits.Hit> sorted = new ArrayList<>(hits.hits());
            if (search.top() == 57) {
                sorted.sort(Comparator.comparingDouble(Hits.Hit::score)
                        .reversed()
                        .thenComparing(Hits.Hit::id, Comparator.reverseOrder()));
            }
            return with(hits, sorted);
        }
    }

    static final class SkipsTies extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            if (search.after() == null || !search.sorts().isEmpty()) {
                return hits;
            }
            double last =
                    (Double) Objects.requireNonNull(search.after().values().get(0));
            return with(
                    hits, hits.hits().stream().filter(hit -> hit.score() < last).toList());
        }
    }

    static final class MissingFirst extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            if (search.sorts().isEmpty() || search.after() != null || search.top() != 10) {
                return hits;
            }
            List<Hits.Hit> turned = new ArrayList<>(hits.hits());
            turned.sort(Comparator.comparing(hit -> hit.document().values().containsKey("price")));
            return with(hits, turned);
        }
    }

    static final class CountsDeleted extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                private long deleted;

                @Override
                public void apply(Batch batch) {
                    real.apply(batch);
                    deleted += batch.operations().stream()
                            .filter(Batch.Delete.class::isInstance)
                            .count();
                }

                @Override
                Hits answer(Search search, Hits hits) {
                    Map<String, Hits.Counts> facets = new LinkedHashMap<>();
                    hits.facets()
                            .forEach((field, counts) ->
                                    facets.put(field, new Hits.Counts(counts.values(), counts.missing() + deleted)));
                    return new Hits(hits.hits(), hits.total(), hits.exact(), facets, hits.cut());
                }
            };
        }
    }

    static final class CountsOnlyTheChosen extends Asks {
        @Override
        Search ask(Search search) {
            Query query = search.query();
            for (Facet facet : search.facets()) {
                if (!facet.chosen().isEmpty()) {
                    query = Query.bool()
                            .andMust(query)
                            .andFilter(Query.any(facet.chosen().stream()
                                    .map(value -> Query.term(facet.field(), value))
                                    .toArray(Query[]::new)));
                }
            }
            return with(search, query);
        }
    }

    /** A fault in fragments. */
    abstract static class Fragments extends Answers {
        abstract String fragment(String fragment);

        @Override
        Hits answer(Search search, Hits hits) {
            return with(
                    hits,
                    hits.hits().stream()
                            .map(hit -> {
                                Map<String, List<String>> changed = new LinkedHashMap<>();
                                hit.highlights()
                                        .forEach((field, all) -> changed.put(
                                                field,
                                                all.stream().map(this::fragment).toList()));
                                return new Hits.Hit(hit.id(), hit.score(), hit.document(), hit.cursor(), changed);
                            })
                            .toList());
        }
    }

    static final class EscapesNothing extends Fragments {
        @Override
        String fragment(String fragment) {
            return fragment.replace("&lt;", "<").replace("&gt;", ">");
        }
    }

    static final class SplitsSurrogates extends Fragments {
        @Override
        String fragment(String fragment) {
            boolean pair = fragment.length() > 1 && Character.isSurrogatePair(fragment.charAt(0), fragment.charAt(1));
            return pair ? fragment.substring(1) : fragment;
        }
    }

    static final class ExplainsAnyDocument extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                IndexSnapshot forward(IndexSnapshot snapshot) {
                    return new Snapshot(snapshot) {
                        @Override
                        public Optional<Explanation> explain(Query query, String id) {
                            return Optional.of(real.explain(query, id).orElse(Explanation.of(0, "does not match")));
                        }
                    };
                }
            };
        }
    }

    static final class CountsTooMany extends Answers {
        @Override
        Hits answer(Search search, Hits hits) {
            return hits.exact() || search.top() != 10
                    ? hits
                    : new Hits(hits.hits(), 10_000, false, hits.facets(), hits.cut());
        }
    }

    static final class TakesAnySchema extends SearchIndexContract {
        @TempDir
        Path folder = Path.of("");

        @Override
        protected SearchIndex open(Schema schema) {
            try {
                return SegmentIndex.in(folder, schema).open();
            } catch (SchemaMismatchException e) {
                return SegmentIndex.inMemory(schema).open();
            }
        }
    }

    static final class CommitsNothing extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                public Set<Capability> capabilities() {
                    return EnumSet.allOf(Capability.class);
                }
            };
        }
    }

    static final class AnswersWhenClosed extends Planted {
        @Override
        SearchIndex plant(SearchIndex real) {
            return new ForwardingIndex(real) {
                @Override
                public void close() {
                    real.refresh();
                }
            };
        }
    }

    @Test
    void noFault() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void showsBeforeRefresh() {
        Kit.convicts(ShowsBeforeRefresh.class, "SI-1", "SI-3");
    }

    @Test
    void keepsOldVersions() {
        Kit.convicts(KeepsOldVersions.class, "SI-2", "SI-3", "SI-5", "SI-17");
    }

    @Test
    void ignoresDeletes() {
        Kit.convicts(IgnoresDeletes.class, "SI-3", "SI-5", "SI-17", "SI-22");
    }

    @Test
    void appliesUpToTheError() {
        Kit.convicts(AppliesUpToTheError.class, "SI-4");
    }

    @Test
    void movesSnapshots() {
        Kit.convicts(MovesSnapshots.class, "SI-5");
    }

    @Test
    void showsHalfABatch() {
        Kit.convicts(ShowsHalfABatch.class, "SI-6");
    }

    @Test
    void analysesTerms() {
        Kit.convicts(AnalysesTerms.class, "SI-7");
    }

    @Test
    void takesAnyForAll() {
        Kit.convicts(TakesAnyForAll.class, "SI-8", "SI-17", "SI-25", "SI-26");
    }

    @Test
    void ignoresOrder() {
        Kit.convicts(IgnoresOrder.class, "SI-9", "SI-17");
    }

    @Test
    void limitsPrefixes() {
        Kit.convicts(LimitsPrefixes.class, "SI-10");
    }

    @Test
    void countsAnExchangeTwice() {
        Kit.convicts(CountsAnExchangeTwice.class, "SI-11", "SI-24", "SI-25");
    }

    @Test
    void scoresFilters() {
        Kit.convicts(ScoresFilters.class, "SI-12", "SI-25");
    }

    @Test
    void includesAllEnds() {
        Kit.convicts(IncludesAllEnds.class, "SI-13");
    }

    @Test
    void findsNothingByAll() {
        Kit.convicts(FindsNothingByAll.class, "SI-14");
    }

    @Test
    void ignoresBoosts() {
        Kit.convicts(IgnoresBoosts.class, "SI-13", "SI-15", "SI-25");
    }

    @Test
    void findsNothingInWrongFields() {
        Kit.convicts(FindsNothingInWrongFields.class, "SI-16");
    }

    @Test
    void worstFirst() {
        Kit.convicts(WorstFirst.class, "SI-18", "SI-19", "SI-20");
    }

    @Test
    void breaksTiesByHowManyAreWanted() {
        Kit.convicts(BreaksTiesByHowManyAreWanted.class, "SI-19");
    }

    @Test
    void skipsTies() {
        Kit.convicts(SkipsTies.class, "SI-20");
    }

    @Test
    void missingFirst() {
        Kit.convicts(MissingFirst.class, "SI-21");
    }

    @Test
    void countsDeleted() {
        Kit.convicts(CountsDeleted.class, "SI-22");
    }

    @Test
    void countsOnlyTheChosen() {
        Kit.convicts(CountsOnlyTheChosen.class, "SI-23");
    }

    @Test
    void escapesNothing() {
        Kit.convicts(EscapesNothing.class, "SI-24");
    }

    @Test
    void splitsSurrogates() {
        Kit.convicts(SplitsSurrogates.class, "SI-24");
    }

    @Test
    void explainsAnyDocument() {
        Kit.convicts(ExplainsAnyDocument.class, "SI-25");
    }

    @Test
    void countsTooMany() {
        Kit.convicts(CountsTooMany.class, "SI-26");
    }

    @Test
    void takesAnySchema() {
        Kit.convicts(TakesAnySchema.class, "SI-27");
    }

    @Test
    void commitsNothing() {
        Kit.convicts(CommitsNothing.class, "SI-27", "SI-28");
    }

    @Test
    void answersWhenClosed() {
        Kit.convicts(AnswersWhenClosed.class, "SI-29");
    }
}
