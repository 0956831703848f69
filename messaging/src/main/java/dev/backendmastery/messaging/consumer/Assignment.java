package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.Partition;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A partition, for as long as it is ours without a break: its epoch. Whatever belongs to an assignment that is over counts for
 * nothing.
 */
final class Assignment {

    final Partition partition;
    final Progress progress;
    /** Handlers that run and appends that are under way. */
    final AtomicInteger busy = new AtomicInteger();
    /** Whether its tasks may begin. */
    volatile boolean open = true;

    // The owner's own.
    @Nullable
    Commit committed;

    boolean paused;
    /** Nothing of it is taken until then: a tier's first record is not due, or its parked keys are not known. */
    volatile boolean waits;

    Assignment(Partition partition, @Nullable Commit committed, Gaps before) {
        this.partition = partition;
        this.committed = committed;
        this.progress = new Progress(committed, before);
    }
}
