package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.messaging.consumer.DeadLetter.Reason;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * What {@link ConsumerRuntime} and {@link DeadLetters} promise, as clauses. Extend it and say on which log; a fault is planted
 * between the consumer and the log, its handler, or its settings.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class ConsumerContract {

    private static final String RUN = Long.toString(System.nanoTime() & Long.MAX_VALUE, 36);
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Backoff AT_ONCE = Backoff.fixed(Duration.ZERO);
    private static final int MANY = 24_000;

    private final String topic = name();
    private final String group = name();
    private final String dead = name();
    private final Work work = new Work();
    private final List<ConsumerRuntime> runtimes = new ArrayList<>();
    private final List<GroupMember> members = new ArrayList<>();
    private int slack = 1;
    private Rig rig;

    /** A log. */
    protected abstract MessageLog open();

    /** How long to wait for what must come about. */
    protected Duration patience() {
        return Duration.ofSeconds(2);
    }

    /** Puts a fault between the consumers and {@code log}. */
    protected MessageLog log(MessageLog log) {
        return log;
    }

    /** Puts a fault between the replays and {@code log}. */
    protected MessageLog lettersLog(MessageLog log) {
        return log;
    }

    /** Puts a fault between the consumers and {@code handler}; {@code rig} shows what they do. */
    protected Handler handler(Handler handler, Rig rig) {
        return handler;
    }

    /** Puts a fault into the settings of the consumers. */
    protected void settings(ConsumerRuntime.Builder builder) {}

    /** A name that no other test uses, also not one that ran before on the same server. */
    protected static String name() {
        return "c" + RUN + "-" + NAMES.incrementAndGet();
    }

    @BeforeEach
    final void openRig() {
        rig = new Rig(open());
    }

    @AfterEach
    final void closeRig() {
        rig.release();
        work.openAll();
        try {
            runtimes.forEach(ConsumerRuntime::close);
            members.forEach(GroupMember::close);
        } finally {
            rig.close();
        }
    }

    // What the clauses are written in.

    private void await(String what, BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            assertTrue(
                    System.nanoTime() - start < patience().multipliedBy(slack).toNanos(),
                    () -> "not within " + patience() + ": " + what + "; handled " + abridged(work.events()) + "; "
                            + runtimes.stream().map(ConsumerRuntime::stats).toList());
            LockSupport.parkNanos(200_000);
        }
    }

    private static List<String> abridged(List<String> events) {
        return events.size() <= 100 ? events : events.subList(0, 100);
    }

    /** Lets the consumer look around a few times: what it is going to do at once, it has then done. */
    private void awaitPolls(int more) {
        int before = rig.polls.get();
        await("polls", () -> rig.polls.get() >= before + more);
    }

    private ConsumerRuntime.Builder consumer() {
        return consumer(Subscription.of(group, topic));
    }

    private ConsumerRuntime.Builder consumer(Subscription subscription) {
        return ConsumerRuntime.of(log(rig), subscription, handler(work, rig))
                .commitEvery(Duration.ofMillis(1))
                .drainTimeout(Duration.ofSeconds(5));
    }

    private ConsumerRuntime start(ConsumerRuntime.Builder builder) {
        settings(builder);
        ConsumerRuntime runtime = builder.start();
        runtimes.add(runtime);
        return runtime;
    }

    private Partition partition(int number) {
        return new Partition(topic, number);
    }

    private void topic(int partitions) {
        rig.createTopic(Topic.of(topic, partitions));
    }

    private static Message message(@Nullable String key, String text) {
        return Message.of(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), "t", TIME)
                .key(key == null ? null : Bytes.utf8(key))
                .text(text)
                .build();
    }

    private void send(@Nullable String key, String... texts) {
        for (String text : texts) {
            sendTo(partition(0), key, text);
        }
    }

    private void sendTo(Partition partition, @Nullable String key, String text) {
        try {
            rig.append(partition, message(key, text)).get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private long committed(Partition partition) {
        Commit commit = rig.committed.get(partition);
        return commit == null ? -1 : commit.offset();
    }

    private void awaitCommitted(long offset) {
        await("commit of " + offset, () -> committed(partition(0)) >= offset);
        assertEquals(offset, committed(partition(0)));
    }

    private ConsumerStats.PartitionStats stats(ConsumerRuntime runtime) {
        return runtime.stats()
                .partitions()
                .getOrDefault(partition(0), new ConsumerStats.PartitionStats(-1, -1, 0, 0, 0, false));
    }

    /** Whether a commit says that this offset is finished. */
    private boolean isCommitted(Partition partition, long offset) {
        Commit commit = rig.committed.get(partition);
        return commit != null
                && (offset < commit.offset()
                        || Gaps.decode(commit.offset(), commit.metadata()).contains(offset));
    }

    /** The runtime's member is gone without a word, and its process with it. */
    private void crash(ConsumerRuntime runtime) throws InterruptedException {
        rig.crash();
        assertTrue(runtime.awaitStopped(patience().plusSeconds(5)));
        rig.mend();
    }

    /** A member that takes what it can get. */
    private final class Other implements AutoCloseable {
        private final List<LogRecord> records = new CopyOnWriteArrayList<>();
        private volatile Set<Partition> assigned = Set.of();
        private final Thread thread = new Thread(this::run);
        private volatile boolean over;

        Other() {
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try (GroupMember member = rig.real().join(Subscription.of(group, topic), new GroupListener() {})) {
                while (!over) {
                    records.addAll(member.poll(Duration.ofMillis(5)));
                    assigned = member.assignment();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // The clauses.

    @Test
    @DisplayName("CR-1 nothing is committed before its handler has returned")
    final void commitsAfterWork() {
        topic(1);
        List<Long> atTheEnd = new CopyOnWriteArrayList<>();
        work.block("a", 1);
        work.fail("a", time -> {
            atTheEnd.add(committed(partition(0)));
            return null;
        });
        start(consumer());
        send("slow", "a");
        await("begin", () -> work.begun("a") == 1);
        awaitPolls(3);
        work.open("a", 1);
        awaitCommitted(1);
        await("end", () -> work.hasEnded("a"));
        assertTrue(atTheEnd.get(0) <= 0, () -> "committed " + atTheEnd + " when the handler had not returned");
    }

    @Test
    @DisplayName("CR-2 what is committed is the first offset that is not finished")
    final void commitsContiguous() {
        topic(1);
        work.block("1", 1);
        work.block("3", 1);
        ConsumerRuntime runtime = start(consumer());
        for (int i = 0; i < 6; i++) {
            send("key " + i, Integer.toString(i));
        }
        await("all others", () -> work.ended().size() == 4);
        await("that they are settled", () -> stats(runtime).gaps() == 2);
        await("a commit", () -> committed(partition(0)) >= 1);
        awaitPolls(3);
        assertEquals(1, committed(partition(0)));
        await(
                "stats",
                () -> runtime.stats().partitions().containsKey(partition(0))
                        && runtime.stats().partitions().get(partition(0)).committed() == 1);
        assertEquals(2, stats(runtime).open());
        assertEquals(2, runtime.stats().inFlight());
        work.openAll();
        awaitCommitted(6);
    }

    @Test
    @DisplayName(
            "CR-3 after a crash only that is repeated which was not committed, gaps included, and over two crashes")
    final void remembersGaps() throws Exception {
        topic(1);
        for (int time = 1; time <= 2; time++) {
            work.block("1", time);
            work.block("4", time);
        }
        for (int round = 1; round <= 2; round++) {
            ConsumerRuntime runtime = start(consumer().drainTimeout(Duration.ofMillis(20)));
            if (round == 1) {
                for (int i = 0; i < 8; i++) {
                    send("key " + i, Integer.toString(i));
                }
            }
            int times = round;
            await("the blocked", () -> work.begun("1") == times && work.begun("4") == times);
            await("the others", () -> work.ended().size() == 6);
            awaitCommittedTo(7, 1);
            crash(runtime);
        }
        work.openAll();
        start(consumer());
        awaitCommitted(8);
        for (int i = 0; i < 8; i++) {
            assertEquals(i == 1 || i == 4 ? 3 : 1, work.begun(Integer.toString(i)), "handlings of " + i);
        }
    }

    /** Until {@code finished} and all finished before it are in the commit, which stands at {@code offset}. */
    private void awaitCommittedTo(long finished, long offset) {
        await("a commit at " + offset + " that knows of " + finished, () -> {
            Commit commit = rig.committed.get(partition(0));
            return commit != null
                    && commit.offset() >= offset
                    && isCommitted(partition(0), finished)
                    && isCommitted(partition(0), finished - 1);
        });
        assertEquals(offset, committed(partition(0)));
    }

    @Test
    @DisplayName("CR-4 what has an order is handled one after the other, in that order")
    final void keepsOrder() {
        topic(2);
        work.block("a1", 1);
        ConsumerRuntime byKey = start(consumer().workers(2));
        send("a", "a1", "a2");
        send("x", "x1");
        await("x1", () -> work.hasEnded("x1"));
        work.open("a1", 1);
        await("both", () -> work.hasEnded("a1") && work.hasEnded("a2"));
        List<String> events = work.events();
        assertTrue(events.indexOf("-a1") < events.indexOf("+a2"), events::toString);
        for (int i = 0; i < 400; i++) {
            sendTo(partition(i % 2), "key " + i % 10, i % 10 + " " + i);
        }
        await("all", () -> work.ended().size() == 403);
        Map<String, String> last = new HashMap<>();
        work.events().stream().filter(event -> event.contains(" ")).forEach(event -> {
            String key = event.substring(1, 2);
            String before = last.put(key, event);
            boolean begins = event.startsWith("+");
            assertEquals(begins, before == null || before.startsWith("-"), () -> before + ", then " + event);
            assertTrue(!begins || before == null || number(before) < number(event), () -> before + ", then " + event);
            assertTrue(begins || number(String.valueOf(before)) == number(event), () -> before + ", then " + event);
        });
        byKey.close();
        work.block("p1", 1);
        start(consumer().workers(2).order(Order.PARTITION));
        int taken = rig.polled.get();
        sendTo(partition(0), "a", "p1");
        sendTo(partition(0), "b", "p2");
        await("p1 and p2", () -> rig.polled.get() == taken + 2);
        awaitPolls(2);
        sendTo(partition(1), "c", "p3");
        await("p3", () -> work.hasEnded("p3"));
        work.open("p1", 1);
        await("both", () -> work.hasEnded("p1") && work.hasEnded("p2"));
        events = work.events();
        assertTrue(events.indexOf("-p1") < events.indexOf("+p2"), events::toString);
    }

    private static int number(String event) {
        return Integer.parseInt(event.substring(3));
    }

    @Test
    @DisplayName("CR-5 a key waits for no other, what has no key for none, and without order nothing waits")
    final void runsInParallel() {
        topic(1);
        work.block("a", 1);
        work.block("none", 1);
        ConsumerRuntime byKey = start(consumer());
        send("k", "a");
        send(null, "none", "none 2");
        send("l", "b");
        await("others", () -> work.hasEnded("b") && work.hasEnded("none 2"));
        work.openAll();
        awaitCommitted(4);
        byKey.close();
        work.block("c", 1);
        work.block("d", 1);
        start(consumer().order(Order.NONE));
        send("k", "c", "d", "e");
        await("all at once", () -> work.begun("c") == 1 && work.begun("d") == 1 && work.hasEnded("e"));
        work.openAll();
        awaitCommitted(7);
    }

    @Test
    @DisplayName("CR-6 no more is in flight than allowed, by number and by bytes, and it goes on when there is room")
    final void boundsInFlight() {
        topic(1);
        for (int i = 0; i < 60; i++) {
            work.block("r" + i, 1);
            send("key " + i, "r" + i);
        }
        ConsumerRuntime runtime = start(consumer().maxInFlight(10, 1 << 20));
        await("all that may", () -> work.begun() >= 6);
        awaitPolls(4);
        assertTrue(rig.polled.get() <= 10, () -> rig.polled.get() + " were taken");
        assertTrue(runtime.stats().inFlight() <= 10);
        work.openAll();
        awaitCommitted(60);
        runtime.close();
        rig.polled.set(0);
        String kilobyte = "x".repeat(1000);
        for (int i = 0; i < 60; i++) {
            work.block(i + kilobyte, 1);
            send("key " + i, i + kilobyte);
        }
        start(consumer(Subscription.of(group, topic).maxRecords(5)).maxInFlight(1000, 5000));
        await("all that may", () -> work.begun() >= 65);
        awaitPolls(4);
        assertTrue(rig.polled.get() < 10, () -> rig.polled.get() + " were taken");
        work.openAll();
        awaitCommitted(120);
    }

    @Test
    @DisplayName("CR-7 gaps that fill a commit's metadata hold up their partition and nothing else, and are not lost")
    final void backsOffWhenGapsFillUp() throws Exception {
        slack = 4; // it is much work
        topic(2);
        List<Message> messages = IntStream.range(0, MANY)
                .mapToObj(i -> message(i % 2 == 0 ? "s" : "f", (i % 2 == 0 ? "s" : "f") + i))
                .toList();
        for (Message message : messages) {
            var unused = rig.real().append(partition(0), message);
        }
        await("appends", () -> rig.endOffset(partition(0)) == MANY);
        work.block("s0", 1);
        work.block("s0", 2);
        ConsumerRuntime first = start(consumer().maxInFlight(200_000, 1L << 30).drainTimeout(Duration.ofMillis(20)));
        await("a full commit", () -> {
            ConsumerStats.PartitionStats stats = stats(first);
            return stats.paused() && stats.next() < MANY && stats.open() == (stats.next() + 1) / 2;
        });
        long reached = stats(first).next();
        assertTrue(reached > 10_000 && reached < 23_000, () -> "reached " + reached);
        sendTo(partition(1), "k", "elsewhere");
        await("the other partition", () -> committed(partition(1)) == 1);
        assertEquals(0, committed(partition(0)));
        await(
                "gaps",
                () -> isCommitted(partition(0), (reached - 1) | 1) || isCommitted(partition(0), (reached - 2) | 1));
        crash(first);
        ConsumerRuntime second = start(consumer().maxInFlight(200_000, 1L << 30));
        await("the blocked one again", () -> work.begun("s0") == 2);
        await(
                "a full commit again",
                () -> stats(second).paused() && stats(second).next() >= reached - 1);
        work.openAll();
        awaitCommitted(MANY);
        int repeated = 0;
        for (int i = 1; i < MANY; i += 2) {
            repeated += work.begun("f" + i) - 1;
        }
        assertEquals(0, repeated, "were in the commit, and repeated");
    }

    @Test
    @DisplayName(
            "CR-8 what is revoked is drained and committed before another has it: nothing repeated, nothing more begun")
    final void drainsWhenRevoked() throws Exception {
        topic(2);
        work.block("a0", 1);
        work.block("a1", 1);
        start(consumer());
        for (int i = 0; i < 2; i++) {
            sendTo(partition(i), "k", "a" + i);
            sendTo(partition(i), "k", "b" + i);
        }
        await("both", () -> work.begun("a0") == 1 && work.begun("a1") == 1);
        try (Other other = new Other()) {
            await("revocation", () -> rig.revoking.get() > 0);
            work.openAll();
            await("its share", () -> !other.assigned.isEmpty() && !other.records.isEmpty());
            int moved = other.assigned.iterator().next().number();
            assertEquals("b" + moved, Work.text(other.records.get(0)), "what is left of it");
            assertEquals(0, work.begun("b" + moved));
            await("the rest", () -> work.hasEnded("b" + (1 - moved)));
        }
    }

    @Test
    @DisplayName("CR-9 a drain is bounded: a handler that hangs holds up no revocation, and its record comes again")
    final void boundsDrain() throws Exception {
        topic(2);
        work.block("a0", 1);
        work.block("a1", 1);
        start(consumer().drainTimeout(Duration.ofMillis(50)));
        sendTo(partition(0), "k", "a0");
        sendTo(partition(1), "k", "a1");
        await("both", () -> work.begun("a0") == 1 && work.begun("a1") == 1);
        try (Other other = new Other()) {
            await("its share", () -> !other.records.isEmpty());
            LogRecord first = other.records.get(0);
            assertEquals("a" + first.partition().number(), Work.text(first));
            assertEquals(0, Math.max(0, committed(first.partition())));
        }
    }

    @Test
    @DisplayName(
            "CR-10 what is lost is dropped: nothing of it begins, and what its handlers still do counts for nothing")
    final void dropsWhatIsLost() {
        topic(1);
        work.block("a", 1);
        work.block("a", 2);
        ConsumerRuntime runtime = start(consumer());
        send("k", "a", "b");
        await("a", () -> work.begun("a") == 1 && rig.polled.get() == 2);
        rig.lose();
        await("loss", () -> rig.losses.get() == 1);
        await("its return", () -> rig.polled.get() >= 4);
        work.open("a", 1);
        await("a again", () -> work.begun("a") == 2);
        awaitPolls(3);
        assertTrue(committed(partition(0)) <= 0, "it was committed by who had lost it");
        work.openAll();
        awaitCommitted(2);
        assertEquals(List.of("+a", "-a", "+a", "-a", "+b", "-b"), work.events());
        assertEquals(1, runtime.stats().late());
    }

    @Test
    @DisplayName("CR-11 a commit that fails is tried again; it ends nothing and repeats nothing")
    final void surviveFailedCommits() {
        topic(1);
        rig.failCommits(List.of(
                new FencedException("a rebalance is in progress"),
                new LogUnavailableException("nobody answers"),
                new FencedException("a rebalance is in progress")));
        ConsumerRuntime runtime = start(consumer());
        send("k", "a");
        await("the failures", () -> !rig.hasCommitFailures());
        send("k", "b");
        awaitCommitted(2);
        assertEquals(List.of("a", "b"), work.ended());
        assertEquals(3, runtime.stats().failedCommits());
        assertTrue(runtime.failure().isEmpty());
    }

    @Test
    @DisplayName("CR-12 a failure is tried again after its wait, so often; its key waits for it, others do not")
    final void retriesInPlace() {
        topic(1);
        deadLetters(1);
        ManualTicker ticker = new ManualTicker();
        List<Long> times = new CopyOnWriteArrayList<>();
        work.fail("a", time -> {
            times.add(ticker.nanos());
            return time < 3 ? new IOException("time " + time) : null;
        });
        ConsumerRuntime runtime = start(consumer()
                .ticker(ticker)
                .deadLetters(dead)
                .retry(RetryPolicy.attempts(3, Backoff.fixed(Duration.ofSeconds(10)))));
        send("k", "a", "b");
        send("l", "c");
        await("c", () -> work.hasEnded("c"));
        for (int time = 1; time <= 2; time++) {
            int failed = time;
            await("failure", () -> runtime.stats().failures() == failed);
            ticker.advance(Duration.ofMillis(9_900));
            awaitPolls(3);
            ticker.advance(Duration.ofMillis(200));
        }
        await("b", () -> work.hasEnded("b"));
        ticker.advance(Duration.ofSeconds(1));
        awaitCommitted(3);
        assertEquals(
                List.of("+a", "!a", "+a", "!a", "+a", "-a", "+b", "-b"),
                work.events().stream().filter(event -> !event.endsWith("c")).toList());
        for (int time = 1; time <= 2; time++) {
            assertTrue(times.get(time) - times.get(time - 1) >= 10_000_000_000L, times::toString);
        }
        assertEquals(0, runtime.stats().deadLetters());
    }

    private void deadLetters(int partitions) {
        DeadLetters.createTopics(rig, dead, partitions);
    }

    private DeadLetters letters() {
        return DeadLetters.in(lettersLog(rig), dead);
    }

    private static RetryPolicy once() {
        return RetryPolicy.attempts(1, AT_ONCE);
    }

    private List<String> lettersNow(Reason reason) throws InterruptedException {
        return letters().find(letter -> letter.reason() == reason).stream()
                .map(letter -> Work.text(new LogRecord(letter.origin(), letter.offset(), letter.message())))
                .toList();
    }

    @Test
    @DisplayName(
            "CR-13 what failed for good is a dead letter that says all of it, acked before its offset is committed")
    final void deadLetters() throws Exception {
        topic(1);
        deadLetters(1);
        Instant now = TIME.plusSeconds(60);
        work.fail("a", time -> time == 1 ? new IOException("first of a") : new UncheckedFailure("last of a"));
        work.fail("b", time -> new AssertionError("b is an error"));
        rig.hold(dead);
        start(consumer()
                .clock(InstantSource.fixed(now))
                .deadLetters(dead)
                .retry(RetryPolicy.attempts(3, AT_ONCE).then(AfterRetries.DEAD_LETTER)));
        send("k", "a");
        send("l", "b");
        send("m", "c");
        await("c", () -> isCommitted(partition(0), 2));
        await("both letters", () -> rig.heldAcks() == 2);
        awaitPolls(3);
        assertTrue(committed(partition(0)) <= 0, () -> "committed " + committed(partition(0)) + " without an ack");
        rig.release();
        awaitCommitted(3);
        List<DeadLetter> found = letters().find(letter -> true);
        DeadLetter a = found.stream()
                .filter(letter -> letter.offset() == 0)
                .findFirst()
                .orElseThrow();
        assertEquals(
                new DeadLetter(
                        a.at(),
                        group,
                        partition(0),
                        0,
                        Reason.FAILED,
                        3,
                        new DeadLetter.Failure(IOException.class.getName(), "first of a", now),
                        new DeadLetter.Failure(UncheckedFailure.class.getName(), "last of a", now),
                        message("k", "a"),
                        false),
                a);
        DeadLetter b = found.stream()
                .filter(letter -> letter.offset() == 1)
                .findFirst()
                .orElseThrow();
        assertEquals(1, b.attempts(), "an Error is not tried again");
        assertEquals(2, found.size());
    }

    private static final class UncheckedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UncheckedFailure(String message) {
            super(message);
        }
    }

    @Test
    @DisplayName(
            "CR-14 a parked key's later records follow it in order, unhandled, also with the next owner; others go on")
    final void parks() throws Exception {
        topic(1);
        deadLetters(2);
        work.fail("k1", time -> new IOException("no"));
        ConsumerRuntime first = start(consumer().deadLetters(dead).retry(once()));
        send("k", "k1", "k2", "k3");
        send("x", "x1");
        awaitCommitted(4);
        assertEquals(1, first.stats().parkedKeys());
        assertEquals(List.of("k1"), lettersNow(Reason.PARKED));
        assertEquals(List.of("k2", "k3"), lettersNow(Reason.FOLLOWS));
        crash(first);
        start(consumer().deadLetters(dead).retry(once()));
        send("k", "k4");
        send("x", "x2");
        awaitCommitted(6);
        assertEquals(List.of("k2", "k3", "k4"), lettersNow(Reason.FOLLOWS));
        assertEquals(List.of("x1", "x2"), work.ended());
        assertEquals(1, work.begun("k1"));
    }

    @Test
    @DisplayName(
            "CR-15 in tiers records wait in topics of their own, nobody waits for them; not if that breaks an order")
    final void tiers() throws Exception {
        topic(1);
        deadLetters(1);
        String later = name();
        String evenLater = name();
        rig.createTopic(Topic.of(later, 1));
        rig.createTopic(Topic.of(evenLater, 1));
        RetryPolicy policy = once().tiers(
                        new RetryTier(later, Duration.ofMinutes(1)), new RetryTier(evenLater, Duration.ofHours(1)))
                .then(AfterRetries.DEAD_LETTER);
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> ConsumerRuntime.of(rig, Subscription.of(group, topic), work)
                        .deadLetters(dead)
                        .retry(policy)
                        .start());
        assertTrue(String.valueOf(refused.getMessage()).contains("tiers"));
        ManualTicker ticker = new ManualTicker();
        AtomicLong millis = new AtomicLong(TIME.toEpochMilli());
        work.fail("a", time -> new IOException("time " + time));
        ConsumerRuntime runtime = start(consumer()
                .ticker(ticker)
                .clock(() -> Instant.ofEpochMilli(millis.get()))
                .order(Order.NONE)
                .deadLetters(dead)
                .retry(policy));
        send("k", "a", "b");
        await("b", () -> work.hasEnded("b"));
        Duration step = Duration.ofMinutes(1);
        for (String tier : List.of(later, evenLater)) {
            int times = tier.equals(later) ? 1 : 2;
            await("a in the tier", () -> rig.polledTopics.contains(tier));
            awaitPolls(2);
            assertTrue(runtime.stats().inFlight() == 0 && work.begun("a") == times, "it is not due");
            ticker.advance(step.plusMillis(10));
            millis.addAndGet(step.toMillis());
            await("another time", () -> work.begun("a") == times + 1);
            step = Duration.ofHours(1);
        }
        ticker.advance(Duration.ofSeconds(1));
        await("the letter", () -> runtime.stats().deadLetters() == 1);
        awaitCommitted(2);
        DeadLetter letter = letters().find(any -> true).get(0);
        assertEquals(partition(0), letter.origin());
        assertEquals(0, letter.offset());
        assertEquals(3, letter.attempts());
        assertEquals("time 1", letter.first().message());
        assertEquals("time 3", letter.last().message());
        assertEquals(message("k", "a"), letter.message());
    }

    @Test
    @DisplayName("CR-16 a replay sends what matches, with the same id, and what it has sent not again")
    final void replays() throws Exception {
        topic(1);
        deadLetters(2);
        for (int i = 0; i < 6; i++) {
            work.fail("r" + i, time -> new IOException("no"));
        }
        ConsumerRuntime runtime = start(consumer().deadLetters(dead).retry(once().then(AfterRetries.DEAD_LETTER)));
        for (int i = 0; i < 6; i++) {
            send("key " + i, "r" + i);
        }
        await("letters", () -> runtime.stats().deadLetters() == 6);
        awaitCommitted(6);
        work.mend();
        Predicate<DeadLetter> even = letter -> letter.offset() % 2 == 0;
        assertEquals(new Replay(3, 0, 0, 0), letters().replay(even));
        awaitCommitted(9);
        assertEquals(Set.of("r0", "r2", "r4"), Set.copyOf(work.ended()));
        assertEquals(new Replay(0, 3, 0, 0), letters().replay(even));
        List<String> direct = new ArrayList<>();
        assertEquals(new Replay(3, 3, 0, 0), letters().replay(letter -> true, record -> direct.add(Work.text(record))));
        assertEquals(Set.of("r1", "r3", "r5"), Set.copyOf(direct));
        assertEquals(new Replay(0, 6, 0, 0), letters().replay(letter -> true));
        awaitPolls(3);
        assertEquals(9, rig.endOffset(partition(0)));
        List<LogRecord> again = rig.read(partition(0), 6, 3, patience()).records();
        assertEquals(
                Set.of(
                        message("", "r0").envelope(),
                        message("", "r2").envelope(),
                        message("", "r4").envelope()),
                Set.copyOf(again.stream()
                        .map(record -> record.message().envelope())
                        .toList()));
    }

    @Test
    @DisplayName("CR-17 a parked key is replayed in its order, and unparked when nothing of it is left behind")
    final void replaysParked() throws Exception {
        topic(1);
        deadLetters(1);
        work.fail("k1", time -> time == 1 ? new IOException("no") : null);
        ConsumerRuntime runtime = start(consumer()
                .ticker(() -> System.nanoTime() * 50) // it looks for replays by others each second
                .deadLetters(dead)
                .retry(once()));
        send("k", "k1", "k2", "k3");
        awaitCommitted(3);
        assertEquals(new Replay(0, 0, 1, 0), letters().replay(letter -> letter.offset() == 1));
        assertEquals(new Replay(2, 0, 0, 0), letters().replay(letter -> letter.offset() < 2));
        awaitCommitted(5);
        assertEquals(List.of("k1", "k2"), work.ended());
        send("k", "k4");
        awaitCommitted(6);
        assertEquals(List.of("k1", "k2"), work.ended(), "k4 came while k3 was left behind");
        assertEquals(1, runtime.stats().parkedKeys());
        assertEquals(new Replay(2, 2, 0, 0), letters().replay(letter -> true));
        awaitCommitted(8);
        assertEquals(0, runtime.stats().parkedKeys());
        send("k", "k5");
        awaitCommitted(9);
        assertEquals(List.of("k1", "k2", "k3", "k4", "k5"), work.ended());
        work.fail("k6", time -> time == 1 ? new IOException("no") : null);
        send("k", "k6");
        awaitCommitted(10);
        assertEquals(new Replay(1, 4, 0, 0), letters().replay(letter -> true, work));
        await("that it was told of it", () -> runtime.stats().parkedKeys() == 0);
        send("k", "k7");
        awaitCommitted(11);
        assertEquals(List.of("k1", "k2", "k3", "k4", "k5", "k6", "k7"), work.ended());
    }

    @Test
    @DisplayName("CR-18 what it cannot go on from ends it, visibly, commits what is finished and nothing more")
    final void endsVisibly() throws Exception {
        topic(1);
        AtomicReference<@Nullable Throwable> told = new AtomicReference<>(null);
        InternalError broken = new InternalError("the machine is broken");
        work.fail("b", time -> broken);
        ConsumerRuntime runtime = start(consumer().listener(new ConsumerListener() {
            @Override
            public void onStopped(@Nullable Throwable failure) {
                told.set(failure);
            }
        }));
        send("k", "a");
        awaitCommitted(1);
        send("k", "b", "c");
        await("its end", () -> runtime.failure().isPresent());
        assertTrue(runtime.awaitStopped(patience().plusSeconds(5)));
        assertSame(broken, runtime.failure().orElseThrow());
        await("the listener", () -> told.get() == broken);
        assertEquals(1, committed(partition(0)));
        assertEquals(0, work.begun("c"));
        work.mend();
        ConsumerRuntime second = start(consumer());
        awaitCommitted(3);
        crash(second);
        assertTrue(second.failure().orElseThrow() instanceof IllegalStateException);
    }

    @Test
    @DisplayName(
            "CR-19 close lets what runs come to its end, for a bounded time, stays a member meanwhile, and begins nothing")
    final void closes() throws Exception {
        topic(1);
        work.block("a", 1);
        work.block("b", 1);
        ConsumerRuntime first = start(consumer());
        send("k", "a", "b", "c");
        await("a", () -> work.begun("a") == 1);
        Thread closer = new Thread(first::close);
        closer.start();
        int before = rig.polls.get();
        await("polls while it drains", () -> rig.polls.get() >= before + 5 || !closer.isAlive());
        assertTrue(closer.isAlive(), "it did not wait");
        work.open("a", 1);
        closer.join(patience().toMillis() + 5000);
        assertFalse(closer.isAlive());
        assertEquals(1, committed(partition(0)));
        assertEquals(0, work.begun("b"));
        ConsumerRuntime second = start(consumer().drainTimeout(Duration.ofMillis(50)));
        await("b", () -> work.begun("b") == 1);
        second.close();
        assertEquals(1, committed(partition(0)));
        assertTrue(work.events().contains("!b"), "the handler that hung was interrupted");
        start(consumer());
        awaitCommitted(3);
        assertEquals(List.of("a", "b", "c"), work.ended());
    }

    @Test
    @DisplayName("CR-20 metadata that are not ours, or not of that offset, are not believed; the offset is")
    final void distrustsMetadata() throws Exception {
        topic(1);
        send("k", "r0", "r1", "r2", "r3");
        Gaps.Collector wrong = new Gaps.Collector();
        wrong.add(2, 4);
        long from = 1;
        for (String metadata :
                List.of("bm1 is not ours", "bm1:####", wrong.gaps().encode(0))) {
            try (GroupMember member = rig.real().join(Subscription.of(group, topic), new GroupListener() {})) {
                await("assignment", () -> {
                    try {
                        member.poll(Duration.ofMillis(5));
                        return !member.assignment().isEmpty();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                member.commit(Map.of(partition(0), new Commit(from, metadata)));
            }
            ConsumerRuntime runtime = start(consumer());
            awaitCommitted(4);
            runtime.close();
            rig.committed.clear();
        }
        assertEquals(0, work.begun("r0"));
        for (int i = 1; i < 4; i++) {
            assertEquals(3, work.begun("r" + i));
        }
    }
}
