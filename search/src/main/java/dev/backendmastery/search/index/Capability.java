package dev.backendmastery.search.index;

/** What not every index can do. */
public enum Capability {
    /** What was committed is there after the index was closed, or its process killed, and opened again. */
    DURABLE,
    /** A snapshot sees all of a batch or nothing of it. */
    ATOMIC_BATCHES,
    /** Scores are made from the documents that are there: not from deleted ones, nor from those of one shard. */
    EXACT_STATISTICS,
    /** {@link Hits#cut()} says when a fuzzy query had more terms than it may take. */
    REPORTS_CUT,
    /** A cursor of one snapshot goes on in a later one: what was there in both is neither repeated nor skipped. */
    LASTING_CURSORS
}
