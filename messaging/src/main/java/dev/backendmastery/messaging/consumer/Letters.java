package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.consumer.DeadLetter.Failure;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this room writes into headers: of dead letters, of records that wait in a tier, of replays. */
final class Letters {

    private static final String DEAD = "bm-dead-";
    private static final String REPLAY = "bm-replay-";
    private static final String RETRY = "bm-retry-";

    private Letters() {}

    /**
     * Where a record came from first of all, and what it went through.
     *
     * @param origin where it was appended by whoever made it
     * @param offset its offset there
     * @param attempts how often it was tried before
     * @param first its first failure, if it failed before
     */
    record Past(
            Partition origin,
            long offset,
            int attempts,
            @Nullable Failure first) {}

    static Past past(LogRecord record) {
        Map<String, String> headers = headers(record.message());
        for (String kind : List.of(RETRY, REPLAY)) {
            String topic = headers.get(kind + "topic");
            if (topic != null) {
                try {
                    boolean retry = kind.equals(RETRY);
                    return new Past(
                            new Partition(topic, Integer.parseInt(get(headers, kind + "partition"))),
                            Long.parseLong(get(headers, kind + "offset")),
                            retry ? Integer.parseInt(get(headers, kind + "attempts")) : 0,
                            retry ? failure(headers, kind + "first-") : null);
                } catch (IllegalArgumentException | java.time.DateTimeException e) {
                    // Somebody else's headers: then it is from where it lies.
                }
            }
        }
        return new Past(record.partition(), record.offset(), 0, null);
    }

    /** Whether it was put back into its topic from among the dead letters. */
    static boolean isReplay(LogRecord record) {
        return headers(record.message()).containsKey(REPLAY + "topic");
    }

    /** When a record of a tier is due. */
    static Optional<Instant> due(LogRecord record) {
        try {
            return Optional.ofNullable(headers(record.message()).get(RETRY + "due"))
                    .map(Instant::parse);
        } catch (java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    static Message waiting(LogRecord record, Past past, int attempts, Failure first, Instant due) {
        Map<String, String> added = new HashMap<>();
        added.put(RETRY + "topic", past.origin().topic());
        added.put(RETRY + "partition", Integer.toString(past.origin().number()));
        added.put(RETRY + "offset", Long.toString(past.offset()));
        added.put(RETRY + "attempts", Integer.toString(attempts));
        added.put(RETRY + "due", due.toString());
        put(added, RETRY + "first-", first);
        return with(bare(record.message()), added);
    }

    static Message replayed(DeadLetter letter, Message original) {
        Map<String, String> added = new HashMap<>();
        added.put(REPLAY + "topic", letter.origin().topic());
        added.put(REPLAY + "partition", Integer.toString(letter.origin().number()));
        added.put(REPLAY + "offset", Long.toString(letter.offset()));
        return with(original, added);
    }

    static Message dead(
            LogRecord record,
            Past past,
            String group,
            DeadLetter.Reason reason,
            int attempts,
            Failure first,
            Failure last) {
        Map<String, String> added = new HashMap<>();
        added.put(DEAD + "topic", past.origin().topic());
        added.put(DEAD + "partition", Integer.toString(past.origin().number()));
        added.put(DEAD + "offset", Long.toString(past.offset()));
        added.put(DEAD + "group", group);
        added.put(DEAD + "reason", reason.name());
        added.put(DEAD + "attempts", Integer.toString(attempts));
        put(added, DEAD + "first-", first);
        put(added, DEAD + "last-", last);
        // Where it lies now: it may be replayed from there if it does not fit here.
        added.put(DEAD + "from-topic", record.partition().topic());
        added.put(DEAD + "from-partition", Integer.toString(record.partition().number()));
        added.put(DEAD + "from-offset", Long.toString(record.offset()));
        try {
            return with(bare(record.message()), added);
        } catch (IllegalArgumentException e) {
            added.put(DEAD + "cut", "true");
            return with(
                    new Message(
                            record.message().envelope(),
                            record.message().key(),
                            List.of(),
                            record.message().isTombstone() ? null : Bytes.of(new byte[0])),
                    added);
        }
    }

    /** Empty if it is no dead letter. */
    static Optional<DeadLetter> letter(LogRecord record) {
        Map<String, String> headers = headers(record.message());
        try {
            return Optional.of(new DeadLetter(
                    new Position(record.partition(), record.offset()),
                    get(headers, DEAD + "group"),
                    new Partition(get(headers, DEAD + "topic"), Integer.parseInt(get(headers, DEAD + "partition"))),
                    Long.parseLong(get(headers, DEAD + "offset")),
                    DeadLetter.Reason.valueOf(get(headers, DEAD + "reason")),
                    Integer.parseInt(get(headers, DEAD + "attempts")),
                    failure(headers, DEAD + "first-"),
                    failure(headers, DEAD + "last-"),
                    bare(record.message()),
                    headers.containsKey(DEAD + "cut")));
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Where a letter that was cut has its payload. */
    static Position from(LogRecord record) {
        Map<String, String> headers = headers(record.message());
        return new Position(
                new Partition(
                        get(headers, DEAD + "from-topic"), Integer.parseInt(get(headers, DEAD + "from-partition"))),
                Long.parseLong(get(headers, DEAD + "from-offset")));
    }

    /** Without what this room has written into it. */
    static Message bare(Message message) {
        return new Message(
                message.envelope(),
                message.key(),
                message.headers().stream()
                        .filter(header -> !isOurs(header.name()))
                        .toList(),
                message.payload());
    }

    private static boolean isOurs(String name) {
        return name.startsWith(DEAD) || name.startsWith(REPLAY) || name.startsWith(RETRY);
    }

    private static Message with(Message message, Map<String, String> added) {
        List<Header> headers = new ArrayList<>(message.headers());
        added.forEach((name, value) -> headers.add(new Header(name, Bytes.utf8(value))));
        return new Message(message.envelope(), message.key(), headers, message.payload());
    }

    private static void put(Map<String, String> added, String prefix, Failure failure) {
        added.put(prefix + "class", failure.type());
        added.put(prefix + "message", failure.message());
        added.put(prefix + "time", failure.time().toString());
    }

    private static Failure failure(Map<String, String> headers, String prefix) {
        return new Failure(
                get(headers, prefix + "class"),
                get(headers, prefix + "message"),
                Instant.parse(get(headers, prefix + "time")));
    }

    private static Map<String, String> headers(Message message) {
        Map<String, String> found = new HashMap<>();
        for (Header header : message.headers()) {
            if (isOurs(header.name())) {
                found.put(header.name(), header.value().utf8());
            }
        }
        return found;
    }

    private static String get(Map<String, String> headers, String name) {
        String value = headers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("header " + name + " is missing");
        }
        return value;
    }
}
