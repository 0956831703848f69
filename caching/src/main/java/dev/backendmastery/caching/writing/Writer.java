package dev.backendmastery.caching.writing;

import java.util.List;

/**
 * The store behind a {@link WritingCache}. It must end by itself: give its client time-outs.
 *
 * @param <K> keys
 * @param <V> values
 */
@FunctionalInterface
public interface Writer<K, V> {

    /**
     * Writes {@code changes}, each of another key, best in one transaction. A change may come again after a failure, so
     * writing it twice must be the same as once.
     *
     * @param changes at least one
     * @throws Exception if not all were written; they are then tried again, one by one
     */
    void write(List<Change<K, V>> changes) throws Exception;
}
