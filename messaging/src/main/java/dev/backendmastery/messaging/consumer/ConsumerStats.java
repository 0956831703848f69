package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Partition;
import java.util.Map;
import java.util.Optional;

/**
 * How a consumer stands. The figures are of about the same moment.
 *
 * @param inFlight records that were taken and are not finished
 * @param inFlightBytes their keys, headers and payloads
 * @param handled records whose handler returned
 * @param failures how often a handler threw
 * @param deadLetters records that went to the dead letters
 * @param parkedKeys keys of our partitions whose records go there now
 * @param commits that were acked
 * @param failedCommits that were not
 * @param late handlers that ended after their partition was gone: what they did counts for nothing here
 * @param partitions ours
 * @param failure why it has ended, if not by being closed
 */
public record ConsumerStats(
        int inFlight,
        long inFlightBytes,
        long handled,
        long failures,
        long deadLetters,
        int parkedKeys,
        long commits,
        long failedCommits,
        long late,
        Map<Partition, PartitionStats> partitions,
        Optional<Throwable> failure) {

    /** How a consumer stands. */
    public ConsumerStats {
        partitions = Map.copyOf(partitions);
    }

    /**
     * How one partition stands.
     *
     * @param committed the offset that the group has committed last, or -1
     * @param next the offset after the last one taken, or -1
     * @param open records that were taken and are not finished
     * @param gaps runs of finished records above the first one that is not
     * @param metadataBytes what the gaps take of a commit's metadata, of {@value
     *     dev.backendmastery.messaging.log.Commit#MAX_METADATA}
     * @param paused whether nothing is taken at the moment
     */
    public record PartitionStats(long committed, long next, int open, int gaps, int metadataBytes, boolean paused) {

        /** How many offsets lie between what is committed and {@code end}, the log's end offset. */
        public long lag(long end) {
            return end - Math.max(0, committed);
        }
    }
}
