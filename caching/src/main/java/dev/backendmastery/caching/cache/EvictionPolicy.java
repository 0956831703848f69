package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * Which entry goes when the cache is full. All calls come under the cache's lock, in an order that is that of the
 * accesses as far as the cache saw it; an entry belongs to the policy from {@link #inserted} to {@link #removed}.
 */
interface EvictionPolicy<K, V> {

    /** A new entry; it may be asked to go at once. */
    void inserted(Entry<K, V> entry);

    /** A hit on an entry that may have been removed meanwhile. */
    void accessed(Entry<K, V> entry);

    /** The entry is gone, for whatever reason. */
    void removed(Entry<K, V> entry);

    /** The entry that should go next, or null if there is none; it stays until {@link #removed}. */
    @Nullable
    Entry<K, V> victim();

    /** Throws {@link IllegalStateException} if the policy's structure is broken or does not hold {@code size} entries. */
    void validate(int size);
}
