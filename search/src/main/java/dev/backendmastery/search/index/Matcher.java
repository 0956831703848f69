package dev.backendmastery.search.index;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Documents of one segment that match, in their order, and their scores. */
abstract class Matcher {

    static final int NONE = Postings.NONE;

    /** The document at hand; -1 before the first. */
    int doc = -1;

    /** Whether documents were left out because their scores are of no interest. */
    boolean skipped;

    /** Goes to the first document that is not before {@code target}, which is after the one at hand. */
    abstract int seek(int target);

    /** Of the document at hand. */
    abstract double score();

    /** About how many there are. */
    abstract long cost();

    /** Says that scores below this are of no interest; those documents may be left out. */
    void atLeast(double score) {}

    final int next() {
        return seek(doc + 1);
    }

    /** All of them. */
    long[] bits(int count) {
        long[] bits = Bits.of(count);
        for (int found = next(); found != NONE; found = next()) {
            Bits.set(bits, found);
        }
        return bits;
    }

    /** Of one term. */
    static final class OfTerm extends Matcher {
        private final Postings postings;
        private final Inverted field;
        private final Weighing weighing;
        private final double weight;

        OfTerm(Inverted field, int ordinal, Weighing weighing, double weight) {
            this.postings = new Postings(field, ordinal);
            this.field = field;
            this.weighing = weighing;
            this.weight = weight;
        }

        @Override
        int seek(int target) {
            doc = postings.seek(target);
            return doc;
        }

        @Override
        double score() {
            return weighing.score(weight, postings.frequency(), field.length(doc));
        }

        @Override
        long cost() {
            return postings.count;
        }
    }

    /** Of a set, each with one score. */
    static final class OfBits extends Matcher {
        private final long @Nullable [] bits;
        private final int count;
        private final double score;

        /** @param bits null for all */
        OfBits(long @Nullable [] bits, int count, double score) {
            this.bits = bits;
            this.count = count;
            this.score = score;
        }

        @Override
        int seek(int target) {
            doc = bits == null ? target < count ? target : NONE : Bits.next(bits, target);
            return doc;
        }

        @Override
        double score() {
            return score;
        }

        @Override
        long cost() {
            return bits == null ? count : Bits.count(bits);
        }
    }

    /** Of all of several, less those of another, and more if optional ones match. */
    static final class All extends Matcher {
        private final Matcher[] required;
        private final Matcher[] scoring;
        private final Matcher[] optional;
        private final @Nullable Matcher without;
        private final Weighing rounding;
        private final double extra;

        /**
         * @param required at least one
         * @param scoring those of them that score, in the order of their sum
         */
        All(
                List<Matcher> required,
                List<Matcher> scoring,
                List<Matcher> optional,
                @Nullable Matcher without,
                Weighing rounding,
                double extra) {
            this.required = required.stream()
                    .sorted((a, b) -> Long.compare(a.cost(), b.cost()))
                    .toArray(Matcher[]::new);
            this.scoring = scoring.toArray(Matcher[]::new);
            this.optional = optional.toArray(Matcher[]::new);
            this.without = without;
            this.rounding = rounding;
            this.extra = extra;
        }

        @Override
        int seek(int target) {
            int wanted = target;
            search:
            while (true) {
                int found = required[0].doc < wanted ? required[0].seek(wanted) : required[0].doc;
                if (found == NONE) {
                    doc = NONE;
                    return NONE;
                }
                for (int i = 1; i < required.length; i++) {
                    int other = required[i].doc < found ? required[i].seek(found) : required[i].doc;
                    if (other > found) {
                        if (other == NONE) {
                            doc = NONE;
                            return NONE;
                        }
                        wanted = other;
                        continue search;
                    }
                }
                if (without != null) {
                    int excluded = without.doc < found ? without.seek(found) : without.doc;
                    if (excluded == found) {
                        wanted = found + 1;
                        continue;
                    }
                }
                doc = found;
                return found;
            }
        }

        @Override
        double score() {
            double sum = extra;
            for (Matcher each : scoring) {
                sum += each.score();
            }
            for (Matcher each : optional) {
                int at = each.doc < doc ? each.seek(doc) : each.doc;
                if (at == doc) {
                    sum += each.score();
                }
            }
            return rounding.finish(sum);
        }

        @Override
        long cost() {
            return required[0].cost();
        }
    }

    /** Of so many of several at least; their scores are added in the order in which they are given. */
    static final class Any extends Matcher {
        private final Matcher[] parts;
        private final int minimum;
        private final Weighing rounding;

        Any(List<Matcher> parts, int minimum, Weighing rounding) {
            this.parts = parts.toArray(Matcher[]::new);
            this.minimum = minimum;
            this.rounding = rounding;
        }

        @Override
        int seek(int target) {
            int wanted = target;
            while (true) {
                int least = NONE;
                int there = 0;
                for (Matcher part : parts) {
                    int at = part.doc < wanted ? part.seek(wanted) : part.doc;
                    if (at < least) {
                        least = at;
                        there = 1;
                    } else if (at == least) {
                        there++;
                    }
                }
                if (least == NONE || there >= minimum) {
                    doc = least;
                    return doc;
                }
                wanted = least + 1;
            }
        }

        @Override
        double score() {
            double sum = 0;
            for (Matcher part : parts) {
                if (part.doc == doc) {
                    sum += part.score();
                }
            }
            return rounding.finish(sum);
        }

        @Override
        long cost() {
            long cost = 0;
            for (Matcher part : parts) {
                cost += part.cost();
            }
            return cost;
        }
    }
}
