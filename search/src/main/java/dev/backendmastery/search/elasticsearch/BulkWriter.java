package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Takes changes one by one and brings them to an engine in batches.
 *
 * <p><b>Guarantee.</b> A future that completes says what is in the engine (BI-1); batches are bounded in number, size and age (BI-2), what is
 * taken and not yet there is bounded too (BI-3). What the engine cannot take now is sent again after a wait, alone (BI-4); what it will
 * never take becomes a dead letter, alone (BI-5). Of one document the highest version stays, whatever arrives when (BI-6). {@link
 * #flush} and {@link #close} wait for what was taken, and no longer than they may (BI-7, BI-8). An engine that refuses all, or
 * does not answer, costs attempts and then the future fails (BI-9, BI-10).
 *
 * <p><b>Threads.</b> Safe for any number of threads.
 */
public interface BulkWriter extends AutoCloseable {

    /** What became of a change. */
    enum Outcome {
        /** It is in the engine, found after the next refresh. */
        WRITTEN,
        /** A higher version of the document was there. */
        SUPERSEDED
    }

    /**
     * Puts a document in place of the one with its id, unless that has a higher version.
     *
     * @param version from 0; one version of an id has one content
     * @return completes when the engine has it; fails with {@link DocumentRefusedException} if it never will, with {@link
     *     IndexUnavailableException} if it is not known
     * @throws BulkFullException if there was no room in time
     * @throws IllegalStateException if this is closed
     */
    CompletableFuture<Outcome> upsert(Document document, long version);

    /** Removes a document, unless it has a higher version; the rest as {@link #upsert}. */
    CompletableFuture<Outcome> delete(String id, long version);

    /**
     * Waits until all that was taken before is settled, either way; what it is, the futures say.
     *
     * @throws IndexUnavailableException if that took longer; what was taken is still tried
     */
    void flush(Duration most);

    /** Takes nothing more and waits for what was taken, bounded; what is not there then has its future fail. */
    @Override
    void close();
}
