package dev.backendmastery.search.relevance;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What people said of documents: a grade each, 0 for not relevant, more for more. Below 0, as some collections say of spam, is not
 * relevant either.
 *
 * @param grades by query, then by document, in the order of the file
 */
public record Judgments(Map<String, Map<String, Integer>> grades) {

    /** Cannot be changed afterwards. */
    public Judgments {
        Map<String, Map<String, Integer>> copy = new LinkedHashMap<>();
        grades.forEach((query, of) -> copy.put(query, Collections.unmodifiableMap(new LinkedHashMap<>(of))));
        grades = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads TREC's qrels: {@code query iteration document grade} a line.
     *
     * @throws RelevanceFormatException if a line is not that, or judges a document again and otherwise
     */
    public static Judgments read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(reader, file.toString());
        }
    }

    /**
     * Reads the same from anywhere.
     *
     * @param name for messages
     * @throws RelevanceFormatException if a line is not that, or judges a document again and otherwise
     */
    public static Judgments read(Reader reader, String name) throws IOException {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        Lines.each(reader, (line, number) -> {
            String[] words = Lines.words(name, number, line, "query iteration document grade");
            int grade;
            try {
                grade = Integer.parseInt(words[3]);
            } catch (NumberFormatException e) {
                throw new RelevanceFormatException(name, number, "grade must be a whole number, was " + words[3]);
            }
            if (grade > 30) {
                throw new RelevanceFormatException(name, number, "grade must be at most 30, was " + grade);
            }
            Integer before = grades.computeIfAbsent(words[0], query -> new LinkedHashMap<>())
                    .putIfAbsent(words[2], grade);
            if (before != null && before != grade) {
                throw new RelevanceFormatException(
                        name, number, "judges " + words[2] + " again, " + grade + " after " + before);
            }
        });
        return new Judgments(grades);
    }

    /** The grades of a query; empty if it has none. */
    public Map<String, Integer> of(String query) {
        return grades.getOrDefault(query, Map.of());
    }
}
