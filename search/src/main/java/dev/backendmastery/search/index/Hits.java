package dev.backendmastery.search.index;

import java.util.List;
import java.util.Map;

/**
 * What a search found.
 *
 * @param hits best first
 * @param total how many documents match; at least so many if not {@code exact}
 * @param exact whether {@code total} is all
 * @param facets by field, for each facet that was asked for
 * @param cut whether a fuzzy query had more terms than it may take
 */
public record Hits(List<Hit> hits, long total, boolean exact, Map<String, Counts> facets, boolean cut) {

    /** Cannot be changed afterwards. */
    public Hits {
        hits = List.copyOf(hits);
        facets = Map.copyOf(facets);
    }

    /** The ids, in their order. */
    public List<String> ids() {
        return hits.stream().map(Hit::id).toList();
    }

    /** The counts of a facet. @throws IllegalArgumentException if it was not asked for */
    public Counts counts(String field) {
        Counts counts = facets.get(field);
        if (counts == null) {
            throw new IllegalArgumentException("field must be one of " + facets.keySet() + ", was " + field);
        }
        return counts;
    }

    /**
     * One document.
     *
     * @param id its id
     * @param score how well it matches
     * @param document with those of its values that are stored
     * @param cursor to go on after it
     * @param highlights fragments by field; none for a field in which nothing was found
     */
    public record Hit(
            String id, double score, Document document, Cursor cursor, Map<String, List<String>> highlights) {}

    /**
     * Of one facet.
     *
     * @param values the most frequent first, ties by value
     * @param missing how many documents have no value
     */
    public record Counts(List<Count> values, long missing) {}

    /** How many documents have a value. */
    public record Count(String value, long count) {}
}
