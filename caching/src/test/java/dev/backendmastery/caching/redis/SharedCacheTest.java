package dev.backendmastery.caching.redis;

final class SharedCacheTest extends SharedCacheContract {}
