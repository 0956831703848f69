package dev.backendmastery.messaging.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces what was written while the writer writes on, where an ack does not wait for the disk: so the force at the end of a
 * segment finds little left to wait for. It proves nothing to anybody: what is durable is what the writer has forced itself.
 *
 * <p><b>Threads.</b> One of its own, while there is something to do; one force at a time, what is asked for meanwhile is left to
 * the next.
 */
final class ForceAhead implements AutoCloseable {

    /** So many bytes of a partition are worth a force. */
    static final long EVERY = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FileLog.class);

    private final ThreadPoolExecutor one;

    ForceAhead(String name) {
        one = new ThreadPoolExecutor(
                0,
                1,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Returns at once. */
    void ask(FilePartition partition, Disk.Appender appender) {
        one.execute(() -> {
            try {
                appender.force();
            } catch (ClosedChannelException e) {
                LOG.debug("{}: the segment has ended, and was forced for that", partition.id());
            } catch (IOException e) {
                // The system tells of it once: the writer's own force might succeed.
                partition.fail(e);
                LOG.error(
                        "{} takes no more appends: what was acked since the last force may be lost", partition.id(), e);
            }
        });
    }

    /** Waits for the force that runs. */
    @Override
    public void close() {
        one.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (one.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
