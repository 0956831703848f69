package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.messaging.log.OffsetOutOfRangeException;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What consumers have put aside: to look at, and to replay what you choose of it.
 *
 * <p><b>Guarantee.</b> A dead letter says where it came from, how often it was tried, and its first and last failure
 * (CR-13). A replay sends what matches, with the same id, and remembers what it has sent, so that the next one does not send
 * it again (CR-16); what belongs to a parked key goes in its order, nothing before an earlier one that is left behind
 * (CR-17). A replay that is killed may have sent one letter, with the same id, that it does not remember.
 *
 * <p><b>Threads.</b> One replay at a time for a topic, over all processes. <b>Cost.</b> Every replay and {@link #find} reads the
 * whole topic. <b>Not for</b> topics that are compacted.
 */
public final class DeadLetters {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final MessageLog log;
    private final String topic;
    private final InstantSource clock;

    private DeadLetters(MessageLog log, String topic, InstantSource clock) {
        this.log = Objects.requireNonNull(log, "log");
        this.topic = Objects.requireNonNull(topic, "topic");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /** The dead letters in {@code topic}. */
    public static DeadLetters in(MessageLog log, String topic) {
        return in(log, topic, InstantSource.system());
    }

    /** The dead letters in {@code topic}; {@code clock} dates the journal of replays. */
    public static DeadLetters in(MessageLog log, String topic, InstantSource clock) {
        return new DeadLetters(log, topic, clock);
    }

    /** Makes the topic of the letters, and beside it {@code TOPIC.replayed}, the journal of replays; what is there stays. */
    public static void createTopics(MessageLog log, String topic, int partitions) {
        log.createTopic(Topic.of(topic, partitions));
        log.createTopic(Topic.of(Journal.topic(topic), partitions));
    }

    /** Those that match, by partition and offset; replayed ones too. */
    public List<DeadLetter> find(Predicate<DeadLetter> wanted) throws InterruptedException {
        List<DeadLetter> found = new ArrayList<>();
        new Journal.Scan(log, topic)
                .run(record -> Letters.letter(record).filter(wanted).ifPresent(found::add));
        return found;
    }

    /**
     * Appends those that match to the topics they came from. There every group reads them, and those who have handled them
     * already know them by their id.
     *
     * @throws LogUnavailableException if one could not be appended; those before it were replayed
     */
    public Replay replay(Predicate<DeadLetter> wanted) throws InterruptedException {
        try {
            return replay(wanted, (letter, original) -> {
                CompletableFuture<Position> ack =
                        log.append(letter.origin(), Letters.replayed(letter, original.message()));
                return await(ack);
            });
        } catch (InterruptedException | MessageLogException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a replay failed", e);
        }
    }

    /**
     * Gives those that match to {@code handler}, in this thread; the record says where it came from.
     *
     * @throws Exception what the handler threw; the letter is not replayed, those before it were
     */
    public Replay replay(Predicate<DeadLetter> wanted, Handler handler) throws Exception {
        return replay(wanted, (letter, original) -> {
            handler.handle(original);
            return null;
        });
    }

    /** Sends a letter. */
    @FunctionalInterface
    private interface Way {
        /** @return where to; null if nowhere */
        @Nullable
        Position send(DeadLetter letter, LogRecord original) throws Exception;
    }

    /** Whose order a replay keeps. */
    private record Line(String group, Partition origin, Bytes key) {}

    private Replay replay(Predicate<DeadLetter> wanted, Way way) throws Exception {
        Set<Position> before = new HashSet<>();
        new Journal.Scan(log, Journal.topic(topic))
                .run(record -> Journal.entry(record).ifPresent(entry -> before.add(entry.letter())));
        List<LogRecord> records = new ArrayList<>();
        new Journal.Scan(log, topic).run(records::add);
        Set<Line> stuck = new HashSet<>();
        int replayed = 0;
        int earlier = 0;
        int heldBack = 0;
        int gone = 0;
        for (LogRecord record : records) {
            DeadLetter letter = Letters.letter(record).orElse(null);
            if (letter == null) {
                continue;
            }
            Bytes key = letter.message().key();
            Line line = letter.reason() == DeadLetter.Reason.FAILED || key == null
                    ? null
                    : new Line(letter.group(), letter.origin(), key);
            boolean match = wanted.test(letter);
            if (before.contains(letter.at())) {
                earlier += match ? 1 : 0;
                continue;
            }
            LogRecord original = match && !stuck.contains(line) ? original(letter, record) : null;
            if (original == null) {
                heldBack += match && stuck.contains(line) ? 1 : 0;
                gone += match && !stuck.contains(line) ? 1 : 0;
                if (line != null) {
                    stuck.add(line);
                }
                continue;
            }
            Position to = way.send(letter, original);
            await(log.append(
                    Journal.topic(topic), Journal.message(new Journal.Entry(letter.at(), to), clock.instant())));
            replayed++;
        }
        return new Replay(replayed, earlier, heldBack, gone);
    }

    /** Null if it is no longer there. */
    private @Nullable LogRecord original(DeadLetter letter, LogRecord record) throws InterruptedException {
        if (!letter.cut()) {
            return new LogRecord(letter.origin(), letter.offset(), letter.message());
        }
        Position from = Letters.from(record);
        try {
            List<LogRecord> found = log.read(from.partition(), from.offset(), 1, Duration.ofSeconds(1))
                    .records();
            if (found.isEmpty() || found.get(0).offset() != from.offset()) {
                return null;
            }
            return new LogRecord(
                    letter.origin(), letter.offset(), Letters.bare(found.get(0).message()));
        } catch (OffsetOutOfRangeException e) {
            return null;
        }
    }

    private static Position await(CompletableFuture<Position> ack) throws InterruptedException {
        try {
            return ack.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MessageLogException known) {
                throw known;
            }
            throw new LogUnavailableException("an append failed", e);
        } catch (TimeoutException e) {
            throw new LogUnavailableException("an append took longer than " + PATIENCE, e);
        }
    }
}
