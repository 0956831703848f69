package dev.backendmastery.caching.loading;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Gets the value of a key from where it is kept for good.
 *
 * <p>It is called on the cache's executor, by several threads at once but for one key at a time. When its deadline has
 * passed, its thread is interrupted.
 *
 * @param <K> keys
 * @param <V> values
 */
@FunctionalInterface
public interface Loader<K, V> {

    /**
     * The value of {@code key}, or null if there is none.
     *
     * @throws Exception reaches all who wait for the value, as the cause
     */
    @Nullable
    V load(K key) throws Exception;

    /** A {@link Loader} of many keys by one call. */
    @FunctionalInterface
    interface Bulk<K, V> {

        /** The values of {@code keys}; a key that is left out has none, one that was not asked for is ignored. */
        Map<K, V> loadAll(Set<K> keys) throws Exception;
    }

    /** A {@link Loader} whose value comes later. */
    @FunctionalInterface
    interface Async<K, V> {

        /** Completes with the value of {@code key}, or null; is cancelled when its deadline has passed. */
        CompletionStage<? extends @Nullable V> load(K key) throws Exception;
    }

    /** A {@link Bulk} loader whose values come later. */
    @FunctionalInterface
    interface AsyncBulk<K, V> {

        /** Completes as {@link Bulk#loadAll} returns; is cancelled when the deadlines of all keys have passed. */
        CompletionStage<? extends Map<K, V>> loadAll(Set<K> keys) throws Exception;
    }
}
