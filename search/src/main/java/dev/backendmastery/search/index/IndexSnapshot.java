package dev.backendmastery.search.index;

import java.util.Optional;

/** An index as it was at one moment. For any number of threads; to be closed, after which calls throw {@link IllegalStateException}. */
public interface IndexSnapshot extends AutoCloseable {

    /** How many documents there are. */
    long size();

    /** The document of this id, with those of its values that are stored. */
    Optional<Document> find(String id);

    /**
     * The best hits of a query.
     *
     * @throws IllegalArgumentException if a field is not there or is of another type than the query, sort or facet needs
     * @throws IndexUnavailableException if the engine does not answer
     */
    Hits search(Search search);

    /**
     * Why the document has its score.
     *
     * @return with the same value as the hit's score; empty if the query does not match, or there is no such document
     */
    Optional<Explanation> explain(Query query, String id);

    @Override
    void close();
}
