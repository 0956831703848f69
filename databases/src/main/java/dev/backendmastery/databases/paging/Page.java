package dev.backendmastery.databases.paging;

import java.util.List;
import java.util.Optional;

/**
 * Rows of a list, and the ways on.
 *
 * @param rows the rows, in the order of the list also when it is walked backwards
 * @param next the cursor of the page behind; empty if there was nothing behind
 * @param previous the cursor of the page before; empty on the first page
 * @param <R> a row
 */
public record Page<R>(List<R> rows, Optional<String> next, Optional<String> previous) {

    /** Copies the list. */
    public Page {
        rows = List.copyOf(rows);
    }
}
