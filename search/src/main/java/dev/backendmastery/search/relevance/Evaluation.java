package dev.backendmastery.search.relevance;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a measure says of a run, query by query. All queries count that have a relevant document: one that the run
 * does not answer counts 0, one without relevant documents cannot be measured and does not count.
 *
 * @param measure its name
 * @param scores by query, in the order of the judgments
 */
public record Evaluation(String measure, Map<String, Double> scores) {

    /** What becomes of documents that nobody has judged. */
    public enum Unjudged {
        /** They are not relevant, and take a rank: an engine unlike those whose results were judged loses by it. */
        NOT_RELEVANT,
        /** They are left out of the ranking, and what follows moves up: such an engine gains by it. */
        LEFT_OUT
    }

    /** Cannot be changed afterwards. */
    public Evaluation {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    /** Measures a run; documents that nobody has judged are not relevant. */
    public static Evaluation of(Run run, Judgments judgments, Measure measure) {
        return of(run, judgments, measure, Unjudged.NOT_RELEVANT);
    }

    /** Measures a run. */
    public static Evaluation of(Run run, Judgments judgments, Measure measure, Unjudged unjudged) {
        Map<String, Double> scores = new LinkedHashMap<>();
        judgments.grades().forEach((query, grades) -> {
            if (Counting.relevant(grades) > 0) {
                List<String> ranking = run.of(query);
                if (unjudged == Unjudged.LEFT_OUT) {
                    ranking = ranking.stream().filter(grades::containsKey).toList();
                }
                scores.put(query, measure.of(ranking, grades));
            }
        });
        return new Evaluation(measure.name(), scores);
    }

    /** Over all queries that count; 0 if none does. */
    public double mean() {
        return scores.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
