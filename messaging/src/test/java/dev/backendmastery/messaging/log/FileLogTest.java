package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What the file log promises beyond the contract: above all, what is left after a crash. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class FileLogTest {

    private static final Partition P = new Partition("t", 0);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path folder = Path.of("");

    private final Random random = new Random(11);

    /** The message of that number: its payload follows from it. */
    static Message message(long number, int size) {
        byte[] noise = new byte[size];
        new Random(number).nextBytes(noise);
        return Message.of(new UUID(0, number), "t", TIME)
                .payload("a/b", Bytes.of(noise))
                .build();
    }

    static List<LogRecord> readAll(MessageLog log, Partition partition) throws InterruptedException {
        List<LogRecord> all = new ArrayList<>();
        long next = log.firstOffset(partition);
        while (next < log.endOffset(partition)) {
            Chunk chunk = log.read(partition, next, 10_000, Duration.ZERO);
            all.addAll(chunk.records());
            next = chunk.next();
        }
        return all;
    }

    /** Those from 0 on, in order, without a gap, each as it was. @return how many */
    static long checkWhole(MessageLog log, Partition partition, int size) throws InterruptedException {
        long number = 0;
        for (LogRecord record : readAll(log, partition)) {
            assertEquals(number, record.offset());
            assertEquals(message(number, size), record.message());
            number++;
        }
        return number;
    }

    private static Path file(Path root, String name) {
        return root.resolve("topics").resolve("t").resolve("0").resolve(name);
    }

    private static Path segment(Path root, long base) {
        return file(root, Segment.name(base) + Segment.SUFFIX);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    @Test
    @DisplayName(
            "FL-1, FL-2 after a loss of power at any byte, torn or with flipped bits, every acked message is there, none half")
    void anyCrash() throws Exception {
        crashes(FileLog.in(folder.resolve("recorded")).forceEachBatch());
    }

    @Test
    @DisplayName("the test of crashes convicts acks that come before the disk has the message")
    void anyCrashBites() {
        FileLog.Builder acksEarly = FileLog.in(folder.resolve("recorded")).forceEvery(Duration.ofHours(1));
        AssertionError convicted = assertThrows(AssertionError.class, () -> crashes(acksEarly));
        assertTrue(String.valueOf(convicted.getMessage()).contains("were acked"), convicted::toString);
    }

    private void crashes(FileLog.Builder builder) throws Exception {
        RecordingDisk disk = new RecordingDisk();
        int size = 100;
        Path recorded = folder.resolve("recorded");
        try (FileLog log = builder.disk(disk).open()) {
            log.createTopic(Topic.of("t", 1));
            long count = 0;
            for (int round = 0; round < 12; round++) {
                List<CompletableFuture<Position>> acks = new ArrayList<>();
                for (int i = 0; i < 1 + round % 4; i++) {
                    acks.add(log.append(P, message(count++, size)));
                }
                for (CompletableFuture<Position> ack : acks) {
                    ack.get(10, TimeUnit.SECONDS);
                }
                disk.acked(count);
            }
            Path live = segment(recorded, 0);
            // What the disk may hold when power goes after each event: all that was forced, and any part of what was
            // not.
            ByteBuffer file = ByteBuffer.allocate(1 << 16);
            int forced = 0;
            long acked = 0;
            Set<Long> recoveredCounts = new TreeSet<>();
            int cases = 0;
            for (RecordingDisk.Event event : disk.events()) {
                if (event.acked() > 0) {
                    acked = event.acked();
                } else if (live.equals(event.file()) && event.bytes() == null) {
                    forced = file.position();
                } else if (live.equals(event.file())) {
                    file.put(Objects.requireNonNull(event.bytes()).duplicate());
                    for (int cut = forced; cut <= file.position(); cut++) {
                        byte[] left = new byte[cut];
                        file.get(0, left);
                        recoveredCounts.add(recover(left, acked, size, cases++));
                    }
                    for (int i = 0; i < 40; i++) {
                        byte[] left = new byte[file.position() + random.nextInt(20)];
                        file.get(0, left, 0, file.position());
                        for (int flips = random.nextInt(3); flips >= 0 && left.length > forced; flips--) {
                            left[forced + random.nextInt(left.length - forced)] ^= (byte) (1 << random.nextInt(8));
                        }
                        recoveredCounts.add(recover(left, acked, size, cases++));
                    }
                }
            }
            assertEquals(count, acked);
            assertTrue(cases > 3000, "cases: " + cases);
            assertTrue(recoveredCounts.size() > 12, recoveredCounts::toString);
        }
    }

    /** @return how many messages are there */
    private long recover(byte[] segment, long acked, int size, int number) throws Exception {
        // The partition alone: opening a whole log for each of thousands of cases would take minutes.
        Path crashed = Files.createDirectories(folder.resolve("crashed"));
        Path file = crashed.resolve(Segment.name(0) + Segment.SUFFIX);
        Files.write(file, segment);
        Files.deleteIfExists(crashed.resolve(Segment.name(0) + Segment.INDEX));
        try (FilePartition partition = FilePartition.open(P, crashed, Topic.of("t", 1), new Unforced(), null)) {
            long count = 0;
            for (long next = 0; next < partition.end(); ) {
                Chunk chunk = partition.read(next, 1000);
                for (LogRecord record : chunk.records()) {
                    assertEquals(count, record.offset());
                    assertEquals(message(count, size), record.message());
                    count++;
                }
                next = chunk.next();
            }
            assertEquals(partition.end(), count);
            assertTrue(count >= acked, "case " + number + ": " + acked + " were acked, " + count + " are there");
            return count;
        }
    }

    /** The machine's disk without the wait: these cases are about bytes. */
    private static final class Unforced implements Disk {
        private final Disk real = Disk.system();

        @Override
        public Appender append(Path file) throws IOException {
            Appender appender = real.append(file);
            return new Appender() {
                @Override
                public void write(ByteBuffer bytes) throws IOException {
                    appender.write(bytes);
                }

                @Override
                public void force() {}

                @Override
                public long size() throws IOException {
                    return appender.size();
                }

                @Override
                public void truncate(long size) throws IOException {
                    appender.truncate(size);
                }

                @Override
                public void close() throws IOException {
                    appender.close();
                }
            };
        }

        @Override
        public void forceFolder(Path folder) {}
    }

    @Test
    @DisplayName("FL-4 what was durable and is broken now is an error, in any segment, closed cleanly or not")
    void rot() throws Exception {
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        try (FileLog log = FileLog.in(whole).open()) {
            log.createTopic(Topic.of("t", 1).segments(4096));
            for (int i = 0; i < 12; i++) {
                log.append(P, message(i, 500)).get(10, TimeUnit.SECONDS);
            }
            copy(whole, killed);
        }
        for (Path root : List.of(whole, killed)) {
            List<Path> segments;
            try (Stream<Path> files = Files.list(file(root, "."))) {
                segments = files.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                        .sorted()
                        .toList();
            }
            assertEquals(2, segments.size());
            int place = 0;
            for (Path segment : segments) {
                Path broken = folder.resolve("broken" + root.getFileName() + place++);
                copy(root, broken);
                Path target = broken.resolve(root.relativize(segment).toString());
                byte[] bytes = Files.readAllBytes(target);
                bytes[200] ^= 1; // in its first batch, and others follow
                Files.write(target, bytes);
                assertThrows(CorruptLogException.class, () -> {
                    try (FileLog log = FileLog.in(broken).open()) {
                        readAll(log, P);
                    }
                });
            }
        }
        // The very last batch: only a clean end knows that it was there.
        Path last = folder.resolve("last");
        copy(whole, last);
        try (Stream<Path> files = Files.list(file(last, "."))) {
            Path target = files.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                    .max(Path::compareTo)
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(target);
            bytes[bytes.length - 1] ^= 1;
            Files.write(target, bytes);
        }
        assertThrows(CorruptLogException.class, () -> FileLog.in(last).open());
    }

    @Test
    @DisplayName("FL-2 what is left of a half-made topic, index or rewritten segment does no harm")
    void leftovers() throws Exception {
        try (FileLog log = FileLog.in(folder).open()) {
            log.createTopic(Topic.of("t", 1).segments(4096));
            for (int i = 0; i < 20; i++) {
                log.append(P, message(i, 500)).get(10, TimeUnit.SECONDS);
            }
        }
        Files.createDirectories(folder.resolve("topics").resolve("half").resolve("0"));
        Files.write(file(folder, Segment.name(0) + ".draft"), new byte[] {1, 2, 3});
        Files.delete(file(folder, Segment.name(0) + Segment.INDEX));
        Path second;
        try (Stream<Path> files = Files.list(file(folder, "."))) {
            second = files.filter(file -> file.toString().endsWith(Segment.INDEX))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        Files.write(second, new byte[] {1, 2, 3});
        try (FileLog log = FileLog.in(folder).open()) {
            assertEquals(20, checkWhole(log, P, 500));
            assertThrows(UnknownTopicException.class, () -> log.topic("half"));
            assertTrue(log.createTopic(Topic.of("half", 2)));
            assertFalse(Files.exists(file(folder, Segment.name(0) + ".draft")));
        }
    }

    @Test
    @DisplayName("FL-5 readers see nothing that is not acked")
    void nothingEarly() throws Exception {
        RecordingDisk disk = new RecordingDisk();
        CountDownLatch gate = new CountDownLatch(1);
        try (FileLog log = FileLog.in(folder).disk(disk).open()) {
            log.createTopic(Topic.of("t", 1));
            log.append(P, message(0, 10)).get(10, TimeUnit.SECONDS);
            disk.hang(gate);
            CompletableFuture<Position> ack = log.append(P, message(1, 10));
            assertEquals(1, log.read(P, 0, 10, Duration.ofMillis(50)).records().size());
            assertEquals(0, log.read(P, 1, 10, Duration.ofMillis(200)).records().size());
            assertEquals(1, log.endOffset(P));
            assertFalse(ack.isDone());
            gate.countDown();
            assertEquals(1, ack.get(10, TimeUnit.SECONDS).offset());
            assertEquals(2, checkWhole(log, P, 10));
        } finally {
            gate.countDown();
        }
    }

    @Test
    @DisplayName("FL-6 after a force has failed nothing is acked any more until the log is opened again")
    void failedForce() throws Exception {
        RecordingDisk disk = new RecordingDisk();
        try (FileLog log = FileLog.in(folder).disk(disk).open()) {
            log.createTopic(Topic.of("t", 1));
            log.append(P, message(0, 10)).get(10, TimeUnit.SECONDS);
            disk.fail();
            for (int i = 1; i < 4; i++) {
                CompletableFuture<Position> ack = log.append(P, message(i, 10));
                ExecutionException failed = assertThrows(ExecutionException.class, () -> ack.get(10, TimeUnit.SECONDS));
                assertTrue(failed.getCause() instanceof LogUnavailableException, () -> "was " + failed.getCause());
            }
            assertEquals(1, checkWhole(log, P, 10));
        }
        try (FileLog log = FileLog.in(folder).open()) {
            long there = checkWhole(log, P, 10);
            assertTrue(there >= 1 && there <= 2, () -> there + " are there");
            assertEquals(
                    there,
                    log.append(P, message(there, 10)).get(10, TimeUnit.SECONDS).offset());
        }
    }

    @Test
    @DisplayName("FL-6 nor after a force has failed that nobody waited for, and that the next one would hide")
    void failedForceAhead() throws Exception {
        RecordingDisk disk = new RecordingDisk();
        int size = 500_000;
        try (FileLog log =
                FileLog.in(folder).disk(disk).forceEvery(Duration.ofHours(1)).open()) {
            log.createTopic(Topic.of("t", 1));
            disk.failOnce();
            long start = System.nanoTime();
            boolean refused = false;
            for (int i = 0; !refused; i++) {
                assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), "still acked");
                CompletableFuture<Position> ack = log.append(P, message(i, size));
                refused = ack.handle((position, thrown) -> thrown != null).get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    @DisplayName("FL-7 one log at a time has the folder")
    void oneAtATime() {
        try (FileLog log = FileLog.in(folder).open()) {
            assertEquals(Set.of(Capability.DURABLE), log.capabilities());
            assertThrows(IllegalStateException.class, () -> FileLog.in(folder).open());
        }
        FileLog.in(folder).open().close();
    }

    @Test
    @DisplayName("FL-8 so many bytes wait at most; beyond that an append waits, and fails after its time")
    void bounded() throws Exception {
        RecordingDisk disk = new RecordingDisk();
        CountDownLatch gate = new CountDownLatch(1);
        try (FileLog log = FileLog.in(folder)
                .disk(disk)
                .maxPendingBytes(4096)
                .maxWait(Duration.ofMillis(100))
                .open()) {
            log.createTopic(Topic.of("t", 1));
            disk.hang(gate);
            List<CompletableFuture<Position>> acks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                acks.add(log.append(P, message(i, 1000)));
            }
            assertTrue(acks.get(5).isCompletedExceptionally());
            gate.countDown();
            for (int i = 0; i < 3; i++) {
                assertEquals(i, acks.get(i).get(10, TimeUnit.SECONDS).offset());
            }
            // One larger than all the room passes once the others are through.
            long next = log.endOffset(P);
            assertEquals(
                    next,
                    log.append(P, message(next, 50_000))
                            .get(10, TimeUnit.SECONDS)
                            .offset());
        } finally {
            gate.countDown();
        }
    }

    @Test
    @DisplayName("FL-9 an interrupted reader disturbs no other")
    void interrupts() throws Exception {
        try (FileLog log = FileLog.in(folder).open()) {
            log.createTopic(Topic.of("t", 1));
            for (int i = 0; i < 50; i++) {
                log.append(P, message(i, 2000)).get(10, TimeUnit.SECONDS);
            }
            ExecutorService pool = Executors.newSingleThreadExecutor();
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger interrupted = new AtomicInteger();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(null);
            Thread victim = new Thread(() -> {
                while (!over.get()) {
                    try {
                        checkWhole(log, P, 2000);
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    } catch (Throwable e) {
                        failure.set(e);
                        return;
                    }
                }
            });
            victim.start();
            try {
                Future<Long> steady = pool.submit(() -> {
                    long sum = 0;
                    for (int i = 0; i < 200; i++) {
                        sum += checkWhole(log, P, 2000);
                    }
                    return sum;
                });
                while (!steady.isDone() || interrupted.get() < 100) {
                    victim.interrupt();
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                    assertNull(failure.get());
                }
                assertEquals(200 * 50, steady.get(10, TimeUnit.SECONDS));
            } finally {
                over.set(true);
                pool.shutdownNow();
                victim.join();
            }
        }
    }

    @Test
    @DisplayName("a merge that was cut short, a journal that was rewritten and torn, lose nothing")
    void compactedAndReopened() throws Exception {
        ManualTime time = new ManualTime();
        for (int round = 0; round < 6; round++) {
            try (FileLog log =
                    FileLog.in(folder).clock(time).ticker(time.ticker()).open()) {
                log.createTopic(Topic.of("t", 1).compact(Duration.ofHours(1)).segments(4096));
                try (GroupMember member = log.join(Subscription.of("g", "t"), new GroupListener() {})) {
                    member.poll(Duration.ZERO);
                    for (int i = 0; i < 300; i++) {
                        member.commit(Map.of(P, new Commit(i, "round " + round)));
                    }
                }
                for (int i = 0; i < 60; i++) {
                    log.append(
                                    P,
                                    Message.of(new UUID(round, i), "t", TIME)
                                            .key("key " + i % 7)
                                            .text(round + " " + i + " " + "x".repeat(300))
                                            .build())
                            .get(10, TimeUnit.SECONDS);
                }
                log.maintain();
                log.maintain();
            }
            Path journal = folder.resolve("groups.log");
            byte[] bytes = Files.readAllBytes(journal);
            Files.write(journal, java.util.Arrays.copyOf(bytes, bytes.length + 5));
        }
        try (Stream<Path> files = Files.list(file(folder, "."))) {
            long segments = files.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                    .count();
            assertTrue(segments < 12, () -> "small neighbours were not merged: " + segments);
        }
        try (FileLog log = FileLog.in(folder).clock(time).ticker(time.ticker()).open();
                GroupMember member = log.join(Subscription.of("g", "t"), new GroupListener() {})) {
            assertEquals(Map.of(P, new Commit(299, "round 5")), member.committed(Set.of(P)));
            List<String> last = new ArrayList<>();
            readAll(log, P)
                    .forEach(record ->
                            last.add(Objects.requireNonNull(record.message().payload())
                                    .utf8()
                                    .split(" x", 2)[0]));
            for (int i = 53; i < 60; i++) {
                assertTrue(last.contains("5 " + i), last::toString);
            }
            assertFalse(last.contains("0 59"), last::toString);
        }
    }
}
