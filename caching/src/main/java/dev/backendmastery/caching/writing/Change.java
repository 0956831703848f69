package dev.backendmastery.caching.writing;

import org.jspecify.annotations.Nullable;

/**
 * A key and what it has become.
 *
 * @param value the new value, or null: the key was removed
 * @param version grows with each change of a key: a store that writes only over smaller ones ({@code where version < ?}) is
 *     safe from a worker that was paused and comes back
 */
public record Change<K, V>(K key, @Nullable V value, long version) {}
