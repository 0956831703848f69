package dev.backendmastery.search.elasticsearch;

/**
 * What the engine said of one change.
 *
 * @param status as of HTTP: below 300 it took place, 409 a later version was there
 * @param reason why it did not
 */
public record BulkAnswer(int status, String reason) {}
