package dev.backendmastery.messaging.log;

import java.util.List;

/**
 * What one read found.
 *
 * @param records by offset; some offsets may be missing, where compaction removed what was there
 * @param next the offset to read on from
 */
public record Chunk(List<LogRecord> records, long next) {

    /** A chunk. */
    public Chunk {
        records = List.copyOf(records);
    }
}
