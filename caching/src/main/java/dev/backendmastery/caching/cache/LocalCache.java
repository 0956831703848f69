package dev.backendmastery.caching.cache;

import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Cache} in this process: what can be promised where nobody else holds the values.
 *
 * <p><b>Guarantee.</b> {@link Cache}'s clauses. The weights of what is held sum up to the maximum at most (C-11). With a
 * time after access each look-up begins it anew (C-12), and each entry may have a time of its own (C-13). Every value that
 * was given ends once in front of the removal listener, with the cause that took it (C-14), and a listener that throws
 * disturbs nobody (C-15). {@link #compute} is atomic (C-16), and one that throws leaves what was there (C-17). A
 * {@link #snapshot} shows nothing that was not there while it was taken (C-18). What has expired leaves memory while others are written,
 * without being looked up (C-19).
 *
 * @param <K> a key with stable {@code equals} and {@code hashCode}
 * @param <V> the value
 */
public interface LocalCache<K, V> extends Cache<K, V> {

    /**
     * Puts what {@code change} makes of the value that is there, or of null if there is none, in its place; null removes it.
     * The function is called once, without a lock held: others who compute or load the key wait for it, while a
     * {@link #put} or {@link #remove} of the key, its eviction or its expiry goes ahead and counts as what came after.
     *
     * @return what {@code change} returned
     * @throws IllegalStateException if {@code change} computes or loads the same key
     * @throws RuntimeException what {@code change} threw; what was there stays
     */
    @Nullable
    V compute(K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> change);

    /**
     * What is remembered and has not expired; a copy, which no longer changes. Each of its values was there at some moment of
     * the call, and what was there throughout is among them. Counts no hits.
     */
    Map<K, V> snapshot();

    /** Releases what has expired now; takes time in proportion to that. */
    void cleanUp();

    /** The number of entries in memory, expired ones that were not released yet included. */
    int size();
}
