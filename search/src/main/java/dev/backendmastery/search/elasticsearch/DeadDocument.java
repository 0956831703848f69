package dev.backendmastery.search.elasticsearch;

/**
 * A change that the engine refuses and always will.
 *
 * @param item what was sent
 * @param status as of HTTP
 * @param reason the engine's
 */
public record DeadDocument(BulkItem item, int status, String reason) {}
