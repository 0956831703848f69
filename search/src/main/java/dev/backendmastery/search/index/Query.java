package dev.backendmastery.search.index;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What to find. Match and phrase queries analyse their text as the field does; term, prefix and fuzzy queries take a term as
 * the index has it. A range query, a prefix query and {@link All} score 1, a filter nothing.
 */
public sealed interface Query {

    /** The most clauses of one {@link Bool}, and the most levels of queries in queries. */
    int MAX_CLAUSES = 1_024;

    /** Documents with this term, in a text or keyword field. */
    record Term(String field, String term) implements Query {}

    /** How many of the words must be there. */
    enum Operator {
        /** Any. */
        OR,
        /** All. */
        AND
    }

    /**
     * Documents with words of this text, in a text field. A text without words matches nothing.
     *
     * @param operator all of the words or any
     * @param minimum of any words, so many at least; from 1, and no more than there are counts as all
     */
    record Match(String field, String text, Operator operator, int minimum) implements Query {
        /** Refuses a minimum that is none. */
        public Match {
            if (minimum < 1 || minimum > MAX_CLAUSES) {
                throw new IllegalArgumentException("minimum must be 1 to " + MAX_CLAUSES + ", was " + minimum);
            }
        }
    }

    /**
     * Documents with these words in this order.
     *
     * @param slop how many positions the words may be moved in all: with 0 they stand side by side, with 2 two
     *     neighbours may have changed places; from 0 to 100
     */
    record Phrase(String field, String text, int slop) implements Query {
        /** Refuses a slop that is none. */
        public Phrase {
            if (slop < 0 || slop > 100) {
                throw new IllegalArgumentException("slop must be 0 to 100, was " + slop);
            }
        }
    }

    /** Documents with a term that begins so, in a text or keyword field. All of them: there is no limit. */
    record Prefix(String field, String prefix) implements Query {}

    /**
     * Documents with a term that is nearly this one, the nearer the better.
     *
     * @param term of at most 62 code points
     * @param edits how many code points may be inserted, removed, replaced, or exchanged with their neighbour: 0 to 2
     * @param prefixLength how many code points at the beginning must be the same
     * @param expansions the most terms to take, nearest and then most frequent first; from 1 to {@link #MAX_CLAUSES}
     */
    record Fuzzy(String field, String term, int edits, int prefixLength, int expansions) implements Query {
        /** Refuses numbers out of range. */
        public Fuzzy {
            if (edits < 0 || edits > 2) {
                throw new IllegalArgumentException("edits must be 0 to 2, was " + edits);
            }
            if (term.codePointCount(0, term.length()) > Levenshtein.LONGEST) {
                throw new IllegalArgumentException(
                        "term must have at most " + Levenshtein.LONGEST + " code points, was " + term);
            }
            if (prefixLength < 0) {
                throw new IllegalArgumentException("prefixLength must not be negative, was " + prefixLength);
            }
            if (expansions < 1 || expansions > MAX_CLAUSES) {
                throw new IllegalArgumentException("expansions must be 1 to " + MAX_CLAUSES + ", was " + expansions);
            }
        }
    }

    /** Where a range ends. */
    record Bound(Value value, boolean inclusive) {}

    /**
     * Documents with a value between, in a number, date or keyword field; keywords in the order of their code points.
     *
     * @param lower null for no lower end
     * @param upper null for no upper end
     */
    record Range(
            String field, @Nullable Bound lower, @Nullable Bound upper) implements Query {}

    /**
     * Documents that match all of {@code must} and {@code filter}, none of {@code mustNot}, and so many of {@code should}.
     * Their score is the sum of those of the {@code must} and {@code should} that match. Without any clause but {@code
     * mustNot}, all others.
     *
     * @param minimumShould 0 if they only add to the score; if there is nothing else to match, 0 is taken for 1
     */
    record Bool(List<Query> must, List<Query> should, List<Query> filter, List<Query> mustNot, int minimumShould)
            implements Query {
        /** Refuses too many clauses. */
        public Bool {
            must = List.copyOf(must);
            should = List.copyOf(should);
            filter = List.copyOf(filter);
            mustNot = List.copyOf(mustNot);
            int clauses = must.size() + should.size() + filter.size() + mustNot.size();
            if (clauses > MAX_CLAUSES) {
                throw new IllegalArgumentException("clauses must be at most " + MAX_CLAUSES + ", were " + clauses);
            }
            if (minimumShould < 0 || minimumShould > should.size()) {
                throw new IllegalArgumentException(
                        "minimumShould must be 0 to " + should.size() + ", was " + minimumShould);
            }
        }

        /** How many of {@code should} must match. */
        int neededShould() {
            return minimumShould == 0 && must.isEmpty() && filter.isEmpty() && !should.isEmpty() ? 1 : minimumShould;
        }

        /** With one more. */
        public Bool andMust(Query query) {
            return new Bool(plus(must, query), should, filter, mustNot, minimumShould);
        }

        /** With one more. */
        public Bool andShould(Query query) {
            return new Bool(must, plus(should, query), filter, mustNot, minimumShould);
        }

        /** With one more. */
        public Bool andFilter(Query query) {
            return new Bool(must, should, plus(filter, query), mustNot, minimumShould);
        }

        /** With one more. */
        public Bool andNot(Query query) {
            return new Bool(must, should, filter, plus(mustNot, query), minimumShould);
        }

        private static List<Query> plus(List<Query> all, Query one) {
            return Stream.concat(all.stream(), Stream.of(one)).toList();
        }
    }

    /** Every document. */
    record All() implements Query {}

    /** The same documents, scores multiplied. */
    record Boost(Query query, double factor) implements Query {
        /** Refuses a factor that is none. */
        public Boost {
            Objects.requireNonNull(query, "query");
            if (!(factor > 0 && factor <= 1e6)) {
                throw new IllegalArgumentException("factor must be above 0 and at most 1e6, was " + factor);
            }
        }
    }

    /** See {@link Term}. */
    static Query term(String field, String term) {
        return new Term(field, term);
    }

    /** Any of the words. */
    static Query match(String field, String text) {
        return new Match(field, text, Operator.OR, 1);
    }

    /** All of the words. */
    static Query matchAll(String field, String text) {
        return new Match(field, text, Operator.AND, 1);
    }

    /** Side by side. */
    static Query phrase(String field, String text) {
        return new Phrase(field, text, 0);
    }

    /** See {@link Prefix}. */
    static Query prefix(String field, String prefix) {
        return new Prefix(field, prefix);
    }

    /** The 50 nearest terms. */
    static Query fuzzy(String field, String term, int edits) {
        return new Fuzzy(field, term, edits, 0, 50);
    }

    /** Both ends included; null for none. */
    static Query range(String field, @Nullable Value lower, @Nullable Value upper) {
        return new Range(
                field, lower == null ? null : new Bound(lower, true), upper == null ? null : new Bound(upper, true));
    }

    /** Without clauses yet. */
    static Bool bool() {
        return new Bool(List.of(), List.of(), List.of(), List.of(), 0);
    }

    /** Documents that match any of these. */
    static Query any(Query... queries) {
        return new Bool(List.of(), List.of(queries), List.of(), List.of(), 1);
    }

    /** Documents that match all of these. */
    static Query all(Query... queries) {
        return new Bool(List.of(queries), List.of(), List.of(), List.of(), 0);
    }

    /** See {@link All}. */
    static Query all() {
        return new All();
    }

    /** See {@link Boost}. */
    default Query boost(double factor) {
        return new Boost(this, factor);
    }
}
