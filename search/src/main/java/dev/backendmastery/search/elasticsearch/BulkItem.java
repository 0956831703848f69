package dev.backendmastery.search.elasticsearch;

import java.util.Optional;

/**
 * A change on its way to the engine.
 *
 * @param id of which document
 * @param version its place among the changes of that document
 * @param source the document as it is sent; empty if it is deleted
 */
public record BulkItem(String id, long version, Optional<String> source) {}
