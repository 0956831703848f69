package dev.backendmastery.search.index;

import dev.backendmastery.search.analysis.Token;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes plans of queries, checked against the schema. For one search. */
final class Planner {

    private static final int MOST_PATHS = 64;
    private static final int DEEPEST = 100;

    private final SegmentIndex.Reader reader;
    private final Schema schema;
    private final Weighing rounding;
    private boolean cut;
    private int depth;

    Planner(SegmentIndex.Reader reader) {
        this.reader = reader;
        this.schema = reader.schema;
        this.rounding = reader.rounding;
    }

    /** Whether terms were left out. */
    boolean cut() {
        return cut;
    }

    Plan plan(Query query) {
        return plan(query, 1);
    }

    private Plan plan(Query query, double boost) {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("queries must be at most " + DEEPEST + " deep");
        }
        Plan plan = planned(query, boost);
        depth--;
        return plan;
    }

    private Plan planned(Query query, double boost) {
        if (query instanceof Query.Boost more) {
            return plan(more.query(), boost * more.factor());
        }
        if (query instanceof Query.All) {
            return new Plan.Constant((view, self) -> null, boost, "every document");
        }
        if (query instanceof Query.Term term) {
            termField(term.field());
            return term(term.field(), Utf8.encode(term.term()), boost);
        }
        if (query instanceof Query.Match match) {
            return match(match, boost);
        }
        if (query instanceof Query.Phrase phrase) {
            return phrase(phrase, boost);
        }
        if (query instanceof Query.Prefix prefix) {
            termField(prefix.field());
            return new Plan.OfPrefix(prefix.field(), Utf8.encode(prefix.prefix()), boost);
        }
        if (query instanceof Query.Fuzzy fuzzy) {
            return fuzzy(fuzzy, boost);
        }
        if (query instanceof Query.Range range) {
            return range(range, boost);
        }
        return bool((Query.Bool) query, boost);
    }

    private Field.Text text(String field) {
        if (schema.field(field) instanceof Field.Text text) {
            return text;
        }
        throw new IllegalArgumentException("field must be a text field, was " + field);
    }

    private void termField(String field) {
        if (!(schema.field(field) instanceof Field.Text || schema.field(field) instanceof Field.Keyword)) {
            throw new IllegalArgumentException("field must be a text or keyword field, was " + field);
        }
    }

    private long frequency(String field, byte[] term) {
        long frequency = 0;
        for (View view : reader.views) {
            int ordinal = view.segment.inverted(field).terms.find(term);
            frequency += ordinal < 0 ? 0 : view.frequency(field, ordinal);
        }
        return frequency;
    }

    private Plan.OfTerm term(String field, byte[] term, double boost) {
        return term(field, term, frequency(field, term), boost);
    }

    private Plan.OfTerm term(String field, byte[] term, long frequency, double boost) {
        Weighing weighing = reader.weighing(field);
        double idf = weighing.idf(frequency);
        return new Plan.OfTerm(
                field,
                term,
                weighing,
                weighing.weight(boost, idf),
                "boost " + boost + ", idf " + idf + " of " + frequency + " in " + weighing.documents + " documents");
    }

    /** The distinct terms of some tokens, each as often as it is there, the heaviest first. */
    private List<Plan.OfTerm> terms(String field, List<Token> tokens, double boost) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        tokens.forEach(token -> counts.merge(token.term(), 1, Integer::sum));
        List<Plan.OfTerm> terms = new ArrayList<>();
        counts.forEach((term, count) -> terms.add(term(field, Utf8.encode(term), boost * count)));
        return heaviestFirst(terms);
    }

    private static List<Plan.OfTerm> heaviestFirst(List<Plan.OfTerm> terms) {
        terms.sort(Comparator.comparingDouble((Plan.OfTerm term) -> term.weight).reversed());
        return terms;
    }

    private Plan match(Query.Match match, double boost) {
        List<Token> tokens = text(match.field()).analyzer().tokens(match.text());
        checkClauses(tokens.size());
        if (tokens.isEmpty()) {
            return new Plan.None();
        }
        if (match.operator() == Query.Operator.OR) {
            List<Plan.OfTerm> terms = terms(match.field(), tokens, boost);
            return new Plan.Any(terms, Math.min(match.minimum(), terms.size()), rounding);
        }
        List<Plan> ways = new ArrayList<>();
        for (List<Token> path : paths(tokens)) {
            ways.add(new Plan.All(terms(match.field(), path, boost), List.of(), null, List.of(), null, rounding));
        }
        return ways.size() == 1 ? ways.get(0) : new Plan.Any(ways, 1, rounding);
    }

    private static void checkClauses(int clauses) {
        if (clauses > Query.MAX_CLAUSES) {
            throw new IllegalArgumentException(
                    "text must have at most " + Query.MAX_CLAUSES + " words, had " + clauses);
        }
    }

    /** The ways through tokens of which some stand at one place or span several. */
    private static List<List<Token>> paths(List<Token> tokens) {
        boolean straight = true;
        for (int i = 0; i < tokens.size() && straight; i++) {
            straight = tokens.get(i).span() == 1
                    && (i == 0 || tokens.get(i).position() > tokens.get(i - 1).position());
        }
        if (straight) {
            return List.of(tokens);
        }
        List<List<Token>> paths = new ArrayList<>();
        extend(tokens, tokens.get(0).position(), new ArrayList<>(), paths);
        return paths;
    }

    private static void extend(List<Token> tokens, int from, List<Token> path, List<List<Token>> paths) {
        int next = Integer.MAX_VALUE;
        for (Token token : tokens) {
            if (token.position() >= from) {
                next = Math.min(next, token.position());
            }
        }
        if (next == Integer.MAX_VALUE) {
            if (paths.size() == MOST_PATHS) {
                throw new IllegalArgumentException("synonyms must leave at most " + MOST_PATHS + " readings");
            }
            paths.add(List.copyOf(path));
            return;
        }
        for (Token token : tokens) {
            if (token.position() == next) {
                path.add(token);
                extend(tokens, next + token.span(), path, paths);
                path.remove(path.size() - 1);
            }
        }
    }

    private Plan phrase(Query.Phrase phrase, double boost) {
        List<Token> tokens = text(phrase.field()).analyzer().tokens(phrase.text());
        checkClauses(tokens.size());
        if (tokens.isEmpty()) {
            return new Plan.None();
        }
        List<Plan> ways = new ArrayList<>();
        for (List<Token> path : paths(tokens)) {
            ways.add(phrase(phrase, path, boost));
        }
        return ways.size() == 1 ? ways.get(0) : new Plan.Any(ways, 1, rounding);
    }

    private Plan phrase(Query.Phrase phrase, List<Token> path, double boost) {
        if (path.size() == 1) {
            return term(phrase.field(), Utf8.encode(path.get(0).term()), boost);
        }
        Weighing weighing = reader.weighing(phrase.field());
        List<byte[]> words = new ArrayList<>();
        int[] offsets = new int[path.size()];
        double idf = 0;
        int place = 0;
        for (int i = 0; i < offsets.length; i++) {
            byte[] word = Utf8.encode(path.get(i).term());
            words.add(word);
            // Of a word that spans several only the first place is in the index; holes before it stay.
            place += i == 0
                    ? 0
                    : 1
                            + path.get(i).position()
                            - path.get(i - 1).position()
                            - path.get(i - 1).span();
            offsets[i] = place;
            idf += weighing.idf(frequency(phrase.field(), word));
        }
        return new Plan.OfPhrase(phrase.field(), words, offsets, phrase.slop(), weighing, weighing.weight(boost, idf));
    }

    private Plan fuzzy(Query.Fuzzy fuzzy, double boost) {
        text(fuzzy.field());
        Map<ByteBuffer, int[]> found = new HashMap<>();
        Levenshtein near = new Levenshtein(fuzzy.term(), fuzzy.edits(), fuzzy.prefixLength());
        for (View view : reader.views) {
            near.intersect(view.segment.inverted(fuzzy.field()).terms, (walk, edits) -> {
                int frequency = view.frequency(fuzzy.field(), walk.ordinal());
                if (frequency > 0) {
                    byte[] term = Arrays.copyOf(walk.bytes(), walk.length());
                    int[] known = found.computeIfAbsent(ByteBuffer.wrap(term), key -> new int[] {edits, 0});
                    known[1] += frequency;
                }
            });
        }
        if (found.isEmpty()) {
            return new Plan.None();
        }
        List<Map.Entry<ByteBuffer, int[]>> nearest = new ArrayList<>(found.entrySet());
        nearest.sort(Comparator.comparingInt((Map.Entry<ByteBuffer, int[]> entry) -> entry.getValue()[0])
                .thenComparing(entry -> -entry.getValue()[1])
                .thenComparing((a, b) ->
                        Arrays.compareUnsigned(a.getKey().array(), b.getKey().array())));
        if (nearest.size() > fuzzy.expansions()) {
            cut = true;
            nearest = nearest.subList(0, fuzzy.expansions());
        }
        // As frequent as the most frequent of them: a misspelling is rare and should not count for more.
        long frequency = 0;
        for (Map.Entry<ByteBuffer, int[]> entry : nearest) {
            frequency = Math.max(frequency, entry.getValue()[1]);
        }
        int length = Math.max(1, fuzzy.term().codePointCount(0, fuzzy.term().length()));
        List<Plan.OfTerm> terms = new ArrayList<>();
        for (Map.Entry<ByteBuffer, int[]> entry : nearest) {
            double nearness = 1 - entry.getValue()[0] / (1.0 + Math.max(length, fuzzy.edits()));
            terms.add(term(fuzzy.field(), entry.getKey().array(), frequency, boost * nearness));
        }
        return new Plan.Any(heaviestFirst(terms), 1, rounding);
    }

    private Plan range(Query.Range range, double boost) {
        Field field = schema.field(range.field());
        Value.Kind kind;
        if (field instanceof Field.Numeric) {
            kind = Value.Kind.NUMBER;
        } else if (field instanceof Field.Date) {
            kind = Value.Kind.DATE;
        } else if (field instanceof Field.Keyword) {
            kind = Value.Kind.KEYWORDS;
        } else {
            throw new IllegalArgumentException("field must be a number, date or keyword field, was " + range.field());
        }
        checkBound(range.lower(), kind);
        checkBound(range.upper(), kind);
        String what = "a value of " + range.field() + " in the range";
        if (kind == Value.Kind.KEYWORDS) {
            return new Plan.Constant((view, self) -> keywords(view, range), boost, what);
        }
        long low = range.lower() == null ? Long.MIN_VALUE : number(range.lower());
        long high = range.upper() == null ? Long.MAX_VALUE : number(range.upper());
        if (range.lower() != null && !range.lower().inclusive()) {
            low++;
        }
        if (range.upper() != null && !range.upper().inclusive()) {
            high--;
        }
        long from = low;
        long to = high;
        return new Plan.Constant(
                (view, self) -> view.segment.number(range.field()).range(from, to), boost, what);
    }

    private static void checkBound(Query.@Nullable Bound bound, Value.Kind kind) {
        if (bound != null && bound.value().kind() != kind) {
            throw new IllegalArgumentException("bound must be of kind " + kind + ", was " + bound.value());
        }
        if (bound != null
                && bound.value() instanceof Value.Keywords keywords
                && keywords.values().size() != 1) {
            throw new IllegalArgumentException("bound must be one keyword, was " + keywords.values());
        }
    }

    private static long number(Query.Bound bound) {
        return bound.value() instanceof Value.Numeric number
                ? NumberColumn.encode(number.number())
                : ((Value.Date) bound.value()).time().toEpochMilli();
    }

    private static byte[] keyword(Query.Bound bound) {
        return Utf8.encode(((Value.Keywords) bound.value()).values().get(0));
    }

    private static long[] keywords(View view, Query.Range range) {
        Inverted inverted = view.segment.inverted(range.field());
        long[] bits = Bits.of(view.segment.count());
        byte[] low = range.lower() == null ? new byte[0] : keyword(range.lower());
        byte[] high = range.upper() == null ? null : keyword(range.upper());
        Terms.Walk walk = inverted.terms.walk();
        for (boolean there = walk.seek(low, low.length); there; there = walk.next()) {
            if (range.lower() != null
                    && !range.lower().inclusive()
                    && Arrays.equals(walk.bytes(), 0, walk.length(), low, 0, low.length)) {
                continue;
            }
            if (high != null && range.upper() != null) {
                int order = Arrays.compareUnsigned(walk.bytes(), 0, walk.length(), high, 0, high.length);
                if (order > 0 || (order == 0 && !range.upper().inclusive())) {
                    break;
                }
            }
            new Postings(inverted, walk.ordinal()).into(bits);
        }
        return bits;
    }

    private Plan bool(Query.Bool bool, double boost) {
        List<Plan> must = plans(bool.must(), boost);
        List<Plan> should = plans(bool.should(), boost);
        List<Plan> filter = plans(bool.filter(), 1);
        List<Plan> not = plans(bool.mustNot(), 1);
        Plan excluded = not.isEmpty() ? null : new Plan.Any(not, 1, rounding);
        int needed = bool.neededShould();
        if (needed > 0) {
            Plan some = new Plan.Any(sorted(should), needed, rounding);
            if (must.isEmpty() && filter.isEmpty() && excluded == null) {
                return some;
            }
            return new Plan.All(must, List.of(), some, filter, excluded, rounding);
        }
        if (must.isEmpty() && filter.isEmpty() && should.isEmpty() && not.isEmpty()) {
            return new Plan.None();
        }
        return new Plan.All(sorted(must), sorted(should), null, filter, excluded, rounding);
    }

    /** Terms alone are put in the order of their weight, so that each way to find the best adds up in one order. */
    private static List<Plan> sorted(List<Plan> plans) {
        if (!plans.stream().allMatch(Plan.OfTerm.class::isInstance)) {
            return plans;
        }
        List<Plan> sorted = new ArrayList<>(plans);
        sorted.sort(Comparator.comparingDouble((Plan plan) -> ((Plan.OfTerm) plan).weight)
                .reversed());
        return sorted;
    }

    private List<Plan> plans(List<Query> queries, double boost) {
        List<Plan> plans = new ArrayList<>();
        queries.forEach(query -> plans.add(plan(query, boost)));
        return plans;
    }
}
