package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Partition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is told what happens, for metrics and alarms.
 *
 * <p><b>Threads.</b> Called by the owner thread and by those of the handlers: it must be short. What it throws is logged.
 */
public interface ConsumerListener {

    /** These are now ours. */
    default void onAssigned(Set<Partition> partitions) {}

    /** These were given up; what was finished of them is committed, or could not be. */
    default void onRevoked(Set<Partition> partitions) {}

    /** These were taken away; nothing of them was committed. */
    default void onLost(Set<Partition> partitions) {}

    /** The record's handler failed for the {@code attempt}th time; it will be tried again, in place or in a tier. */
    default void onRetry(LogRecord record, int attempt, Throwable failure) {}

    /** The record is in the dead letters. */
    default void onDeadLetter(LogRecord record, DeadLetter.Reason reason) {}

    /** A commit, or an append to a tier or to the dead letters, did not go well; it is tried again. */
    default void onUnavailable(Throwable failure) {}

    /** It has ended: closed, or, with a failure, by itself. */
    default void onStopped(@Nullable Throwable failure) {}
}
