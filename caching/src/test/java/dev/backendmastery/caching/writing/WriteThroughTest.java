package dev.backendmastery.caching.writing;

import dev.backendmastery.caching.cache.BoundedCache;

final class WriteThroughTest extends WritingContract {

    @Override
    protected WritingCache<String, String> create(Wanted wanted) {
        return new WriteThrough<>(BoundedCache.<String, String>builder().lru(), wanted.writer);
    }

    @Override
    protected boolean isBehind() {
        return false;
    }
}
