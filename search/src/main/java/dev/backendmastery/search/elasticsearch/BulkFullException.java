package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.SearchIndexException;

/** The buffer had no room for as long as the caller was to wait: the engine is too slow, or does not answer. Nothing was taken. */
public final class BulkFullException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    BulkFullException(String message) {
        super(message);
    }
}
