package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Document;
import java.io.IOException;
import java.util.List;

/** Where batches go: {@link ElasticsearchIndex#sink}. For any number of threads. */
public interface BulkSink {

    /**
     * How the document is sent.
     *
     * @throws IllegalArgumentException if it does not fit the index
     */
    String encode(Document document);

    /**
     * Sends a batch. A change of a version below the one that is there is answered 409 and leaves it; one of the same version
     * takes place again. Changes of one id take place in their order.
     *
     * @return an answer for each, in their order; if the batch was refused as a whole, the same for all
     * @throws IOException if there was no answer: whether it took place is not known
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException;
}
