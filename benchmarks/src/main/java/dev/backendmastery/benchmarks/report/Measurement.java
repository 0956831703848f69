package dev.backendmastery.benchmarks.report;

import java.util.Collections;
import java.util.List;

/**
 * One contestant in one discipline.
 *
 * @param benchmark the discipline
 * @param threads how many threads at once
 * @param impl the contestant; ours start with {@code ours}, baselines with {@code naive}, bounds with {@code floor}
 * @param unit of the scores
 * @param moreIsBetter whether a higher score is better
 * @param scores one for each fork or round
 */
public record Measurement(
        String benchmark, int threads, String impl, String unit, boolean moreIsBetter, List<Double> scores) {

    double median() {
        List<Double> sorted = scores.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double lowest() {
        return Collections.min(scores);
    }

    double highest() {
        return Collections.max(scores);
    }
}
