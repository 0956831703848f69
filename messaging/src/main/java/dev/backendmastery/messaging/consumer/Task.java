package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.consumer.DeadLetter.Failure;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import org.jspecify.annotations.Nullable;

/** A record that was taken. Belongs to whoever runs it; handed over through the lock of the lanes. */
final class Task {

    final LogRecord record;
    final Assignment assignment;
    final Lane lane;
    final long bytes;
    final Letters.Past past;
    final boolean replay;
    int attempts;

    @Nullable
    Failure first;

    long lastWait;
    /** What is left to be done with it, instead of handling it: an append that has not been acked. */
    @Nullable
    Leaving leaving;

    /** Where a record goes, and what then. */
    record Leaving(String topic, Message message, DeadLetter.@Nullable Reason reason) {}

    Task(LogRecord record, Assignment assignment, Lane lane) {
        this.record = record;
        this.assignment = assignment;
        this.lane = lane;
        this.bytes = bytes(record.message());
        this.past = Letters.past(record);
        this.replay = Letters.isReplay(record);
        this.attempts = past.attempts();
        this.first = past.first();
    }

    private static long bytes(Message message) {
        long bytes = size(message.key()) + size(message.payload());
        for (Header header : message.headers()) {
            bytes += header.name().length() + header.value().size();
        }
        return bytes;
    }

    private static long size(@Nullable Bytes bytes) {
        return bytes == null ? 0 : bytes.size();
    }
}
