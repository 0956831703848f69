package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.messaging.log.Chunk;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@link TransactionalConsumer} promises, as clauses. Extend it and say on which log. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class TransactionalConsumerContract {

    private final String in = ConsumerContract.name();
    private final String out = ConsumerContract.name();
    private final String group = ConsumerContract.name();
    private final String id = ConsumerContract.name();
    private final List<TransactionalConsumer> consumers = new ArrayList<>();
    private MessageLog log;

    /** A log that has transactions. */
    protected abstract MessageLog open();

    /** How long to wait for what must come about. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /** Puts a fault between the consumers and {@code log}. */
    protected MessageLog log(MessageLog log) {
        return log;
    }

    /** Puts a fault between the consumers and {@code transform}. */
    protected Function<LogRecord, List<Outgoing>> transform(Function<LogRecord, List<Outgoing>> transform) {
        return transform;
    }

    @BeforeEach
    final void openLog() {
        log = open();
        log.createTopic(Topic.of(in, 1));
        log.createTopic(Topic.of(out, 1));
    }

    @AfterEach
    final void closeLog() {
        try {
            consumers.forEach(TransactionalConsumer::close);
        } finally {
            log.close();
        }
    }

    static Message message(String text) {
        return Message.of(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), "t", Instant.EPOCH)
                .key(text)
                .text(text)
                .build();
    }

    static void await(String what, Duration patience, BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < patience.toNanos(), () -> "not within " + patience + ": " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void await(String what, BooleanSupplier goal) {
        await(what, patience(), goal);
    }

    private void send(int from, int to) throws Exception {
        log.appendAll(
                        in,
                        IntStream.range(from, to)
                                .mapToObj(i -> message(Integer.toString(i)))
                                .toList())
                .get(30, TimeUnit.SECONDS);
    }

    /** All that can be read in a topic of one partition. */
    static List<String> texts(MessageLog log, String topic) throws InterruptedException {
        Partition partition = new Partition(topic, 0);
        List<String> texts = new ArrayList<>();
        long end = log.endOffset(partition);
        for (long at = 0; at < end; ) {
            Chunk chunk = log.read(partition, at, 1000, Duration.ofSeconds(1));
            chunk.records().forEach(record -> texts.add(Work.text(record)));
            at = chunk.next();
        }
        return texts;
    }

    private void awaitTexts(List<String> wanted) throws InterruptedException {
        await("the last of " + wanted.size() + " records", () -> {
            try {
                List<String> found = texts(log, out);
                return found.size() >= wanted.size()
                        && found.get(found.size() - 1).equals(wanted.get(wanted.size() - 1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(wanted, texts(log, out));
    }

    private static List<String> twice(int to) {
        return IntStream.range(0, to)
                .boxed()
                .flatMap(i -> List.of("a " + i, "b " + i).stream())
                .toList();
    }

    private List<Outgoing> two(LogRecord record) {
        String text = Work.text(record);
        return List.of(new Outgoing(out, message("a " + text)), new Outgoing(out, message("b " + text)));
    }

    private TransactionalConsumer.Builder consumer(MessageLog on, Function<LogRecord, List<Outgoing>> transform) {
        return TransactionalConsumer.of(log(on), Subscription.of(group, in).maxRecords(10), id, transform(transform));
    }

    private TransactionalConsumer start(TransactionalConsumer.Builder builder) {
        TransactionalConsumer consumer = builder.start();
        consumers.add(consumer);
        return consumer;
    }

    @Test
    @DisplayName(
            "TC-1 what follows from a record is there once, in order, though commits fail before and after they took place")
    final void once() throws Exception {
        AtomicInteger commits = new AtomicInteger();
        MessageLog fails = new ForwardingLog(log) {
            @Override
            public LogTransactions transactions(String name) {
                return new ForwardingTransactions(real.transactions(name)) {
                    @Override
                    public void commit() {
                        int number = commits.incrementAndGet();
                        if (number % 4 == 2) {
                            throw new LogUnavailableException("before it took place");
                        }
                        super.commit();
                        if (number % 4 == 0) {
                            throw new LogUnavailableException("after it took place");
                        }
                    }
                };
            }
        };
        send(0, 60);
        TransactionalConsumer first = start(consumer(fails, this::two));
        await("failures", () -> commits.get() >= 4);
        send(60, 80);
        awaitTexts(twice(80));
        assertTrue(first.aborted() >= 2, () -> "aborted " + first.aborted());
        first.close();
        send(80, 81);
        start(consumer(log, this::two));
        awaitTexts(twice(81)); // it began where the group had committed
    }

    @Test
    @DisplayName("TC-4 whose id another has taken appends nothing more, and ends visibly")
    final void fenced() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        send(0, 5);
        TransactionalConsumer first = start(consumer(log, record -> {
            begun.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return List.of(new Outgoing(out, message("zombie")));
        }));
        assertTrue(begun.await(patience().toMillis(), TimeUnit.MILLISECONDS));
        TransactionalConsumer second = start(consumer(log, this::two));
        gate.countDown();
        await("its end", () -> first.failure().isPresent());
        assertTrue(first.failure().orElseThrow() instanceof FencedException, () -> "was " + first.failure());
        assertTrue(first.awaitStopped(patience()));
        awaitTexts(twice(5));
        assertTrue(second.failure().isEmpty());
    }

    @Test
    @DisplayName(
            "TC-5 what cannot be transformed is a dead letter of the same transaction; without those it ends visibly")
    final void poison() throws Exception {
        String dead = ConsumerContract.name();
        log.createTopic(Topic.of(dead, 1));
        AtomicInteger tries = new AtomicInteger();
        IllegalStateException poison = new IllegalStateException("poison");
        Function<LogRecord, List<Outgoing>> transform = record -> {
            if (Work.text(record).equals("1")) {
                tries.incrementAndGet();
                throw poison;
            }
            return List.of(new Outgoing(out, record.message()));
        };
        send(0, 3);
        TransactionalConsumer ends = start(consumer(log, transform).attempts(2, Duration.ZERO));
        await("its end", () -> ends.failure().isPresent());
        assertSame(poison, ends.failure().orElseThrow());
        assertTrue(ends.awaitStopped(patience()));
        assertEquals(2, tries.get());
        assertTrue(texts(log, out).isEmpty(), "nothing of the transaction that was open is there");
        start(consumer(log, transform).attempts(3, Duration.ZERO).deadLetters(dead));
        awaitTexts(List.of("0", "2"));
        List<DeadLetter> letters = new ArrayList<>();
        new Journal.Scan(log, dead).run(record -> Letters.letter(record).ifPresent(letters::add));
        assertEquals(1, letters.size());
        assertEquals(message("1"), letters.get(0).message());
        assertEquals(3, letters.get(0).attempts());
        assertEquals(1, letters.get(0).offset());
    }
}
