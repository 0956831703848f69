package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A snapshot of a {@link SegmentIndex}: its segments stay in memory as long as it is there. */
final class SegmentSnapshot implements IndexSnapshot {

    private final SegmentIndex.Reader reader;
    private volatile boolean closed;

    SegmentSnapshot(SegmentIndex.Reader reader) {
        this.reader = reader;
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the snapshot is closed");
        }
    }

    @Override
    public long size() {
        ensureOpen();
        return reader.size;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public Optional<Document> find(String id) {
        ensureOpen();
        int doc = docOf(id);
        return doc < 0 ? Optional.empty() : Optional.of(document(doc));
    }

    private int docOf(String id) {
        byte[] bytes = Utf8.encode(id);
        int hash = Ids.hash(bytes, 0, bytes.length);
        for (int i = reader.views.size() - 1; i >= 0; i--) {
            View view = reader.views.get(i);
            int doc = view.segment.ids().find(bytes, hash);
            if (doc >= 0 && view.has(doc)) {
                return reader.bases[i] + doc;
            }
        }
        return -1;
    }

    private Document document(int doc) {
        int number = reader.viewOf(doc);
        Segment segment = reader.views.get(number).segment;
        int local = doc - reader.bases[number];
        return segment.stored().document(reader.schema, segment.ids().text(local), local);
    }

    @Override
    public Optional<Explanation> explain(Query query, String id) {
        ensureOpen();
        Plan plan = new Planner(reader).plan(query);
        int doc = docOf(id);
        if (doc < 0) {
            return Optional.empty();
        }
        int number = reader.viewOf(doc);
        return Optional.ofNullable(plan.explain(reader.views.get(number), doc - reader.bases[number]));
    }

    @Override
    public Hits search(Search search) {
        ensureOpen();
        return search(search, false);
    }

    /** The same, without leaving anything out: what the way with bounds is measured by. */
    Hits searchExhaustively(Search search) {
        return search(search, true);
    }

    private Hits search(Search search, boolean exhaustively) {
        check(search);
        Planner planner = new Planner(reader);
        Plan plan = planner.plan(search.query());
        Highlighter highlighter =
                search.highlight() == null ? null : new Highlighter(reader.schema, search.query(), search.highlight());
        boolean byScore = search.sorts().isEmpty()
                || (search.sorts().get(0).field() == null && search.sorts().size() == 1);
        if (byScore && search.facets().isEmpty()) {
            return best(search, plan, planner.cut(), highlighter, exhaustively);
        }
        return sorted(search, plan, planner.cut(), highlighter);
    }

    private void check(Search search) {
        for (Sort sort : search.sorts()) {
            if (sort.field() != null) {
                Field field = reader.schema.field(sort.field());
                if (field instanceof Field.Text || field instanceof Field.Stored) {
                    throw new IllegalArgumentException(
                            "field to sort by must be a number, date or keyword field, was " + sort.field());
                }
            } else if (!sort.descending()) {
                throw new IllegalArgumentException("scores must be sorted descending");
            }
        }
        for (Facet facet : search.facets()) {
            if (!(reader.schema.field(facet.field()) instanceof Field.Keyword)) {
                throw new IllegalArgumentException("field of a facet must be a keyword field, was " + facet.field());
            }
        }
        int keys = Math.max(1, search.sorts().size()) + 1;
        if (search.after() != null && search.after().values().size() != keys) {
            throw new IllegalArgumentException("cursor must be one of the same sorts");
        }
    }

    /** The first document that came after this moment. */
    private int docAfter(long sequence) {
        for (int i = 0; i < reader.bases.length; i++) {
            long[] sequences = reader.views.get(i).segment.sequences();
            if (sequences[sequences.length - 1] > sequence) {
                int at = Arrays.binarySearch(sequences, sequence + 1);
                return reader.bases[i] + (at >= 0 ? at : -at - 1);
            }
        }
        return Integer.MAX_VALUE;
    }

    private static long sequenceIn(Cursor cursor) {
        if (cursor.values().get(cursor.values().size() - 1) instanceof Long sequence) {
            return sequence;
        }
        throw new IllegalArgumentException("cursor must be one that this index gave");
    }

    private Hits best(Search search, Plan plan, boolean cut, @Nullable Highlighter highlighter, boolean exhaustively) {
        double afterScore = Double.POSITIVE_INFINITY;
        int afterDoc = -1;
        if (search.after() != null) {
            if (!(search.after().values().get(0) instanceof Double score)) {
                throw new IllegalArgumentException("cursor must be one of a search by score");
            }
            afterScore = score;
            afterDoc = docAfter(sequenceIn(search.after())) - 1;
        }
        Top top = new Top(search.top(), afterScore, afterDoc, exhaustively ? Integer.MAX_VALUE : search.countTo());
        for (int i = 0; i < reader.bases.length; i++) {
            collect(plan, reader.views.get(i), reader.bases[i], top, exhaustively);
        }
        double[] scores = new double[top.size()];
        int[] docs = top.drain(scores);
        List<Hits.Hit> hits = new ArrayList<>(docs.length);
        for (int i = 0; i < docs.length; i++) {
            hits.add(hit(docs[i], scores[i], List.of(scores[i]), highlighter));
        }
        return new Hits(hits, top.count(), top.exact(), Map.of(), cut);
    }

    private void collect(Plan plan, View view, int base, Top top, boolean exhaustively) {
        if (!exhaustively) {
            List<Plan.OfTerm> terms = null;
            boolean all = false;
            if (plan instanceof Plan.OfTerm term) {
                terms = List.of(term);
            } else if (plan instanceof Plan.Any any) {
                terms = any.terms();
            } else if (plan instanceof Plan.All every) {
                terms = every.terms();
                all = true;
            }
            if (terms != null) {
                windows(terms, all, view, base, top);
                return;
            }
        }
        Matcher matcher = plan.on(view);
        if (matcher == null) {
            return;
        }
        boolean constant = matcher instanceof Matcher.OfBits || matcher instanceof PrefixMatcher;
        for (int doc = matcher.next(); doc != Matcher.NONE; doc = matcher.next()) {
            if (view.has(doc)) {
                double score = matcher.score();
                if (constant && !exhaustively && top.hopeless(score, base + doc)) {
                    top.skip();
                    return;
                }
                top.offer(base + doc, score);
                if (!constant && !exhaustively && top.maySkip()) {
                    matcher.atLeast(top.least());
                }
            }
        }
        if (matcher.skipped) {
            top.skip();
        }
    }

    private static void windows(List<Plan.OfTerm> terms, boolean all, View view, int base, Top top) {
        int count = terms.size();
        Inverted[] fields = new Inverted[count];
        int[] ordinals = new int[count];
        Weighing[] weighings = new Weighing[count];
        double[] weights = new double[count];
        int there = 0;
        for (Plan.OfTerm term : terms) {
            Inverted field = view.segment.inverted(term.field);
            int ordinal = field.terms.find(term.term);
            if (ordinal >= 0) {
                fields[there] = field;
                ordinals[there] = ordinal;
                weighings[there] = term.weighing;
                weights[there++] = term.weight;
            } else if (all) {
                return;
            }
        }
        if (there > 0) {
            new WindowScorer(
                            Arrays.copyOf(fields, there),
                            Arrays.copyOf(ordinals, there),
                            Arrays.copyOf(weighings, there),
                            Arrays.copyOf(weights, there),
                            all,
                            view.live,
                            view.segment.count(),
                            base,
                            top)
                    .run();
        }
    }

    private Hits.Hit hit(int doc, double score, List<@Nullable Object> keys, @Nullable Highlighter highlighter) {
        int number = reader.viewOf(doc);
        List<@Nullable Object> values = new ArrayList<>(keys);
        values.add(reader.views.get(number).segment.sequences()[doc - reader.bases[number]]);
        Document document = document(doc);
        return new Hits.Hit(
                document.id(),
                score,
                document,
                new Cursor(values),
                highlighter == null ? Map.of() : highlighter.fragments(document));
    }

    /** A document and what it is sorted by. */
    private record Entry(List<@Nullable Object> keys, int doc, double score) {}

    private Hits sorted(Search search, Plan plan, boolean cut, @Nullable Highlighter highlighter) {
        List<Sort> sorts = search.sorts().isEmpty() ? List.of(Sort.score()) : search.sorts();
        Comparator<Entry> order = (a, b) -> {
            int difference = compare(sorts, a.keys, b.keys);
            return difference != 0 ? difference : Integer.compare(a.doc, b.doc);
        };
        Cursor cursor = search.after();
        Entry after = cursor == null
                ? null
                : new Entry(cursor.values().subList(0, sorts.size()), docAfter(sequenceIn(cursor)) - 1, 0);
        PriorityQueue<Entry> best = new PriorityQueue<>(order.reversed());
        Map<String, Map<String, Long>> counts = new LinkedHashMap<>();
        Map<String, long[]> missing = new LinkedHashMap<>();
        long total = 0;
        for (int i = 0; i < reader.bases.length; i++) {
            View view = reader.views.get(i);
            Matcher matcher = plan.on(view);
            if (matcher == null) {
                continue;
            }
            FacetCounter[] facets = search.facets().stream()
                    .map(facet -> new FacetCounter(facet, view.segment))
                    .toArray(FacetCounter[]::new);
            for (int doc = matcher.next(); doc != Matcher.NONE; doc = matcher.next()) {
                if (view.has(doc) && chosen(facets, doc)) {
                    total++;
                    if (search.top() > 0) {
                        double score = matcher.score();
                        Entry entry = new Entry(keys(sorts, view.segment, doc, score), reader.bases[i] + doc, score);
                        if ((after == null || order.compare(entry, after) > 0)
                                && (best.size() < search.top() || order.compare(entry, best.element()) < 0)) {
                            best.add(entry);
                            if (best.size() > search.top()) {
                                best.remove();
                            }
                        }
                    }
                }
            }
            for (FacetCounter facet : facets) {
                facet.addTo(
                        counts.computeIfAbsent(facet.field(), key -> new TreeMap<>(FacetCounter.BY_POINT)),
                        missing.computeIfAbsent(facet.field(), key -> new long[1]));
            }
        }
        List<Entry> entries = new ArrayList<>(best);
        entries.sort(order);
        List<Hits.Hit> hits = entries.stream()
                .map(entry -> hit(entry.doc, entry.score, entry.keys, highlighter))
                .toList();
        Map<String, Hits.Counts> facets = new LinkedHashMap<>();
        for (Facet facet : search.facets()) {
            facets.put(
                    facet.field(),
                    FacetCounter.top(
                            facet,
                            counts.getOrDefault(facet.field(), Map.of()),
                            missing.getOrDefault(facet.field(), new long[1])[0]));
        }
        return new Hits(hits, total, true, facets, cut);
    }

    /** Counts the document where it counts. @return whether it has a chosen value of each facet that has any */
    private static boolean chosen(FacetCounter[] facets, int doc) {
        FacetCounter failing = null;
        for (FacetCounter facet : facets) {
            if (!facet.chosen(doc)) {
                if (failing != null) {
                    return false;
                }
                failing = facet;
            }
        }
        if (failing != null) {
            failing.count(doc);
            return false;
        }
        for (FacetCounter facet : facets) {
            facet.count(doc);
        }
        return true;
    }

    private List<@Nullable Object> keys(List<Sort> sorts, Segment segment, int doc, double score) {
        List<@Nullable Object> keys = new ArrayList<>(sorts.size());
        for (Sort sort : sorts) {
            keys.add(sort.field() == null ? (Object) score : key(sort.field(), sort.descending(), segment, doc));
        }
        return keys;
    }

    private @Nullable Object key(String name, boolean greatest, Segment segment, int doc) {
        Field field = reader.schema.field(name);
        if (field instanceof Field.Keyword) {
            KeywordColumn column = segment.keyword(name);
            int start = column.start(doc);
            int end = column.ends[doc];
            if (start == end) {
                return null;
            }
            return segment.inverted(name).terms.text(column.ordinals[greatest ? end - 1 : start]);
        }
        NumberColumn column = segment.number(name);
        if (!column.has(doc)) {
            return null;
        }
        return field instanceof Field.Numeric
                ? (Object) NumberColumn.decode(column.values[doc])
                : (Object) column.values[doc];
    }

    private static int compare(List<Sort> sorts, List<@Nullable Object> a, List<@Nullable Object> b) {
        for (int i = 0; i < sorts.size(); i++) {
            Object left = a.get(i);
            Object right = b.get(i);
            if (left == null || right == null) {
                if (left != right) {
                    return left == null ? 1 : -1;
                }
                continue;
            }
            int order = compare(left, right);
            if (order != 0) {
                return sorts.get(i).descending() ? -order : order;
            }
        }
        return 0;
    }

    private static int compare(Object left, Object right) {
        if (left instanceof Double a && right instanceof Double b) {
            return Double.compare(a, b);
        }
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (left instanceof String a && right instanceof String b) {
            return FacetCounter.BY_POINT.compare(a, b);
        }
        throw new IllegalArgumentException("cursor must be one of the same sorts");
    }
}
