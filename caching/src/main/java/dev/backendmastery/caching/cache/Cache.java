package dev.backendmastery.caching.cache;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers values by key until they expire, are evicted or removed.
 *
 * <p><b>Guarantee.</b> A value that is returned was the latest put or loaded for its key (C-1), has not expired (C-2) and
 * was not removed (C-3). At quiescence a bounded cache holds at most its maximum (C-4). A key is loaded by at most one
 * caller at a time, the others wait for that one's value or failure (C-5); a load that fails leaves no mapping (C-6). A
 * load that was overtaken by a {@link #put} or {@link #remove} of its key is returned to its callers but not remembered
 * (C-7): what was invalidated does not come back.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> Stated by each implementation. <b>Not for</b> data that
 * must not be lost: a cache may forget anything at any time.
 *
 * @param <K> a key with stable {@code equals} and {@code hashCode}
 * @param <V> the value
 */
public interface Cache<K, V> {

    /** The value that is remembered for {@code key}, or null; counts a hit or a miss. */
    @Nullable
    V getIfPresent(K key);

    /**
     * The value that is remembered for {@code key}, or else the one that {@code loader} returns, remembered.
     *
     * @param loader must not return null; it may use this cache for other keys
     * @throws NullPointerException if an argument or the loaded value is null; nothing is remembered (C-8)
     * @throws IllegalStateException if the loader asks for the key that it is loading
     * @throws RuntimeException what the loader threw, to every caller that waited for it; nothing is remembered
     */
    V get(K key, Function<? super K, ? extends V> loader);

    /** Remembers {@code value} for {@code key}, in place of any other. */
    void put(K key, V value);

    /** Forgets {@code key}; a load of it that is under way will not be remembered. */
    void remove(K key);

    /**
     * Forgets everything, one after another; loads that are under way will not be remembered. Whether what others put meanwhile
     * stays is not said.
     */
    void clear();

    /** Counts since creation. */
    CacheStats stats();
}
