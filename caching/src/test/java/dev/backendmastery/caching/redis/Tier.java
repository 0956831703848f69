package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.Cache;

/** A {@link TieredCache}, or a planted wrong one. */
interface Tier extends Cache<String, String>, AutoCloseable {

    boolean isTracking();

    /** Whether the threads of its own have ended, waiting for them a while. */
    boolean hasEnded() throws InterruptedException;

    @Override
    void close();
}
