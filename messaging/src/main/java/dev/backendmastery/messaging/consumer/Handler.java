package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.LogRecord;

/**
 * What is done with a record.
 *
 * <p><b>Threads.</b> Called by many threads at once, but never by two for records that {@link Order} puts one after the
 * other. It may be called again for a record that it has handled: who must act once remembers {@code envelope().id()}
 * where the effect is.
 */
@FunctionalInterface
public interface Handler {

    /**
     * Returns when the effect is as durable as it shall be: then the record may be committed.
     *
     * @throws Exception if it has not taken place, or perhaps not; the {@link RetryPolicy} decides
     */
    void handle(LogRecord record) throws Exception;
}
