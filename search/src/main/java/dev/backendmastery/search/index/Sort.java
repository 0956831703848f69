package dev.backendmastery.search.index;

import org.jspecify.annotations.Nullable;

/**
 * What hits are ordered by.
 *
 * @param field a number, date or keyword field (the least of several values, or the greatest if descending); null for the score
 * @param descending greatest first; documents without a value come last either way
 */
public record Sort(@Nullable String field, boolean descending) {

    /** Best first. */
    public static Sort score() {
        return new Sort(null, true);
    }

    /** Least first. */
    public static Sort ascending(String field) {
        return new Sort(field, false);
    }

    /** Greatest first. */
    public static Sort descending(String field) {
        return new Sort(field, true);
    }
}
