package dev.backendmastery.caching.redis;

/** Told of a value that was found in Redis. */
@FunctionalInterface
interface Found<V> {

    /** {@code value} was in Redis and had {@code millisLeft} to live when Redis read it. */
    void found(V value, long millisLeft);
}
