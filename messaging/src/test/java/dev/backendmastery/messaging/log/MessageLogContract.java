package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@link MessageLog} promises, as clauses. Extend it and say how your log is opened, and how its time passes. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class MessageLogContract {

    private static final String RUN = Long.toString(System.nanoTime() & Long.MAX_VALUE, 36);
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final int BIG = 100_000;

    private final String topic = name();
    private final String group = name();
    private final List<GroupMember> members = new ArrayList<>();
    private final Random random = new Random(5);
    private MessageLog log;

    /** A log without topics of this test's names; of what is durable, the same one each time within a test. */
    protected abstract MessageLog open();

    /** The time by which messages grow old. */
    protected abstract Instant now();

    /** Lets so much of that time pass, and of the time by which members that do not poll are taken for dead. */
    protected abstract void elapse(Duration time);

    /** Lets retention and compaction take place, if they have to be told. */
    protected abstract void maintain(MessageLog log);

    /** How long a log that maintains itself may be at it after it has begun. */
    protected Duration untilMaintained() {
        return Duration.ZERO;
    }

    /** How long to wait for what must come about. */
    protected Duration patience() {
        return Duration.ofSeconds(1);
    }

    /** A name that no other test uses, also not one that ran before on the same server. */
    protected static String name() {
        return "t" + RUN + "-" + NAMES.incrementAndGet();
    }

    @BeforeEach
    final void openLog() {
        log = open();
    }

    @AfterEach
    final void closeLog() {
        try {
            for (GroupMember member : members) {
                try {
                    member.close();
                } catch (IllegalStateException | MessageLogException e) {
                    assertDoesNotThrow(member::close, "a second close");
                }
            }
        } finally {
            log.close();
        }
    }

    @Test
    @DisplayName("ML-1 what was acked is read back as it was, where the ack says that it lies")
    final void roundTrip() throws Exception {
        log.createTopic(Topic.of(topic, 3));
        byte[] noise = new byte[BIG];
        random.nextBytes(noise);
        Message full = Message.of(uuid(), "order.placed", now())
                .version(3)
                .traceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .key("k\u00e9y")
                .header("a", Bytes.of(noise))
                .header("b", Bytes.of(new byte[0]))
                .header("a", Bytes.utf8("again"))
                .payload("application/json", Bytes.utf8("{}"))
                .build();
        int room = Message.MAX_BYTES - MessageCodec.size(text("x", 0, "")) - 16;
        List<Message> all = List.of(
                full,
                Message.of(uuid(), "bare", Instant.EPOCH).build(),
                Message.of(uuid(), "removed", now()).key("x").tombstone().build(),
                Message.of(uuid(), "empty key", now()).key("").text("t").build(),
                Message.of(uuid(), "largest", now())
                        .payload("a/b", Bytes.of(new byte[room]))
                        .build());
        for (Message message : all) {
            Position position = get(log.append(topic, message));
            Chunk chunk = log.read(position.partition(), position.offset(), 1, patience());
            assertEquals(List.of(new LogRecord(position.partition(), position.offset(), message)), chunk.records());
        }
        Position chosen = get(log.append(new Partition(topic, 2), full));
        assertEquals(new Partition(topic, 2), chosen.partition());
        assertEquals(
                full,
                log.read(chosen.partition(), chosen.offset(), 1, patience())
                        .records()
                        .get(0)
                        .message());
    }

    @Test
    @DisplayName("ML-2 offsets grow, and each thread's messages keep their order, one by one and many at once")
    final void order() throws Exception {
        log.createTopic(Topic.of(topic, 1));
        List<CompletableFuture<Position>> single = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            single.add(log.append(topic, text("a", i, "1")));
        }
        List<Position> many = get(log.appendAll(
                topic,
                IntStream.range(300, 400).mapToObj(i -> text("b", i, "1")).toList()));
        List<LogRecord> found = readAll();
        assertEquals(400, found.size());
        for (int i = 0; i < 400; i++) {
            assertEquals("1 " + i, textOf(found.get(i)));
            Position acked = i < 300 ? get(single.get(i)) : many.get(i - 300);
            assertEquals(acked.offset(), found.get(i).offset());
            assertTrue(i == 0 || found.get(i).offset() > found.get(i - 1).offset());
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                String name = "thread" + thread;
                ends.add(pool.submit(() -> {
                    List<CompletableFuture<Position>> acks = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        acks.add(log.append(topic, text(name, i, name)));
                    }
                    for (CompletableFuture<Position> ack : acks) {
                        get(ack);
                    }
                    return true;
                }));
            }
            for (Future<?> end : ends) {
                end.get(patience().toMillis() + 10_000, TimeUnit.MILLISECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        Map<String, List<String>> byThread = new HashMap<>();
        List<LogRecord> all = readAll();
        assertEquals(1200, new HashSet<>(all.stream().map(LogRecord::offset).toList()).size());
        all.subList(400, 1200).forEach(record -> {
            String text = textOf(record);
            byThread.computeIfAbsent(text.split(" ", 2)[0], t -> new ArrayList<>())
                    .add(text);
        });
        assertEquals(4, byThread.size());
        byThread.forEach((thread, texts) -> assertEquals(
                IntStream.range(0, 200).mapToObj(i -> thread + " " + i).toList(), texts));
    }

    @Test
    @DisplayName("ML-3 a key has one partition, and keys are spread")
    final void keys() throws Exception {
        log.createTopic(Topic.of(topic, 4));
        Map<String, Partition> places = new HashMap<>();
        for (int i = 0; i < 192; i++) {
            String key = "key " + i % 64;
            Position position = get(log.append(topic, text(key, i, "")));
            Partition before = places.putIfAbsent(key, position.partition());
            assertTrue(before == null || before.equals(position.partition()), key);
        }
        assertEquals(4, new HashSet<>(places.values()).size());
        Map<String, Partition> batch = new HashMap<>();
        List<Message> messages =
                IntStream.range(0, 64).mapToObj(i -> text("key " + i, i, "")).toList();
        List<Position> positions = get(log.appendAll(topic, messages));
        for (int i = 0; i < 64; i++) {
            batch.put("key " + i, positions.get(i).partition());
        }
        assertEquals(places, batch);
    }

    @Test
    @DisplayName("ML-4 reads from any offset, so many, goes on, waits for what comes, and no longer than it may")
    final void read() throws Exception {
        Partition partition = one();
        append(0, 20);
        Chunk chunk = log.read(partition, 5, 3, patience());
        assertEquals(List.of("0 5", "0 6", "0 7"), texts(chunk.records()));
        assertEquals(8, chunk.next());
        assertEquals(20, log.endOffset(partition));
        assertEquals(0, log.firstOffset(partition));
        long start = System.nanoTime();
        Chunk none = log.read(partition, 20, 5, Duration.ofMillis(100));
        long took = System.nanoTime() - start;
        assertEquals(new Chunk(List.of(), 20), none);
        assertTrue(took >= Duration.ofMillis(90).toNanos(), () -> "returned nothing after " + took + " ns");
        assertTrue(took < patience().toNanos() + Duration.ofMillis(900).toNanos(), () -> "took " + took + " ns");
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Chunk> waiting =
                    pool.submit(() -> log.read(partition, 20, 5, patience().multipliedBy(5)));
            append(20, 21);
            assertEquals(
                    List.of("0 20"),
                    texts(waiting.get(patience().toMillis() * 5 + 1000, TimeUnit.MILLISECONDS)
                            .records()));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("ML-5 a time gives the first offset that is not older, also where times are out of order")
    final void times() throws Exception {
        Partition partition = one();
        Instant start = now();
        for (int millis : List.of(0, 10, 5, 20, 15)) {
            get(log.append(
                    partition, Message.of(uuid(), "t", start.plusMillis(millis)).build()));
        }
        assertEquals(0, log.offsetAt(partition, start.minusMillis(1)));
        assertEquals(0, log.offsetAt(partition, Instant.MIN));
        assertEquals(0, log.offsetAt(partition, start));
        assertEquals(1, log.offsetAt(partition, start.plusNanos(1_000_001)));
        assertEquals(1, log.offsetAt(partition, start.plusMillis(6)));
        assertEquals(3, log.offsetAt(partition, start.plusMillis(11)));
        assertEquals(5, log.offsetAt(partition, start.plusMillis(21)));
        assertEquals(5, log.offsetAt(partition, Instant.MAX));
    }

    @Test
    @DisplayName("ML-6 an offset that is not there is an error")
    final void outOfRange() throws Exception {
        Partition partition = one();
        append(0, 3);
        OffsetOutOfRangeException beyond =
                assertThrows(OffsetOutOfRangeException.class, () -> log.read(partition, 4, 1, Duration.ofMillis(200)));
        assertEquals(0, beyond.first());
        assertEquals(3, beyond.end());
        assertThrows(OffsetOutOfRangeException.class, () -> log.read(partition, -1, 1, SHORT));
    }

    @Test
    @DisplayName("ML-7 a topic keeps its settings; there is no topic that nobody made; bad wishes change nothing")
    final void topics() throws Exception {
        Topic wanted = Topic.of(topic, 2).keepFor(Duration.ofHours(2)).segments(2 << 20);
        assertTrue(log.createTopic(wanted));
        assertFalse(log.createTopic(wanted));
        assertEquals(wanted, log.topic(topic));
        assertThrows(IllegalArgumentException.class, () -> log.createTopic(Topic.of(topic, 3)));
        assertEquals(wanted, log.topic(topic));
        String other = name();
        assertThrows(UnknownTopicException.class, () -> log.topic(other));
        assertThrows(UnknownTopicException.class, () -> log.append(other, text("a", 1, "")));
        assertThrows(UnknownTopicException.class, () -> log.appendAll(other, List.of(text("a", 1, ""))));
        assertThrows(UnknownTopicException.class, () -> log.append(new Partition(topic, 2), text("a", 1, "")));
        assertThrows(UnknownTopicException.class, () -> log.read(new Partition(topic, 2), 0, 1, SHORT));
        assertThrows(UnknownTopicException.class, () -> log.endOffset(new Partition(other, 0)));
        assertThrows(
                UnknownTopicException.class, () -> log.join(Subscription.of(group, other), new GroupListener() {}));
        assertThrows(IllegalArgumentException.class, () -> log.read(new Partition(topic, 0), 0, 0, SHORT));
        assertThrows(
                IllegalArgumentException.class, () -> log.read(new Partition(topic, 0), 0, 1, Duration.ofMillis(-1)));
        String compacted = name();
        log.createTopic(Topic.of(compacted, 1).compact(Duration.ofHours(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> log.append(compacted, Message.of(uuid(), "no key", now()).build()));
        assertThrows(
                IllegalArgumentException.class,
                () -> log.appendAll(
                        compacted,
                        List.of(
                                text("a", 1, ""),
                                Message.of(uuid(), "no key", now()).build())));
        assertEquals(0, log.endOffset(new Partition(compacted, 0)));
    }

    @Test
    @DisplayName("ML-8 the members of a group share the partitions, each message goes to one of them")
    final void sharing() throws Exception {
        log.createTopic(Topic.of(topic, 4));
        Member first = join();
        Member second = join();
        poll(() -> first.has(2) && second.has(2), first, second);
        Set<Partition> both = new TreeSet<>(first.assignment());
        both.addAll(second.assignment());
        assertEquals(4, both.size());
        append(0, 80);
        poll(() -> first.records.size() + second.records.size() >= 80, first, second);
        pollOnce(first, second);
        List<LogRecord> all = new ArrayList<>(first.records);
        all.addAll(second.records);
        assertEquals(80, all.size());
        assertEquals(80, texts(all).stream().distinct().count());
        first.records.forEach(record -> assertTrue(first.assignment().contains(record.partition())));
        inOrder(first.records);
        inOrder(second.records);
    }

    @Test
    @DisplayName("ML-9 who joins begins where its group has committed; what was not committed comes again")
    final void commits() throws Exception {
        Partition partition = one();
        append(0, 20);
        Member first = join(Subscription.of(group, topic).maxRecords(10));
        poll(() -> first.records.size() >= 10, first);
        assertEquals(10, first.records.size());
        assertEquals(10, first.real.position(partition));
        assertEquals(Map.of(), first.real.committed(Set.of(partition)));
        first.real.commit(Map.of(partition, new Commit(7, "gap at 8")));
        first.real.close();
        for (int round = 0; round < 2; round++) {
            Member next = join();
            assertEquals(Map.of(partition, new Commit(7, "gap at 8")), next.real.committed(Set.of(partition)));
            poll(() -> next.records.size() >= 13, next);
            assertEquals(7, next.records.get(0).offset());
            assertEquals(13, next.records.size());
            next.real.close();
        }
    }

    @Test
    @DisplayName("ML-10 groups do not disturb each other, and begin where they say")
    final void groups() throws Exception {
        Partition partition = one();
        append(0, 5);
        Member first = join();
        Member other = join(Subscription.of(name(), topic));
        Member late = join(Subscription.of(name(), topic).startAt(StartAt.END));
        poll(() -> late.has(1), late);
        pollOnce(late);
        poll(() -> first.records.size() == 5 && other.records.size() == 5, first, other);
        first.real.commit(Map.of(partition, Commit.at(5)));
        assertEquals(Map.of(), other.real.committed(Set.of(partition)));
        append(5, 7);
        poll(() -> late.records.size() >= 2, late);
        assertEquals(List.of("0 5", "0 6"), texts(late.records));
    }

    @Test
    @DisplayName("ML-11 a partition is given up, and committed, before another has it")
    final void rebalance() throws Exception {
        log.createTopic(Topic.of(topic, 4));
        append(0, 40);
        List<String> events = new ArrayList<>();
        Member first = join(Subscription.of(group, topic), events, "first", true);
        poll(() -> first.has(4) && first.records.size() >= 40, first);
        Member second = join(Subscription.of(group, topic), events, "second", false);
        poll(() -> first.has(2) && second.has(2), first, second);
        Set<Partition> moved = second.assignment();
        assertEquals(Set.of(), intersection(moved, first.assignment()));
        for (Partition partition : moved) {
            int revoked = events.indexOf("first revoked " + partition);
            int assigned = events.indexOf("second assigned " + partition);
            assertTrue(revoked >= 0 && revoked < assigned, () -> partition + " in " + events);
        }
        append(40, 80);
        poll(() -> first.records.size() + second.records.size() >= 80, first, second);
        pollOnce(first, second);
        List<LogRecord> all = new ArrayList<>(first.records);
        all.addAll(second.records);
        assertEquals(80, all.size(), "what was committed in the last moment does not come again");
        assertEquals(List.of(), first.failures);
    }

    @Test
    @DisplayName("ML-12 who leaves is told, and leaves his partitions to the others")
    final void leaving() throws Exception {
        log.createTopic(Topic.of(topic, 4));
        List<String> events = new ArrayList<>();
        Member first = join();
        Member second = join(Subscription.of(group, topic), events, "second", false);
        poll(() -> first.has(2) && second.has(2), first, second);
        Set<Partition> held = second.assignment();
        append(0, 40);
        second.real.close();
        held.forEach(partition -> assertTrue(events.contains("second revoked " + partition), events::toString));
        poll(() -> first.has(4) && first.records.size() >= 40, first);
        assertEquals(40, first.records.size());
        assertThrows(IllegalStateException.class, () -> second.real.poll(SHORT));
        second.real.close();
    }

    @Test
    @DisplayName("ML-13 who does not poll is taken for dead: told that it lost all, and fenced")
    final void fencing() throws Exception {
        log.createTopic(Topic.of(topic, 2));
        append(0, 10);
        List<String> events = new ArrayList<>();
        Subscription quick = Subscription.of(group, topic).maxPollInterval(Duration.ofSeconds(1));
        Member dead = join(quick, events, "dead", false);
        poll(() -> dead.has(2) && dead.records.size() >= 10, dead);
        Partition partition = new Partition(topic, 0);
        elapse(Duration.ofMillis(1500));
        Member next = join();
        poll(() -> next.has(2) && next.records.size() >= 10, next);
        next.real.commit(Map.of(partition, Commit.at(1)));
        assertThrows(FencedException.class, () -> dead.real.commit(Map.of(partition, Commit.at(2))));
        assertEquals(Map.of(partition, Commit.at(1)), next.real.committed(Set.of(partition)));
        poll(() -> events.contains("dead lost " + partition), dead, next);
        assertFalse(events.contains("dead revoked " + partition), events::toString);
        poll(() -> dead.has(1) && next.has(1), dead, next);
        Partition others = next.assignment().iterator().next();
        assertThrows(FencedException.class, () -> dead.real.commit(Map.of(others, Commit.at(2))));
        assertThrows(FencedException.class, () -> dead.real.seek(others, 0));
        assertThrows(FencedException.class, () -> dead.real.pause(Set.of(others)));
        assertThrows(FencedException.class, () -> dead.real.position(others));
    }

    @Test
    @DisplayName("ML-14 a group can go back, and by time, and what it has committed stays")
    final void replay() throws Exception {
        Partition partition = one();
        Instant start = now();
        for (int i = 0; i < 10; i++) {
            get(log.append(
                    partition,
                    Message.of(uuid(), "t", start.plusSeconds(i)).text("0 " + i).build()));
        }
        Member member = join();
        poll(() -> member.records.size() >= 10, member);
        member.real.commit(Map.of(partition, Commit.at(10)));
        for (long from : List.of(3L, log.offsetAt(partition, start.plusSeconds(6)))) {
            member.records.clear();
            member.real.seek(partition, from);
            assertEquals(from, member.real.position(partition));
            poll(() -> member.records.size() >= 10 - from, member);
            assertEquals(from, member.records.get(0).offset());
            assertEquals(10 - from, member.records.size());
        }
        assertEquals(Map.of(partition, Commit.at(10)), member.real.committed(Set.of(partition)));
    }

    @Test
    @DisplayName("ML-15 a paused partition yields nothing and loses nothing")
    final void pausing() throws Exception {
        log.createTopic(Topic.of(topic, 2));
        Partition paused = new Partition(topic, 0);
        Partition other = new Partition(topic, 1);
        Member member = join();
        poll(() -> member.has(2), member);
        member.real.pause(Set.of(paused));
        for (int i = 0; i < 5; i++) {
            get(log.append(paused, text("a", i, "paused")));
            get(log.append(other, text("a", i, "other")));
        }
        poll(() -> member.records.size() >= 5, member);
        pollOnce(member);
        assertEquals(IntStream.range(0, 5).mapToObj(i -> "other " + i).toList(), texts(member.records));
        member.records.clear();
        member.real.resume(Set.of(paused));
        poll(() -> member.records.size() >= 5, member);
        assertEquals(IntStream.range(0, 5).mapToObj(i -> "paused " + i).toList(), texts(member.records));
    }

    @Test
    @DisplayName("ML-16 what is older than its time goes, nothing younger, and offsets are not given again")
    final void retentionByAge() throws Exception {
        log.createTopic(Topic.of(topic, 1).keepFor(Duration.ofHours(1)).segments(1 << 20));
        Partition partition = new Partition(topic, 0);
        Instant old = now().minus(Duration.ofHours(2));
        for (int i = 0; i < 30; i++) {
            get(log.append(partition, big("old", old)));
        }
        for (int i = 30; i < 35; i++) {
            get(log.append(partition, text("young", i, "young")));
        }
        maintainUntil(() -> log.firstOffset(partition) > 0);
        long first = firstWhenMaintained(partition);
        assertTrue(first >= 11 && first <= 30, () -> "first is " + first);
        List<LogRecord> left = readAll();
        assertEquals(35 - first, left.size());
        assertEquals(first, left.get(0).offset());
        assertEquals(
                IntStream.range(30, 35).mapToObj(i -> "young " + i).toList(),
                texts(left.subList(left.size() - 5, left.size())));
        assertThrows(OffsetOutOfRangeException.class, () -> log.read(partition, first - 1, 1, SHORT));
        assertEquals(35, get(log.append(partition, text("a", 1, ""))).offset());
        Member member = join();
        poll(() -> !member.records.isEmpty(), member);
        assertEquals(first, member.records.get(0).offset());
    }

    @Test
    @DisplayName("ML-17 what is more than its size goes, oldest first, and no more than that")
    final void retentionBySize() throws Exception {
        log.createTopic(Topic.of(topic, 1).keepBytes(2 << 20).segments(1 << 20));
        Partition partition = new Partition(topic, 0);
        for (int i = 0; i < 60; i++) {
            get(log.append(partition, big("x", now())));
        }
        maintainUntil(() -> (60 - log.firstOffset(partition)) * BIG < 4 << 20);
        long first = firstWhenMaintained(partition);
        assertTrue((60 - first) * (BIG + 500) >= 2 << 20, () -> "first is " + first);
        assertEquals(60 - first, readAll().size());
        assertEquals(60, log.endOffset(partition));
    }

    @Test
    @DisplayName("ML-18 compaction keeps the last message of each key, at its offset, in order")
    final void compaction() throws Exception {
        log.createTopic(Topic.of(topic, 1).compact(Duration.ofHours(1)).segments(1 << 20));
        Partition partition = new Partition(topic, 0);
        for (int i = 0; i < 15; i++) {
            get(log.append(partition, text("key " + i % 5, i, "v")));
        }
        fill(partition);
        maintainUntil(() -> readAll().size() == 5 + 13);
        List<LogRecord> left = readAll();
        assertEquals(IntStream.range(10, 15).mapToObj(i -> "v " + i).toList(), texts(left.subList(0, 5)));
        for (int i = 0; i < 18; i++) {
            assertEquals(10 + i, left.get(i).offset());
        }
        assertEquals(28, log.endOffset(partition));
        Chunk skipped = log.read(partition, 0, 1, patience());
        assertEquals(10, skipped.records().get(0).offset());
        assertEquals(11, skipped.next());
    }

    @Test
    @DisplayName("ML-19 a tombstone removes its key, stays for its time, and goes")
    final void tombstones() throws Exception {
        log.createTopic(Topic.of(topic, 1).compact(Duration.ofSeconds(3)).segments(1 << 20));
        Partition partition = new Partition(topic, 0);
        get(log.append(partition, text("gone", 0, "v")));
        get(log.append(partition, text("kept", 1, "v")));
        get(log.append(
                partition,
                Message.of(uuid(), "t", now()).key("gone").tombstone().build()));
        fill(partition);
        maintainUntil(() -> keyed("gone").size() <= 1);
        assertEquals(1, keyed("gone").size());
        assertTrue(keyed("gone").get(0).message().isTombstone());
        maintain(log);
        assertEquals(1, keyed("gone").size());
        elapse(Duration.ofMillis(3100));
        fill(partition);
        maintainUntil(() -> keyed("gone").isEmpty());
        assertEquals(List.of("v 1"), texts(keyed("kept")));
    }

    @Test
    @DisplayName("ML-20 close waits for what was appended; a closed log refuses")
    final void closing() throws Exception {
        Partition partition = one();
        Member member = join();
        pollOnce(member);
        List<CompletableFuture<Position>> acks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            acks.add(log.append(topic, text("a", i, "")));
        }
        log.close();
        for (CompletableFuture<Position> ack : acks) {
            assertTrue(ack.isDone());
            get(ack);
        }
        assertThrows(IllegalStateException.class, () -> log.append(topic, text("a", 0, "")));
        assertThrows(IllegalStateException.class, () -> log.read(partition, 0, 1, SHORT));
        assertThrows(IllegalStateException.class, () -> log.createTopic(Topic.of(name(), 1)));
        assertThrows(IllegalStateException.class, () -> log.endOffset(partition));
        assertThrows(IllegalStateException.class, () -> member.real.poll(SHORT));
        assertThrows(IllegalStateException.class, () -> member.real.commit(Map.of(partition, Commit.at(1))));
        assertThrows(
                IllegalStateException.class, () -> log.join(Subscription.of(group, topic), new GroupListener() {}));
        log.close();
    }

    @Test
    @DisplayName("ML-21 what is durable is there after the log was opened again")
    final void reopening() throws Exception {
        assumeTrue(log.capabilities().contains(Capability.DURABLE), "it does not say that it is durable");
        Topic wanted = Topic.of(topic, 2).keepFor(Duration.ofDays(9)).segments(1 << 20);
        log.createTopic(wanted);
        Map<Position, Message> acked = new HashMap<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 25; i++) {
                Message message = big("x", now());
                acked.put(get(log.append(new Partition(topic, i % 2), message)), message);
            }
            Member member = join();
            poll(() -> member.has(2), member);
            member.real.commit(Map.of(new Partition(topic, 1), new Commit(round + 1, "round " + round)));
            member.real.close();
            log.close();
            log = open();
            assertEquals(wanted, log.topic(topic));
            Map<Position, Message> found = new HashMap<>();
            for (int number = 0; number < 2; number++) {
                readAll(new Partition(topic, number))
                        .forEach(record ->
                                found.put(new Position(record.partition(), record.offset()), record.message()));
            }
            assertEquals(acked, found);
            Member again = join();
            assertEquals(
                    Map.of(new Partition(topic, 1), new Commit(round + 1, "round " + round)),
                    again.real.committed(Set.of(new Partition(topic, 0), new Partition(topic, 1))));
            again.real.close();
        }
    }

    /** A member, what it has been given, and what its listener was told. */
    final class Member {
        private final GroupMember real;
        private final List<LogRecord> records = new ArrayList<>();
        private final List<Throwable> failures = new ArrayList<>();

        private Member(Subscription subscription, List<String> events, String name, boolean commits) {
            Map<Partition, Long> seen = new ConcurrentHashMap<>();
            List<GroupMember> self = new ArrayList<>();
            real = log.join(subscription, new GroupListener() {
                @Override
                public void onAssigned(Set<Partition> partitions) {
                    partitions.forEach(partition -> events.add(name + " assigned " + partition));
                }

                @Override
                public void onRevoked(Set<Partition> partitions) {
                    if (commits) {
                        records.forEach(record -> seen.merge(record.partition(), record.offset() + 1, Math::max));
                        Map<Partition, Commit> due = new HashMap<>();
                        for (Partition partition : partitions) {
                            Long next = seen.get(partition);
                            if (next != null) {
                                due.put(partition, Commit.at(next));
                            }
                        }
                        try {
                            self.get(0).commit(due);
                        } catch (RuntimeException e) {
                            failures.add(e);
                        }
                    }
                    partitions.forEach(partition -> events.add(name + " revoked " + partition));
                }

                @Override
                public void onLost(Set<Partition> partitions) {
                    partitions.forEach(partition -> events.add(name + " lost " + partition));
                }
            });
            self.add(real);
            members.add(real);
        }

        Set<Partition> assignment() {
            return real.assignment();
        }

        boolean has(int partitions) {
            return assignment().size() == partitions;
        }
    }

    private Member join() {
        return join(Subscription.of(group, topic));
    }

    private Member join(Subscription subscription) {
        return join(subscription, new ArrayList<>(), "member", false);
    }

    private Member join(Subscription subscription, List<String> events, String name, boolean commits) {
        return new Member(subscription, events, name, commits);
    }

    /** Polls them in turn until it is so. */
    private void poll(BooleanSupplier goal, Member... polled) throws InterruptedException {
        long start = System.nanoTime();
        do {
            pollOnce(polled);
        } while (!goal.getAsBoolean() && System.nanoTime() - start < patience().toNanos());
        assertTrue(goal.getAsBoolean(), () -> "not so after " + patience() + " of polling");
    }

    private static void pollOnce(Member... polled) throws InterruptedException {
        for (Member member : polled) {
            member.records.addAll(member.real.poll(SHORT));
        }
    }

    private void maintainUntil(Condition goal) throws Exception {
        long start = System.nanoTime();
        maintain(log);
        while (!goal.holds() && System.nanoTime() - start < patience().toNanos()) {
            LockSupport.parkNanos(4 * SHORT.toNanos());
            maintain(log);
        }
        assertTrue(goal.holds(), () -> "not so after " + patience() + " of maintenance");
    }

    /** A log that maintains itself may have begun before all was written, and be at it. */
    private long firstWhenMaintained(Partition partition) throws Exception {
        long first;
        do {
            first = log.firstOffset(partition);
            elapse(untilMaintained());
            maintain(log);
        } while (log.firstOffset(partition) > first);
        return first;
    }

    /** What is to come about. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private Partition one() {
        log.createTopic(Topic.of(topic, 1));
        return new Partition(topic, 0);
    }

    private void append(int from, int to) throws Exception {
        for (Position position : get(log.appendAll(
                topic,
                IntStream.range(from, to).mapToObj(i -> text("k" + i, i, "0")).toList()))) {
            assertEquals(topic, position.partition().topic());
        }
    }

    /** Closes a segment: fourteen big messages of their own keys, of which the last one may still be in an open one. */
    private void fill(Partition partition) throws Exception {
        for (int i = 0; i < 13; i++) {
            get(log.append(partition, big("filler " + uuid(), now())));
        }
    }

    private Message big(String key, Instant time) {
        byte[] noise = new byte[BIG];
        random.nextBytes(noise);
        return Message.of(uuid(), "big", time)
                .key(key)
                .payload("a/b", Bytes.of(noise))
                .build();
    }

    private List<LogRecord> keyed(String key) throws Exception {
        return readAll().stream()
                .filter(record -> Bytes.utf8(key).equals(record.message().key()))
                .toList();
    }

    private List<LogRecord> readAll() throws Exception {
        return readAll(new Partition(topic, 0));
    }

    private List<LogRecord> readAll(Partition partition) throws Exception {
        List<LogRecord> all = new ArrayList<>();
        long next = log.firstOffset(partition);
        long end = log.endOffset(partition);
        for (int reads = 0; next < end && reads < 10_000; reads++) {
            Chunk chunk = log.read(partition, next, 100, patience());
            all.addAll(chunk.records());
            next = chunk.next();
        }
        return all;
    }

    private Message text(String key, int number, String thread) {
        return Message.of(uuid(), "text", now())
                .key(key)
                .text(thread + " " + number)
                .build();
    }

    private UUID uuid() {
        synchronized (random) {
            return new UUID(random.nextLong(), random.nextLong());
        }
    }

    private <T> T get(CompletableFuture<T> ack) throws InterruptedException, ExecutionException, TimeoutException {
        return ack.get(patience().toMillis() + 10_000, TimeUnit.MILLISECONDS);
    }

    private static String textOf(LogRecord record) {
        return Objects.requireNonNull(record.message().payload()).utf8();
    }

    private static List<String> texts(Collection<LogRecord> records) {
        return records.stream().map(MessageLogContract::textOf).toList();
    }

    private static void inOrder(List<LogRecord> records) {
        Map<Partition, Long> last = new HashMap<>();
        for (LogRecord record : records) {
            Long before = last.put(record.partition(), record.offset());
            assertNotEquals(before, record.offset());
            assertTrue(before == null || before < record.offset(), () -> record + " came late");
        }
    }

    private static Set<Partition> intersection(Set<Partition> one, Set<Partition> other) {
        Set<Partition> both = new TreeSet<>(one);
        both.retainAll(other);
        return both;
    }
}
