package dev.backendmastery.search.index;

import java.util.Set;

/**
 * Documents by id, and searching them by words and values.
 *
 * <p><b>Guarantee.</b> What was applied is found after {@link #refresh}, as it was, and not before (SI-1); one id is one
 * document, the last one applied (SI-2), and what was deleted is gone (SI-3). A batch that is refused changes nothing
 * (SI-4). A snapshot stays as it was (SI-5), and sees a batch as a whole if the index has {@link
 * Capability#ATOMIC_BATCHES} (SI-6). Queries find exactly what they say (SI-7 to SI-17), best first and ties in an order that does not change
 * within a snapshot (SI-18, SI-19); pages join without gaps or repeats (SI-20, SI-21); facets (SI-22, SI-23), highlights
 * (SI-24), explanations (SI-25) and totals (SI-26) are about the same documents. An index knows its schema (SI-27), is
 * there after it was opened again if it is {@link Capability#DURABLE} (SI-28), and refuses once closed (SI-29).
 *
 * <p><b>Threads.</b> Safe for any number of threads; batches are applied one after the other. <b>Cost.</b> Stated by each
 * implementation. <b>Not for</b> keeping the only copy of data: an index is made from a source, and made again from it
 * when an analyzer changes. <b>Source.</b> Lucene's and Elasticsearch's semantics, where they agree.
 */
public interface SearchIndex extends AutoCloseable {

    /** The fields, as they were given. */
    Schema schema();

    /** What this one can do beyond the contract. */
    Set<Capability> capabilities();

    /**
     * Takes upserts and deletes, in their order. They are found after the next {@link #refresh}.
     *
     * @throws IllegalArgumentException if a document does not fit the schema; nothing of the batch is applied then
     * @throws IndexUnavailableException if it is not known whether it was applied; it may be applied again
     */
    void apply(Batch batch);

    /** Makes what was applied before visible to the snapshots that are taken after. */
    void refresh();

    /** Returns when what was applied before outlives this process, where the index is {@link Capability#DURABLE}. */
    void commit();

    /** The documents as of the last {@link #refresh}; to be closed. */
    IndexSnapshot snapshot();

    /** Searches a snapshot of now. */
    default Hits search(Search search) {
        try (IndexSnapshot snapshot = snapshot()) {
            return snapshot.search(search);
        }
    }

    /** Ends the index; what was not committed may be lost. Later calls throw {@link IllegalStateException}. */
    @Override
    void close();
}
