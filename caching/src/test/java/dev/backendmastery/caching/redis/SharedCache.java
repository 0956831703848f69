package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One process's {@link RedisCache}, each method of which a planted fault may get wrong. */
class SharedCache implements Cache<String, String> {

    final RedisCache<String> cache;

    SharedCache(RedisCache<String> cache) {
        this.cache = cache;
    }

    @Override
    public @Nullable String getIfPresent(String key) {
        return cache.getIfPresent(key);
    }

    @Override
    public String get(String key, Function<? super String, ? extends String> loader) {
        return cache.get(key, loader);
    }

    @Override
    public void put(String key, String value) {
        cache.put(key, value);
    }

    @Override
    public void remove(String key) {
        cache.remove(key);
    }

    @Override
    public void clear() {
        cache.clear();
    }

    @Override
    public CacheStats stats() {
        return cache.stats();
    }

    Map<String, String> getAll(Collection<String> keys) {
        return cache.getAll(keys);
    }

    void putAll(Map<String, String> values) {
        cache.putAll(values);
    }
}
