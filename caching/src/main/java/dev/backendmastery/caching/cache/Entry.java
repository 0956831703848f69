package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/** A key, its value and its place in the policy's list; one object an entry. */
final class Entry<K, V> {
    final K key;
    final V value;
    final long writtenAt;
    final long lifeNanos;

    // The policy's, under the cache's lock.
    @Nullable
    Entry<K, V> older;

    @Nullable
    Entry<K, V> younger;

    boolean linked;

    Entry(K key, V value, long writtenAt, long lifeNanos) {
        this.key = key;
        this.value = value;
        this.writtenAt = writtenAt;
        this.lifeNanos = lifeNanos;
    }

    boolean isExpired(long now) {
        return now - writtenAt >= lifeNanos;
    }
}
