package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passes every call on: for those who add some, or get some wrong. */
class ForwardingCache implements Cache<String, String> {

    private final Cache<String, String> to;

    ForwardingCache(Cache<String, String> to) {
        this.to = to;
    }

    @Override
    public @Nullable String getIfPresent(String key) {
        return to.getIfPresent(key);
    }

    @Override
    public String get(String key, Function<? super String, ? extends String> loader) {
        return to.get(key, loader);
    }

    @Override
    public void put(String key, String value) {
        to.put(key, value);
    }

    @Override
    public void remove(String key) {
        to.remove(key);
    }

    @Override
    public void clear() {
        to.clear();
    }

    @Override
    public CacheStats stats() {
        return to.stats();
    }
}
