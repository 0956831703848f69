package dev.backendmastery.messaging.log;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.messaging.log.AppendQueue.Work;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in the files of a folder, for one process at a time.
 *
 * <p><b>Guarantee.</b> As {@link MessageLog}, and {@link Capability#DURABLE}. By default an ack means that the disk has
 * the message (FL-1): one {@code fsync} serves all who wait for it. With {@link Builder#forceEvery} it means that the
 * operating system has it, so a killed process loses nothing and a machine without power at most that interval.
 * Whatever ends the process, opening again gives every acked message and no half one (FL-2, FL-3); what was durable and
 * is broken now is {@link CorruptLogException}, not a shorter log (FL-4). Readers see nothing that is not acked (FL-5).
 * After a failed write a partition takes no more appends until the log is opened again (FL-6). A second process is
 * refused (FL-7). At most so many bytes wait to be written; beyond that an append waits, and fails after its time
 * (FL-8). An interrupted reader disturbs nobody (FL-9).
 *
 * <p>Retention and compaction take place in {@link #maintain}, called by whoever has a timer.
 *
 * <p><b>Threads.</b> Safe for any number of threads; one thread of its own writes, and with {@link Builder#forceEvery} another forces
 * meanwhile; they end with {@link #close}.
 * <b>Cost.</b> An append copies the message twice; a read reads whole batches, of at most 256 KiB or one message.
 * Compaction holds the keys of a partition in memory. <b>Not for</b> several processes, or more partitions than the
 * disk can force one after another. <b>Source.</b> The layout is Kafka's in spirit, none of its bytes: segments, sparse
 * indexes, batches under a CRC32C.
 */
public final class FileLog extends LocalLog<FilePartition> {

    private static final Logger LOG = LoggerFactory.getLogger(FileLog.class);

    /** A batch's most, and one message's: what is written at once. */
    private static final int BUFFER = 4 << 20;

    private final Settings settings;
    private final Path topics;
    private final FileChannel lockFile;
    private final OffsetJournal offsets;
    private final AppendQueue queue;
    private final @Nullable ForceAhead ahead;
    private final Thread writer;

    /** All that a builder collects. */
    private record Settings(
            Path folder,
            Disk disk,
            @Nullable Duration forceEvery,
            long maxPendingBytes,
            Duration maxWait,
            InstantSource clock,
            Ticker ticker) {}

    private FileLog(Settings settings, FileChannel lockFile, OffsetJournal offsets) throws IOException {
        super(offsets, settings.ticker());
        this.settings = settings;
        this.topics = settings.folder().resolve("topics");
        this.lockFile = lockFile;
        this.offsets = offsets;
        this.queue = new AppendQueue(settings.maxPendingBytes());
        String name = "file-log-" + settings.folder().getFileName();
        this.ahead = settings.forceEvery() == null ? null : new ForceAhead(name + "-ahead");
        this.writer = new Thread(this::write, name);
        writer.setDaemon(true);
    }

    /** A log in {@code folder}, which is made if it is not there. */
    public static Builder in(Path folder) {
        return new Builder(folder);
    }

    private static FileLog open(Settings settings) {
        try {
            Files.createDirectories(settings.folder().resolve("topics"));
            FileChannel lockFile = lock(settings.folder());
            List<Closeable> opened = new ArrayList<>(List.of(lockFile));
            try {
                OffsetJournal offsets = OffsetJournal.open(
                        settings.disk(), settings.folder().resolve("groups.log"), settings.forceEvery() == null);
                opened.add(offsets);
                FileLog log = new FileLog(settings, lockFile, offsets);
                opened.add(log::abandon);
                log.openTopics();
                settings.disk().forceFolder(settings.folder());
                log.writer.start();
                return log;
            } catch (IOException | RuntimeException e) {
                Collections.reverse(opened);
                opened.forEach(closeable -> closeAfter(e, closeable));
                throw e;
            }
        } catch (IOException e) {
            throw new LogUnavailableException(settings.folder() + " cannot be opened", e);
        }
    }

    private static void closeAfter(Exception reason, Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Closes the files of what was opened, as they are. */
    private void abandon() throws IOException {
        for (Kept<FilePartition> kept : kept()) {
            for (FilePartition partition : kept.partitions()) {
                partition.abandon();
            }
        }
    }

    /** @throws IllegalStateException if another has it */
    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by this very process", folder);
        }
        if (lock == null) {
            channel.close();
            throw new IllegalStateException(folder + " is in use by another log");
        }
        return channel;
    }

    private void openTopics() throws IOException {
        List<Path> folders;
        try (Stream<Path> found = Files.list(topics)) {
            folders = found.filter(Files::isDirectory).toList();
        }
        for (Path folder : folders) {
            Topic topic = TopicFile.read(folder);
            if (topic != null) {
                keep(new Kept<>(topic, openPartitions(topic)));
            }
        }
    }

    private List<FilePartition> openPartitions(Topic topic) throws IOException {
        List<FilePartition> partitions = new ArrayList<>();
        try {
            for (int number = 0; number < topic.partitions(); number++) {
                Path folder = topics.resolve(topic.name()).resolve(Integer.toString(number));
                partitions.add(
                        FilePartition.open(new Partition(topic.name(), number), folder, topic, settings.disk(), ahead));
            }
            return List.copyOf(partitions);
        } catch (IOException | RuntimeException e) {
            partitions.forEach(partition -> closeAfter(e, partition::abandon));
            throw e;
        } catch (InterruptedException e) {
            partitions.forEach(partition -> closeAfter(e, partition::abandon));
            Thread.currentThread().interrupt();
            throw new LogUnavailableException("interrupted while opening " + topic.name(), e);
        }
    }

    @Override
    List<FilePartition> open(Topic topic) {
        Path folder = topics.resolve(topic.name());
        try {
            Files.createDirectories(folder);
            List<FilePartition> partitions = openPartitions(topic);
            TopicFile.write(settings.disk(), folder, topic);
            settings.disk().forceFolder(topics);
            return partitions;
        } catch (IOException e) {
            throw new LogUnavailableException("topic " + topic.name() + " cannot be made", e);
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    CompletableFuture<Position> append(FilePartition partition, Message message) {
        long[] times = {message.envelope().time().toEpochMilli()};
        return submit(new Work(partition, List.of(MessageCodec.encode(message)), times))
                .thenApply(offset -> new Position(partition.id(), offset));
    }

    @Override
    public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
        Kept<FilePartition> kept = kept(topic);
        messages.forEach(message -> checkKey(kept.topic(), message));
        Map<FilePartition, List<Integer>> parts = new LinkedHashMap<>();
        for (int i = 0; i < messages.size(); i++) {
            FilePartition partition = choose(kept, messages.get(i).key());
            parts.computeIfAbsent(partition, p -> new ArrayList<>()).add(i);
        }
        Position[] positions = new Position[messages.size()];
        List<CompletableFuture<?>> acks = new ArrayList<>();
        parts.forEach((partition, indexes) -> {
            List<Message> part = indexes.stream().map(messages::get).toList();
            Work work = new Work(
                    partition,
                    part.stream().map(MessageCodec::encode).toList(),
                    part.stream()
                            .mapToLong(message -> message.envelope().time().toEpochMilli())
                            .toArray());
            acks.add(submit(work).thenAccept(first -> {
                for (int i = 0; i < indexes.size(); i++) {
                    positions[indexes.get(i)] = new Position(partition.id(), first + i);
                }
            }));
        });
        return CompletableFuture.allOf(acks.toArray(CompletableFuture[]::new))
                .thenApply(all -> Arrays.asList(positions));
    }

    private CompletableFuture<Long> submit(Work work) {
        try {
            if (!queue.offer(work, settings.maxWait().toNanos())) {
                work.ack.completeExceptionally(new LogUnavailableException(
                        "no room for an append within " + settings.maxWait() + ": nothing was appended"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            work.ack.completeExceptionally(
                    new LogUnavailableException("interrupted while waiting for room: nothing was appended", e));
        }
        return work.ack;
    }

    /** Lets go what retention and compaction let go now. */
    public void maintain() throws InterruptedException {
        checkOpen();
        long now = settings.clock().millis();
        for (Kept<FilePartition> kept : kept()) {
            for (FilePartition partition : kept.partitions()) {
                partition.maintain(now, () -> await(submit(Work.roll(partition))));
            }
        }
    }

    private static void await(CompletableFuture<Long> ack) throws InterruptedException {
        try {
            ack.get();
        } catch (ExecutionException e) {
            throw new LogUnavailableException("a segment could not be closed", e);
        }
    }

    // The thread that writes.

    private void write() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        Duration interval = settings.forceEvery();
        long lastForce = System.nanoTime();
        List<FilePartition> dirty = new ArrayList<>();
        while (true) {
            long untilForce = interval == null
                    ? Long.MAX_VALUE
                    : Math.max(0, interval.toNanos() - (System.nanoTime() - lastForce));
            List<Work> taken = queue.take(untilForce);
            if (taken == null) {
                return;
            }
            Map<FilePartition, List<Work>> parts = new LinkedHashMap<>();
            taken.forEach(work -> parts.computeIfAbsent(work.partition, p -> new ArrayList<>())
                    .add(work));
            parts.forEach((partition, works) -> {
                write(partition, works, buffer, interval == null);
                if (partition.isDirty() && !dirty.contains(partition)) {
                    dirty.add(partition);
                }
            });
            queue.done(taken);
            if (interval != null && System.nanoTime() - lastForce >= interval.toNanos()) {
                dirty.forEach(FileLog::force);
                dirty.clear();
                forceOffsets();
                lastForce = System.nanoTime();
            }
        }
    }

    private void write(FilePartition partition, List<Work> works, ByteBuffer buffer, boolean force) {
        long first = partition.next();
        try {
            IOException before = partition.failure();
            if (before != null) {
                throw before;
            }
            partition.write(works, buffer);
            if (force) {
                partition.force();
            }
        } catch (IOException | RuntimeException e) {
            // A defect of ours too: the thread must live, and nobody may wait for ever.
            IOException reason = e instanceof IOException io ? io : new IOException(e);
            partition.fail(reason);
            LOG.error("{} takes no more appends until the log is opened again", partition.id(), reason);
            LogUnavailableException told =
                    new LogUnavailableException(partition.id() + " cannot be written: not known to be durable", reason);
            works.forEach(work -> work.ack.completeExceptionally(told));
            return;
        }
        partition.publish();
        bell.ring();
        long offset = first;
        for (Work work : works) {
            work.ack.complete(offset);
            offset += work.messages.size();
        }
    }

    private static void force(FilePartition partition) {
        try {
            if (partition.failure() == null) {
                partition.force();
            }
        } catch (IOException e) {
            partition.fail(e);
            LOG.error("{} takes no more appends: what was acked since the last force may be lost", partition.id(), e);
        }
    }

    private void forceOffsets() {
        try {
            offsets.force();
        } catch (IOException e) {
            LOG.error("groups commit no more until the log is opened again", e);
        }
    }

    /**
     * Waits for what was appended, and makes it durable. @throws LogUnavailableException if that fails; it is closed
     * then too
     */
    @Override
    public void close() {
        if (!shut()) {
            return;
        }
        queue.close();
        joinWriter();
        if (ahead != null) {
            ahead.close();
        }
        IOException failure = null;
        try {
            for (Kept<FilePartition> kept : kept()) {
                for (FilePartition partition : kept.partitions()) {
                    partition.close();
                }
            }
        } catch (IOException e) {
            failure = e;
        }
        try (lockFile) {
            offsets.close();
        } catch (IOException e) {
            failure = failure == null ? e : failure;
        }
        if (failure != null) {
            throw new LogUnavailableException("the end of the log may not be durable", failure);
        }
    }

    private void joinWriter() {
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings of a log in files. Not safe for several threads. */
    public static final class Builder {

        private final Path folder;
        private Disk disk = Disk.system();
        private @Nullable Duration forceEvery;
        private long maxPendingBytes = 32 << 20;
        private Duration maxWait = Duration.ofSeconds(10);
        private InstantSource clock = InstantSource.system();
        private Ticker ticker = Ticker.system();

        private Builder(Path folder) {
            this.folder = folder;
        }

        /** Acks come once the disk has the messages: the default. */
        public Builder forceEachBatch() {
            forceEvery = null;
            return this;
        }

        /**
         * Acks come once the operating system has the messages, and the disk has them at most about {@code interval}
         * later.
         *
         * @param interval from 1 ms to an hour
         */
        public Builder forceEvery(Duration interval) {
            if (interval.toMillis() < 1 || interval.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("interval must be from 1 ms to 1 hour, was " + interval);
            }
            forceEvery = interval;
            return this;
        }

        /**
         * How many bytes may wait to be written, from 1 KiB; 32 MiB by default. A larger message waits until none does.
         */
        public Builder maxPendingBytes(long bytes) {
            if (bytes < 1024) {
                throw new IllegalArgumentException("bytes must be at least 1024, were " + bytes);
            }
            maxPendingBytes = bytes;
            return this;
        }

        /** How long an append waits for room, from 0 to an hour; 10 s by default. */
        public Builder maxWait(Duration wait) {
            if (wait.isNegative() || wait.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("wait must be from 0 to 1 hour, was " + wait);
            }
            maxWait = wait;
            return this;
        }

        /** By which messages and tombstones grow old; the machine's by default. */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** By which members that do not poll are taken for dead; the machine's by default. */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        Builder disk(Disk disk) {
            this.disk = disk;
            return this;
        }

        /**
         * Opens it, after whatever has happened to the process before.
         *
         * @throws IllegalStateException if another has it open
         * @throws CorruptLogException if something is broken that was durable
         * @throws LogUnavailableException if the disk does not let us
         */
        public FileLog open() {
            return FileLog.open(new Settings(folder, disk, forceEvery, maxPendingBytes, maxWait, clock, ticker));
        }
    }
}
