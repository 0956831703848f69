package dev.backendmastery.caching.redis;

import java.util.Collection;
import java.util.Map;

/** One process's {@link RedisCache}, each method of which a planted fault may get wrong. */
class SharedCache extends ForwardingCache {

    final RedisCache<String> cache;

    SharedCache(RedisCache<String> cache) {
        super(cache);
        this.cache = cache;
    }

    Map<String, String> getAll(Collection<String> keys) {
        return cache.getAll(keys);
    }

    void putAll(Map<String, String> values) {
        cache.putAll(values);
    }
}
