package dev.backendmastery.caching.cache;

/** Is told of what a cache no longer remembers, after the fact and without any lock held. */
@FunctionalInterface
public interface RemovalListener<K, V> {

    /**
     * {@code value} is gone. Calls for one key may come in another order than its values went, and at once, if more than one
     * thread writes it. What this throws is logged and disturbs nobody.
     */
    void removed(K key, V value, RemovalCause cause);
}
