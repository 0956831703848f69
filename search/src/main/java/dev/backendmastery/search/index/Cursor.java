package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a hit stands in the order, to go on after it. Good for the same query and sorts, on the index that gave it.
 *
 * @param values the index's own: those it was sorted by and what breaks ties; each a String, Long, Double or null
 */
public record Cursor(List<@Nullable Object> values) {

    /** Cannot be changed afterwards. */
    public Cursor {
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }
}
