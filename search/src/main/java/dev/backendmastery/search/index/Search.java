package dev.backendmastery.search.index;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query and what is wanted of its hits.
 *
 * @param query what to find
 * @param top the most hits, from 0 to 10,000
 * @param sorts what they are ordered by, first first; empty for the score
 * @param after goes on after this hit; null from the first
 * @param facets what to count
 * @param highlight what to mark; null for nothing
 * @param countTo up to this number {@link Hits#total} is exact, from 0; facets and sorts make it exact at any number
 */
public record Search(
        Query query,
        int top,
        List<Sort> sorts,
        @Nullable Cursor after,
        List<Facet> facets,
        @Nullable Highlight highlight,
        int countTo) {

    /** Refuses numbers out of range. */
    public Search {
        if (top < 0 || top > 10_000) {
            throw new IllegalArgumentException("top must be 0 to 10000, was " + top);
        }
        if (countTo < 0) {
            throw new IllegalArgumentException("countTo must not be negative, was " + countTo);
        }
        sorts = List.copyOf(sorts);
        facets = List.copyOf(facets);
    }

    /** The ten best; counted to 1,000. */
    public static Search of(Query query) {
        return new Search(query, 10, List.of(), null, List.of(), null, 1_000);
    }

    /** The most hits. */
    public Search top(int most) {
        return new Search(query, most, sorts, after, facets, highlight, countTo);
    }

    /** Ordered so. */
    public Search sort(Sort... by) {
        return new Search(query, top, List.of(by), after, facets, highlight, countTo);
    }

    /** The next page. */
    public Search after(Cursor last) {
        return new Search(query, top, sorts, last, facets, highlight, countTo);
    }

    /** With counts. */
    public Search facets(Facet... counted) {
        return new Search(query, top, sorts, after, List.of(counted), highlight, countTo);
    }

    /** With marks. */
    public Search highlight(Highlight marks) {
        return new Search(query, top, sorts, after, facets, marks, countTo);
    }

    /** Counts exactly, at the price of visiting every match. */
    public Search countAll() {
        return countTo(Integer.MAX_VALUE);
    }

    /** Counts exactly up to here. */
    public Search countTo(int number) {
        return new Search(query, top, sorts, after, facets, highlight, number);
    }
}
