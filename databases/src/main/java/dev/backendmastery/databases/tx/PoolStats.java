package dev.backendmastery.databases.tx;

/**
 * A pool at one moment.
 *
 * @param active connections in use
 * @param idle connections at rest
 * @param waiting callers that wait for one
 * @param size the most connections there may be
 */
public record PoolStats(int active, int idle, int waiting, int size) {}
