package dev.backendmastery.patterns.outbox;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a relay has done since it was started.
 *
 * @param published messages acked, repeats among them
 * @param refused times that a message was refused
 * @param failures rounds that failed and were, or will be, tried again
 * @param lanes those that it has the lease of now; a {@link WalRelay}'s one lane is 0
 * @param lastFailure what the last failed round failed of
 * @param slotLagBytes how much of the log of the server is kept for its slot, as last looked at; 0 if it has none
 */
public record RelayStats(
        long published,
        long refused,
        long failures,
        Set<Integer> lanes,
        @Nullable String lastFailure,
        long slotLagBytes) {

    /** Copies the set. */
    public RelayStats {
        lanes = Set.copyOf(lanes);
    }
}
