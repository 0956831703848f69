package dev.backendmastery.caching.cache;

/**
 * What a cache has done since it was made.
 *
 * @param hits look-ups that found a value
 * @param misses look-ups that did not
 * @param loads loads that returned a value
 * @param failedLoads loads that threw
 * @param evictions values dropped because the cache was full
 * @param expirations values dropped because their time was over
 */
public record CacheStats(long hits, long misses, long loads, long failedLoads, long evictions, long expirations) {

    /** Hits among all look-ups, from 0 to 1; 0 if there were none. */
    public double hitRatio() {
        long all = hits + misses;
        return all == 0 ? 0 : (double) hits / all;
    }
}
