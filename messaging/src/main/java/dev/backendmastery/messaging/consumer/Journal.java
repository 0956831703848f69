package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Chunk;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which dead letters were replayed, and where to: a topic beside theirs. Also reads topics to their ends, step by step. */
final class Journal {

    private static final String SUFFIX = ".replayed";
    private static final String TYPE = "bm.replayed";
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final int CHUNK = 1000;

    private Journal() {}

    static String topic(String deadLetters) {
        return deadLetters + SUFFIX;
    }

    /**
     * What was replayed.
     *
     * @param letter where it lies
     * @param to where it was appended again; null if a handler took it
     */
    record Entry(Position letter, @Nullable Position to) {}

    static Message message(Entry entry, Instant time) {
        String letter = text(entry.letter());
        Message.Builder builder = Message.of(
                        UUID.nameUUIDFromBytes(letter.getBytes(StandardCharsets.UTF_8)), TYPE, time)
                .key(letter)
                .header("letter", Bytes.utf8(letter));
        if (entry.to() != null) {
            builder.header("to", Bytes.utf8(text(entry.to())));
        }
        return builder.build();
    }

    static Optional<Entry> entry(LogRecord record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.message().headers()) {
            headers.put(header.name(), header.value().utf8());
        }
        String letter = headers.get("letter");
        String to = headers.get("to");
        try {
            return letter == null
                    ? Optional.empty()
                    : Optional.of(new Entry(position(letter), to == null ? null : position(to)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(Position position) {
        return position.offset() + " " + position.partition().number() + " "
                + position.partition().topic();
    }

    private static Position position(String text) {
        String[] parts = text.split(" ", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("\"" + text + "\" is no position");
        }
        return new Position(new Partition(parts[2], Integer.parseInt(parts[1])), Long.parseLong(parts[0]));
    }

    /** Reads a topic from where it stopped last time to where it ends now. */
    static final class Scan {
        private final MessageLog log;
        private final String topic;
        private final Map<Partition, Long> next = new HashMap<>();

        Scan(MessageLog log, String topic) {
            this.log = log;
            this.topic = topic;
        }

        /**
         * If it throws, what was not yet read is read the next time.
         *
         * @throws dev.backendmastery.messaging.log.LogUnavailableException if the log does not answer
         */
        void run(Consumer<LogRecord> each) throws InterruptedException {
            int partitions = log.topic(topic).partitions();
            for (int number = 0; number < partitions; number++) {
                Partition partition = new Partition(topic, number);
                long end = log.endOffset(partition);
                long at = Math.max(next.getOrDefault(partition, 0L), log.firstOffset(partition));
                while (at < end) {
                    Chunk chunk = log.read(partition, at, CHUNK, WAIT);
                    chunk.records().forEach(each);
                    at = chunk.next();
                    next.put(partition, at);
                }
            }
        }
    }
}
