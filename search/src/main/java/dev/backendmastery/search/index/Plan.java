package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A query with the statistics of a snapshot. */
abstract class Plan {

    /** On one segment; null if nothing in it can match. */
    abstract @Nullable Matcher on(View view);

    /** What makes the score of a document that matches; {@code value} is that score. */
    abstract Explanation explain(View view, int doc, double value);

    /** The score of a document and what makes it; null if it does not match. */
    final @Nullable Explanation explain(View view, int doc) {
        Matcher matcher = on(view);
        return matcher == null || matcher.seek(doc) != doc ? null : explain(view, doc, matcher.score());
    }

    /** Matches nothing. */
    static final class None extends Plan {
        @Override
        @Nullable
        Matcher on(View view) {
            return null;
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            throw new IllegalStateException("nothing matches");
        }
    }

    /** One term. */
    static final class OfTerm extends Plan {
        final String field;
        final byte[] term;
        final Weighing weighing;
        final double weight;
        private final String how;

        OfTerm(String field, byte[] term, Weighing weighing, double weight, String how) {
            this.field = field;
            this.term = term;
            this.weighing = weighing;
            this.weight = weight;
            this.how = how;
        }

        @Override
        @Nullable
        Matcher on(View view) {
            Inverted inverted = view.segment.inverted(field);
            int ordinal = inverted.terms.find(term);
            return ordinal < 0 ? null : new Matcher.OfTerm(inverted, ordinal, weighing, weight);
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            Inverted inverted = view.segment.inverted(field);
            Postings postings = new Postings(inverted, inverted.terms.find(term));
            postings.seek(doc);
            int frequency = postings.frequency();
            int length = inverted.length(doc);
            return Explanation.of(
                    value,
                    "term " + Utf8.decode(term, 0, term.length) + " in " + field + ", the product of",
                    Explanation.of(weight, "weight: " + how),
                    Explanation.of(value / weight, weighing.describe(frequency, length)));
        }
    }

    /** Words that stand together. */
    static final class OfPhrase extends Plan {
        private final String field;
        private final List<byte[]> words;
        private final int[] offsets;
        private final int slop;
        private final Weighing weighing;
        private final double weight;

        OfPhrase(String field, List<byte[]> words, int[] offsets, int slop, Weighing weighing, double weight) {
            this.field = field;
            this.words = words;
            this.offsets = offsets;
            this.slop = slop;
            this.weighing = weighing;
            this.weight = weight;
        }

        @Override
        @Nullable
        Matcher on(View view) {
            Inverted inverted = view.segment.inverted(field);
            int[] ordinals = new int[words.size()];
            for (int i = 0; i < ordinals.length; i++) {
                ordinals[i] = inverted.terms.find(words.get(i));
                if (ordinals[i] < 0) {
                    return null;
                }
            }
            return new PhraseMatcher(inverted, ordinals, offsets, slop, weighing, weight);
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            List<String> terms = words.stream()
                    .map(word -> Utf8.decode(word, 0, word.length))
                    .toList();
            return Explanation.of(
                    value,
                    "phrase " + terms + " in " + field + " with slop " + slop + ", the product of",
                    Explanation.of(weight, "weight: boost and the sum of the idf of all words"),
                    Explanation.of(
                            value / weight,
                            "how often it is there, length "
                                    + view.segment.inverted(field).length(doc)));
        }
    }

    /** A set of documents, all with one score. */
    static final class Constant extends Plan {
        private final BiFunction<View, Constant, long @Nullable []> bits;
        private final double score;
        private final String what;

        /** @param bits null in place of all */
        Constant(BiFunction<View, Constant, long @Nullable []> bits, double score, String what) {
            this.bits = bits;
            this.score = score;
            this.what = what;
        }

        @Override
        Matcher on(View view) {
            return new Matcher.OfBits(bits.apply(view, this), view.segment.count(), score);
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            return Explanation.of(value, what + ", the same for each");
        }
    }

    /** Any term that begins so, in the order of the documents as far as they are asked for. */
    static final class OfPrefix extends Plan {
        private final String field;
        private final byte[] prefix;
        private final double score;

        OfPrefix(String field, byte[] prefix, double score) {
            this.field = field;
            this.prefix = prefix;
            this.score = score;
        }

        @Override
        @Nullable
        Matcher on(View view) {
            Inverted inverted = view.segment.inverted(field);
            PrefixMatcher matcher = new PrefixMatcher(inverted, prefix, view.segment.count(), score);
            return matcher.isEmpty() ? null : matcher;
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            return Explanation.of(
                    value,
                    "a term of " + field + " begins with " + Utf8.decode(prefix, 0, prefix.length)
                            + ", the same for each");
        }
    }

    /** So many of several. */
    static final class Any extends Plan {
        final List<? extends Plan> parts;
        final int minimum;
        private final Weighing rounding;

        Any(List<? extends Plan> parts, int minimum, Weighing rounding) {
            this.parts = parts;
            this.minimum = minimum;
            this.rounding = rounding;
        }

        /** The parts, if they are terms and any of them will do. */
        @Nullable
        List<OfTerm> terms() {
            if (minimum != 1) {
                return null;
            }
            return asTerms(parts);
        }

        @Override
        @Nullable
        Matcher on(View view) {
            List<Matcher> matchers = matchers(parts, view);
            return matchers.size() < minimum ? null : new Matcher.Any(matchers, minimum, rounding);
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            return new Explanation(value, "the sum of those that match", details(parts, view, doc));
        }
    }

    /** All of several, none of others, and more for some. */
    static final class All extends Plan {
        final List<? extends Plan> must;
        private final List<? extends Plan> should;
        private final @Nullable Plan needed;
        private final List<? extends Plan> filter;
        private final @Nullable Plan not;
        private final Weighing rounding;

        /** @param needed matches documents with so many of some queries, and scores them; null if none is needed */
        All(
                List<? extends Plan> must,
                List<? extends Plan> should,
                @Nullable Plan needed,
                List<? extends Plan> filter,
                @Nullable Plan not,
                Weighing rounding) {
            this.must = must;
            this.should = should;
            this.needed = needed;
            this.filter = filter;
            this.not = not;
            this.rounding = rounding;
        }

        /** The parts, if there are only terms that must be there. */
        @Nullable
        List<OfTerm> terms() {
            return should.isEmpty() && needed == null && filter.isEmpty() && not == null ? asTerms(must) : null;
        }

        @Override
        @Nullable
        Matcher on(View view) {
            List<Matcher> scoring = matchers(must, view);
            List<Matcher> filters = matchers(filter, view);
            if (scoring.size() < must.size() || filters.size() < filter.size()) {
                return null;
            }
            if (needed != null) {
                Matcher more = needed.on(view);
                if (more == null) {
                    return null;
                }
                scoring.add(more);
            }
            List<Matcher> required = new ArrayList<>(scoring);
            required.addAll(filters);
            if (required.isEmpty()) {
                required.add(new Matcher.OfBits(null, view.segment.count(), 0));
            }
            return new Matcher.All(
                    required, scoring, matchers(should, view), not == null ? null : not.on(view), rounding, 0);
        }

        @Override
        Explanation explain(View view, int doc, double value) {
            List<Explanation> details = details(must, view, doc);
            if (needed != null) {
                details.addAll(details(List.of(needed), view, doc));
            }
            details.addAll(details(should, view, doc));
            return new Explanation(value, "the sum of", details);
        }
    }

    private static @Nullable List<OfTerm> asTerms(List<? extends Plan> parts) {
        List<OfTerm> terms = new ArrayList<>();
        for (Plan part : parts) {
            if (!(part instanceof OfTerm term)) {
                return null;
            }
            terms.add(term);
        }
        return terms;
    }

    private static List<Matcher> matchers(List<? extends Plan> plans, View view) {
        List<Matcher> all = new ArrayList<>();
        for (Plan plan : plans) {
            Matcher matcher = plan.on(view);
            if (matcher != null) {
                all.add(matcher);
            }
        }
        return all;
    }

    private static List<Explanation> details(List<? extends Plan> plans, View view, int doc) {
        List<Explanation> all = new ArrayList<>();
        for (Plan plan : plans) {
            Explanation detail = plan.explain(view, doc);
            if (detail != null) {
                all.add(detail);
            }
        }
        return all;
    }
}
