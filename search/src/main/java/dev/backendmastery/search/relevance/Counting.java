package dev.backendmastery.search.relevance;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;

/** A measure that asks of each document only whether it is relevant. */
record Counting(String name, ToDoubleBiFunction<List<String>, Map<String, Integer>> formula) implements Measure {

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        if (relevant(grades) == 0) {
            throw new IllegalArgumentException("grades must hold a relevant document, were " + grades);
        }
        return formula.applyAsDouble(ranking, grades);
    }

    @Override
    public String toString() {
        return name;
    }

    static int atLeastOne(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, was " + k);
        }
        return k;
    }

    static boolean isRelevant(Map<String, Integer> grades, String document) {
        Integer grade = grades.get(document);
        return grade != null && grade > 0;
    }

    static int relevant(Map<String, Integer> grades) {
        int count = 0;
        for (int grade : grades.values()) {
            if (grade > 0) {
                count++;
            }
        }
        return count;
    }

    static int relevant(List<String> ranking, Map<String, Integer> grades, int k) {
        int count = 0;
        for (int i = 0; i < Math.min(k, ranking.size()); i++) {
            if (isRelevant(grades, ranking.get(i))) {
                count++;
            }
        }
        return count;
    }
}
