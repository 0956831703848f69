package dev.backendmastery.caching.loading;

/**
 * What a {@link LoadingCache} has done since it was made.
 *
 * @param hits look-ups that found what they were to return
 * @param misses look-ups that did not
 * @param loads keys that were loaded, refreshes included
 * @param failedLoads keys that could not be loaded, those that timed out included
 * @param timeouts keys that were not loaded by their deadline
 * @param calls calls of the loader, each for one key or many
 * @param staleServed look-ups that were answered by an expired value, as it could not be loaded
 * @param unremembered keys whose value the store did not take
 */
public record LoadingStats(
        long hits,
        long misses,
        long loads,
        long failedLoads,
        long timeouts,
        long calls,
        long staleServed,
        long unremembered) {

    /** Hits among all look-ups, from 0 to 1; 0 if there were none. */
    public double hitRatio() {
        long all = hits + misses;
        return all == 0 ? 0 : (double) hits / all;
    }
}
