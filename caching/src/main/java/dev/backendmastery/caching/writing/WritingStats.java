package dev.backendmastery.caching.writing;

/**
 * What a {@link WritingCache} has done since it was made.
 *
 * @param written changes that the store has taken
 * @param coalesced changes that were replaced by a newer one of their key before they were written
 * @param failedAttempts writes of one change that failed
 * @param abandoned changes that were handed to the dead letters
 * @param cacheFailures written changes that the cache could not be told; it may return an older value until its entry ends
 */
public record WritingStats(long written, long coalesced, long failedAttempts, long abandoned, long cacheFailures) {}
