package dev.backendmastery.search.relevance;

import java.util.List;
import java.util.Map;

/**
 * A number for one ranking: 0 is nothing, 1 is as good as it can be.
 *
 * <p><b>Guarantee</b> (RE-1 to RE-8): each equals its definition on examples that were computed by hand; a document that was not
 * judged, or with a grade below 1, is not relevant.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear in the ranking; nDCG sorts the grades of its query.
 *
 * <p><b>Not for</b> comparing two collections: the numbers say which of two rankings is better on one set of queries.
 */
public interface Measure {

    /** Such as {@code nDCG@10}. */
    String name();

    /**
     * Measures a ranking.
     *
     * @param ranking document ids, best first, each once
     * @param grades what was judged of the query; at least one is 1 or more
     * @return 0 to 1
     */
    double of(List<String> ranking, Map<String, Integer> grades);

    /** What a grade is worth. */
    enum Gain {
        /** The grade itself, as in the paper. */
        LINEAR,
        /** {@code 2^grade - 1}: the best counts for much more. */
        EXPONENTIAL
    }

    /**
     * Discounted cumulated gain of the first {@code k}, each gain divided by {@code log2(rank + 1)}, as a share of what the best
     * order of all that was judged has.
     *
     * @param k how many, at least 1
     */
    static Measure ndcg(int k, Gain gain) {
        return new Ndcg(k, gain);
    }

    /**
     * One divided by the rank of the first that is relevant; 0 if none is among the first {@code k}. Its mean is the MRR.
     *
     * @param k how many, at least 1
     */
    static Measure reciprocalRank(int k) {
        return new Counting("RR@" + Counting.atLeastOne(k), (ranking, grades) -> {
            for (int i = 0; i < Math.min(k, ranking.size()); i++) {
                if (Counting.isRelevant(grades, ranking.get(i))) {
                    return 1.0 / (i + 1);
                }
            }
            return 0;
        });
    }

    /**
     * The precision at the rank of each relevant document, 0 for those that are not among the first {@code k}; the mean over all
     * relevant ones. Its mean is the MAP.
     *
     * @param k how many, at least 1
     */
    static Measure averagePrecision(int k) {
        return new Counting("AP@" + Counting.atLeastOne(k), (ranking, grades) -> {
            double sum = 0;
            int found = 0;
            for (int i = 0; i < Math.min(k, ranking.size()); i++) {
                if (Counting.isRelevant(grades, ranking.get(i))) {
                    found++;
                    sum += (double) found / (i + 1);
                }
            }
            return sum / Counting.relevant(grades);
        });
    }

    /**
     * How much of the first {@code k} is relevant; a ranking that is shorter lacks the rest.
     *
     * @param k how many, at least 1
     */
    static Measure precision(int k) {
        return new Counting(
                "P@" + Counting.atLeastOne(k), (ranking, grades) -> (double) Counting.relevant(ranking, grades, k) / k);
    }

    /**
     * How much of what is relevant is among the first {@code k}.
     *
     * @param k how many, at least 1
     */
    static Measure recall(int k) {
        return new Counting(
                "R@" + Counting.atLeastOne(k),
                (ranking, grades) -> (double) Counting.relevant(ranking, grades, k) / Counting.relevant(grades));
    }

    /**
     * How many of the first {@code k} have a judgment, whichever; 1 if there are none at all.
     *
     * @param k how many, at least 1
     */
    static Measure judged(int k) {
        return new Counting("judged@" + Counting.atLeastOne(k), (ranking, grades) -> {
            List<String> first = ranking.subList(0, Math.min(k, ranking.size()));
            return first.isEmpty()
                    ? 1
                    : (double) first.stream().filter(grades::containsKey).count() / first.size();
        });
    }
}
