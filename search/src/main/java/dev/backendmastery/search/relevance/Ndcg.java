package dev.backendmastery.search.relevance;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The ideal order is that of all judged documents, found or not: otherwise finding less would be worth more. */
record Ndcg(int k, Gain gain) implements Measure {

    private static final double[] DISCOUNTS = new double[1_000];

    static {
        for (int i = 0; i < DISCOUNTS.length; i++) {
            DISCOUNTS[i] = discount(i + 1);
        }
    }

    Ndcg {
        Counting.atLeastOne(k);
    }

    @Override
    public String name() {
        return "nDCG@" + k + (gain == Gain.LINEAR ? "" : " " + gain.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        int[] ideal = new int[grades.size()];
        int judged = 0;
        for (int grade : grades.values()) {
            ideal[judged++] = grade;
        }
        Arrays.sort(ideal);
        double best = 0;
        for (int rank = 1; rank <= Math.min(k, judged); rank++) {
            best += worth(ideal[judged - rank]) * at(rank);
        }
        if (best == 0) {
            throw new IllegalArgumentException("grades must hold a relevant document, were " + grades);
        }
        double sum = 0;
        for (int rank = 1; rank <= Math.min(k, ranking.size()); rank++) {
            Integer grade = grades.get(ranking.get(rank - 1));
            if (grade != null) {
                sum += worth(grade) * at(rank);
            }
        }
        return sum / best;
    }

    private double worth(int grade) {
        if (grade <= 0) {
            return 0;
        }
        return gain == Gain.LINEAR ? grade : Math.pow(2, grade) - 1;
    }

    private static double at(int rank) {
        return rank <= DISCOUNTS.length ? DISCOUNTS[rank - 1] : discount(rank);
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(rank + 1.0);
    }
}
