package dev.backendmastery.search.relevance;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an engine answered.
 *
 * @param rankings document ids by query, best first
 */
public record Run(Map<String, List<String>> rankings) {

    private static final Comparator<Map.Entry<String, Double>> BEST_FIRST = Map.Entry.<String, Double>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.<String, Double>comparingByKey().reversed());

    /**
     * Cannot be changed afterwards.
     *
     * @throws IllegalArgumentException if a ranking has a document twice
     */
    public Run {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        rankings.forEach((query, ranking) -> {
            if (ranking.stream().distinct().count() < ranking.size()) {
                throw new IllegalArgumentException("ranking of " + query + " must have each document once: " + ranking);
            }
            copy.put(query, List.copyOf(ranking));
        });
        rankings = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads TREC's runs: {@code query Q0 document rank score tag} a line. The scores make the order, not the ranks; of equal scores
     * the greater id is first, as {@code trec_eval} has it.
     *
     * @throws RelevanceFormatException if a line is not that, or has a document again
     */
    public static Run read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(reader, file.toString());
        }
    }

    /**
     * Reads the same from anywhere.
     *
     * @param name for messages
     * @throws RelevanceFormatException if a line is not that, or has a document again
     */
    public static Run read(Reader reader, String name) throws IOException {
        Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
        Lines.each(reader, (line, number) -> {
            String[] words = Lines.words(name, number, line, "query Q0 document rank score tag");
            double score;
            try {
                score = Double.parseDouble(words[4]);
            } catch (NumberFormatException e) {
                throw new RelevanceFormatException(name, number, "score must be a number, was " + words[4]);
            }
            if (Double.isNaN(score)) {
                throw new RelevanceFormatException(name, number, "score must be a number, was NaN");
            }
            if (scores.computeIfAbsent(words[0], query -> new HashMap<>()).putIfAbsent(words[2], score) != null) {
                throw new RelevanceFormatException(name, number, "has " + words[2] + " a second time for " + words[0]);
            }
        });
        Map<String, List<String>> rankings = new LinkedHashMap<>();
        scores.forEach((query, of) -> rankings.put(query, rank(of)));
        return new Run(rankings);
    }

    /**
     * Orders documents by score.
     *
     * @param scores none is NaN
     * @return the highest first; of equal scores the greater id
     */
    public static List<String> rank(Map<String, Double> scores) {
        List<Map.Entry<String, Double>> entries = new ArrayList<>(scores.entrySet());
        for (Map.Entry<String, Double> entry : entries) {
            if (entry.getValue().isNaN()) {
                throw new IllegalArgumentException("score of " + entry.getKey() + " must be a number, was NaN");
            }
        }
        entries.sort(BEST_FIRST);
        return entries.stream().map(Map.Entry::getKey).toList();
    }

    /** The ranking of a query; empty if there is none. */
    public List<String> of(String query) {
        return rankings.getOrDefault(query, List.of());
    }
}
