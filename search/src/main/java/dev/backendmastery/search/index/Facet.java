package dev.backendmastery.search.index;

import java.util.Set;

/**
 * Counts of a keyword field's values, and which of them were chosen.
 *
 * <p>Hits have one of the chosen values of each facet that has any. The counts of a facet are of the documents that match the
 * query and the choices of all <em>other</em> facets: they say what another choice in it would give.
 *
 * @param field a keyword field
 * @param top the most values to count, the most frequent first, ties by value; from 1 to 10,000
 * @param chosen empty for no choice
 */
public record Facet(String field, int top, Set<String> chosen) {

    /** Refuses a number out of range. */
    public Facet {
        if (top < 1 || top > 10_000) {
            throw new IllegalArgumentException("top must be 1 to 10000, was " + top);
        }
        chosen = Set.copyOf(chosen);
    }

    /** The ten most frequent, with no choice. */
    public static Facet of(String field) {
        return new Facet(field, 10, Set.of());
    }

    /** With a choice. */
    public Facet choose(String... values) {
        return new Facet(field, top, Set.of(values));
    }
}
