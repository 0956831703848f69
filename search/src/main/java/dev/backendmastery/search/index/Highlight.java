package dev.backendmastery.search.index;

import java.util.List;

/**
 * Fragments of texts with what was found marked. The text is escaped for HTML, the marks are not.
 *
 * @param fields text fields that are stored
 * @param fragments the most fragments of a field, from 1 to 100
 * @param size about how many UTF-16 units a fragment has, from 10 to 10,000
 * @param before what stands before a found word
 * @param after what stands after it
 */
public record Highlight(List<String> fields, int fragments, int size, String before, String after) {

    /** Refuses numbers out of range. */
    public Highlight {
        fields = List.copyOf(fields);
        if (fragments < 1 || fragments > 100) {
            throw new IllegalArgumentException("fragments must be 1 to 100, were " + fragments);
        }
        if (size < 10 || size > 10_000) {
            throw new IllegalArgumentException("size must be 10 to 10000, was " + size);
        }
    }

    /** Up to three fragments of about 150 units, found words in {@code <em>}. */
    public static Highlight of(String... fields) {
        return new Highlight(List.of(fields), 3, 150, "<em>", "</em>");
    }
}
