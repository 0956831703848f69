package dev.backendmastery.databases.paging;

import org.jooq.Record;
import org.jooq.SelectFinalStep;
import org.jspecify.annotations.Nullable;

/**
 * Gives the rows of a query page by page, in one order, forwards and backwards.
 *
 * <p><b>Guarantee.</b> The pages one after another are the whole list in its order, also with ties, nulls and mixed
 * directions (KP-1); walked back from the end they are the same (KP-2). A row that is there throughout the walk is seen
 * exactly once, whatever is inserted and deleted meanwhile (KP-3). Page 10,000 reads no more than page 1 with an index in
 * the list's order: at most 8 buffers for 20 rows that lie together, also with mixed directions (KP-4, KP-5). An order that
 * leaves ties is refused when the pager is made (KP-6). A cursor that this list did not give, be it changed, cut, extended,
 * of another list or another key, is refused before any query (KP-7), whatever its bytes (KP-9); cursors outlive a change
 * of the signing key as long as the former key is kept (KP-8). Page sizes are bounded (KP-10), and a page at either end
 * says so (KP-11).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> jumping to page n, nor for a total count.
 */
public interface Pager {

    /**
     * The page at {@code cursor}.
     *
     * @param query what to page over, without order and limit, with the keys of the order among its columns; it is changed
     *     and run, so it serves once
     * @param size the most rows of the page
     * @param cursor what {@link Page#next()} or {@link Page#previous()} gave; null for the first page
     * @throws InvalidCursorException if it is no cursor of this list; nothing was run
     * @throws IllegalArgumentException if {@code size} is out of range; nothing was run
     */
    <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, @Nullable String cursor);
}
