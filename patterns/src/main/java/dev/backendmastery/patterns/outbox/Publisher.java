package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Message;
import java.util.concurrent.CompletableFuture;

/**
 * Where a {@link Relay} publishes to.
 *
 * <p><b>Guarantee.</b> A future completes when the broker has acked the message, and never before. It fails with {@link
 * PublisherUnavailableException} if that cannot be known now, which is no fault of the message: the relay tries all
 * again; with anything else if the message was refused: the relay holds its key back. Messages of one key that were
 * handed over are seen in that order by those who read, as far as each was acked.
 *
 * <p><b>Threads.</b> One at a time calls {@link #publish} and {@link #flush}; futures complete on any thread.
 */
public interface Publisher extends AutoCloseable {

    /** Hands {@code message} over; it may wait for {@link #flush}. Not more than a page is handed over at once. */
    CompletableFuture<Void> publish(String topic, Message message);

    /** Sends what was handed over; it need not wait for the acks. */
    void flush() throws InterruptedException;

    /**
     * Whether a message that fails takes along all messages of its key that were handed over after it and before
     * the failure was known. If so a relay has many of one key under way, else one: otherwise a repeat would come after what was to
     * follow it.
     */
    boolean keepsOrder();

    /**
     * The publisher for a lane from now on, which its former owner may no longer use if the broker can prevent it. By default
     * this one.
     */
    default Publisher forLane(String lane) {
        return this;
    }

    /** Lets go of what it opened. What is under way may be published or not. */
    @Override
    void close();
}
