package dev.backendmastery.messaging.log;

import dev.backendmastery.messaging.log.AppendQueue.Work;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A partition in files. One thread writes (append, force, publish, roll); any may read; one at a time lets go of what
 * is old. Files are replaced and removed while nobody reads.
 */
final class FilePartition implements LocalPartition, Closeable {

    /** So large a batch is cut: who reads one message reads its whole batch. */
    private static final int BATCH = 256 << 10;

    /** So many bytes of messages end a read. */
    private static final int MAX_CHUNK = 8 << 20;

    private final Partition id;
    private final Path folder;
    private final Topic topic;
    private final Disk disk;
    private final @Nullable ForceAhead ahead;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final ReadWriteLock files = new ReentrantReadWriteLock();
    private final Object maintenance = new Object();

    // The writer's.
    private Segment active;
    private Disk.Appender appender;
    private long written;
    private long unforced;
    private long next;
    private long durable;
    private final List<Segment> touched = new ArrayList<>();
    private int start = -1;
    private long base;
    private long maxTime;
    private int count;

    private volatile long end;
    private volatile @Nullable IOException failure;

    // Of the last compaction.
    private long cleanedUpTo = -1;
    private long nextTombstone = Long.MAX_VALUE;

    private FilePartition(
            Partition id, Path folder, Topic topic, Disk disk, @Nullable ForceAhead ahead, Segment active, long next)
            throws IOException {
        this.id = id;
        this.folder = folder;
        this.topic = topic;
        this.disk = disk;
        this.ahead = ahead;
        this.active = active;
        this.appender = disk.append(active.file());
        this.written = active.published();
        this.next = next;
        this.end = next;
        this.durable = next;
    }

    /**
     * Opens what is there, or begins anew.
     *
     * @param ahead if acks do not wait for the disk
     * @throws CorruptLogException if something is broken that was durable
     */
    static FilePartition open(Partition id, Path folder, Topic topic, Disk disk, @Nullable ForceAhead ahead)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        List<Long> bases = bases(folder);
        List<Segment> closed = new ArrayList<>();
        long last = -1;
        for (int i = 0; i < bases.size() - 1; i++) {
            Segment segment = Segment.closed(disk, folder, bases.get(i));
            if (segment.base() <= last) {
                segment.delete(); // compaction had merged it into the one before, and was ended before it could remove
                // it
            } else {
                closed.add(segment);
                last = segment.index().last();
            }
        }
        Segment active = bases.isEmpty()
                ? Segment.empty(folder, 0)
                : Segment.recovered(disk, folder, bases.get(bases.size() - 1));
        FilePartition partition = new FilePartition(
                id, folder, topic, disk, ahead, active, active.index().last() + 1);
        closed.forEach(segment -> partition.segments.put(segment.base(), segment));
        partition.segments.put(active.base(), active);
        // What is shown now must not be lost by the next crash.
        partition.appender.force();
        disk.forceFolder(folder);
        return partition;
    }

    private static List<Long> bases(Path folder) throws IOException {
        List<Long> bases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".draft")) {
                    Files.delete(file);
                } else if (name.endsWith(Segment.SUFFIX)) {
                    bases.add(Long.parseLong(name.substring(0, name.length() - Segment.SUFFIX.length())));
                }
            }
        }
        bases.sort(null);
        return bases;
    }

    // Writing.

    /** Writes it, in whole batches; nothing is durable or shown yet. */
    void write(List<Work> works, ByteBuffer out) throws IOException {
        out.clear();
        for (Work work : works) {
            if (work.messages.isEmpty()) {
                roll(out);
            }
            for (int i = 0; i < work.messages.size(); i++) {
                put(work.messages.get(i), work.times[i], out);
            }
        }
        flush(out);
    }

    private void put(byte[] message, long time, ByteBuffer out) throws IOException {
        int need = message.length + 10;
        if (start >= 0
                && (out.position() - start + need > BATCH || written + out.position() + need > topic.segmentBytes())) {
            seal(out);
        }
        if (start < 0) {
            if (out.remaining() < Batch.HEADER + need) {
                flush(out);
            }
            long there = written + out.position();
            if (there > 0 && there + Batch.HEADER + need > topic.segmentBytes()) {
                roll(out);
            }
            start = out.position();
            base = next;
            maxTime = 0;
            count = 0;
            out.position(start + Batch.HEADER);
        }
        MessageCodec.putVarint(out, message.length);
        MessageCodec.putVarint(out, (int) (next - base));
        out.put(message);
        maxTime = Math.max(maxTime, time);
        count++;
        next++;
    }

    private void seal(ByteBuffer out) {
        if (start >= 0) {
            Batch.seal(out, start, base, count - 1, durable, maxTime, -1, count);
            active.index().add(base, next - 1, (int) (written + start), out.position() - start, maxTime);
            start = -1;
        }
    }

    private void flush(ByteBuffer out) throws IOException {
        seal(out);
        out.flip();
        int bytes = out.remaining();
        if (bytes > 0) {
            appender.write(out);
            written += bytes;
            unforced += bytes;
            if (ahead != null && unforced >= ForceAhead.EVERY) {
                unforced = 0;
                ahead.ask(this, appender);
            }
            if (!touched.contains(active)) {
                touched.add(active);
            }
        }
        out.clear();
    }

    /** Ends the segment and begins the next. The old one is durable before, so that only the last can be torn. */
    private void roll(ByteBuffer out) throws IOException {
        flush(out);
        if (written == 0) {
            return;
        }
        force();
        active.writeIndex(disk);
        Segment fresh = Segment.empty(folder, next);
        Disk.Appender opened = disk.append(fresh.file());
        disk.forceFolder(folder);
        appender.close();
        appender = opened;
        active = fresh;
        written = 0;
        segments.put(fresh.base(), fresh);
    }

    /** Returns when all that is written is durable. */
    void force() throws IOException {
        if (durable < next) {
            appender.force();
            durable = next;
        }
    }

    boolean isDirty() {
        return durable < next;
    }

    /** The offset that the next message will be given. */
    long next() {
        return next;
    }

    /** Shows readers all that is written. */
    void publish() {
        touched.forEach(Segment::publish);
        touched.clear();
        end = next;
    }

    /**
     * Nothing is appended any more: after a failed write or force nobody knows what the file holds, and a second force
     * that succeeds proves nothing about the first.
     */
    void fail(IOException reason) {
        failure = reason;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    // Reading.

    @Override
    public Partition id() {
        return id;
    }

    @Override
    public long first() {
        return segments.firstKey();
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public Chunk read(long offset, int maxRecords) throws InterruptedException {
        files.readLock().lockInterruptibly();
        try {
            if (offset < first() || offset > end) {
                throw new OffsetOutOfRangeException(id, offset, first(), end);
            }
            List<LogRecord> records = new ArrayList<>();
            long bytes = 0;
            long reached = offset;
            for (Segment segment :
                    segments.tailMap(segments.floorKey(offset), true).values()) {
                reached = Math.max(reached, Math.min(segment.base(), end));
                long position = segment.index().position(offset);
                for (Batch batch = segment.at(position); batch != null; batch = segment.at(position)) {
                    for (Batch.Entry entry : batch.entries(offset)) {
                        if (records.size() == maxRecords || bytes >= MAX_CHUNK) {
                            return new Chunk(records, entry.offset());
                        }
                        records.add(new LogRecord(id, entry.offset(), entry.message()));
                        bytes += MessageCodec.size(entry.message());
                    }
                    reached = Math.max(reached, batch.last() + 1);
                    position += batch.size();
                }
            }
            return new Chunk(records, reached);
        } catch (IOException e) {
            throw new LogUnavailableException(id + " cannot be read", e);
        } finally {
            files.readLock().unlock();
        }
    }

    @Override
    public long offsetAt(long millis) throws InterruptedException {
        files.readLock().lockInterruptibly();
        try {
            for (Segment segment : segments.values()) {
                long position = segment.index().positionOfTime(millis);
                if (position < 0) {
                    continue;
                }
                for (Batch batch = segment.at(position); batch != null; batch = segment.at(position)) {
                    if (batch.maxTime() >= millis) {
                        for (Batch.Entry entry : batch.entries()) {
                            if (entry.message().envelope().time().toEpochMilli() >= millis) {
                                return entry.offset();
                            }
                        }
                    }
                    position += batch.size();
                }
            }
            return end;
        } catch (IOException e) {
            throw new LogUnavailableException(id + " cannot be read", e);
        } finally {
            files.readLock().unlock();
        }
    }

    // Letting go.

    /** Asked of the writer: the last segment is to be closed, so that it may go. */
    interface Roller {
        void roll() throws InterruptedException;
    }

    void maintain(long now, Roller roller) throws InterruptedException {
        synchronized (maintenance) {
            try {
                if (topic.compacted()) {
                    compact(now);
                }
                if (topic.maxAge() != null) {
                    long oldest = now - topic.maxAge().toMillis();
                    Segment last = segments.lastEntry().getValue();
                    boolean allOld = segments.values().stream()
                            .allMatch(segment -> segment.index().maxTime() < oldest);
                    if (allOld && last.published() > 0) {
                        roller.roll();
                    }
                    while (segments.size() > 1 && oldest(segments).index().maxTime() < oldest) {
                        removeOldest();
                    }
                }
                Long maxBytes = topic.maxBytes();
                while (maxBytes != null
                        && segments.size() > 1
                        && bytes() - oldest(segments).published() >= maxBytes) {
                    removeOldest();
                }
            } catch (IOException e) {
                throw new LogUnavailableException(id + " cannot let go of what is old", e);
            }
        }
    }

    private static Segment oldest(ConcurrentSkipListMap<Long, Segment> segments) {
        return segments.firstEntry().getValue();
    }

    private long bytes() {
        return segments.values().stream().mapToLong(Segment::published).sum();
    }

    private void removeOldest() throws IOException, InterruptedException {
        files.writeLock().lockInterruptibly();
        try {
            Segment segment = oldest(segments);
            segment.delete();
            segments.remove(segment.base());
        } finally {
            files.writeLock().unlock();
        }
    }

    /**
     * Goes over all closed segments, oldest first, if there is a new one or a tombstone's time has come. Small
     * neighbours become one.
     */
    private void compact(long now) throws IOException, InterruptedException {
        List<Segment> closed =
                new ArrayList<>(segments.headMap(segments.lastKey(), false).values());
        if (closed.isEmpty() || (closed.get(closed.size() - 1).base() == cleanedUpTo && now < nextTombstone)) {
            return;
        }
        Map<Bytes, Long> last = new HashMap<>();
        for (Segment segment : segments.values()) {
            long position = 0;
            for (Batch batch = segment.at(position); batch != null; batch = segment.at(position)) {
                for (Batch.Entry entry : batch.entries()) {
                    if (entry.message().key() != null) {
                        last.put(entry.message().key(), entry.offset());
                    }
                }
                position += batch.size();
            }
        }
        nextTombstone = Long.MAX_VALUE;
        List<Segment> group = new ArrayList<>();
        long size = 0;
        for (Segment segment : closed) {
            if (!group.isEmpty() && size + segment.published() > topic.segmentBytes()) {
                rewrite(group, last, now);
                group.clear();
                size = 0;
            }
            group.add(segment);
            size += segment.published();
        }
        rewrite(group, last, now);
        cleanedUpTo = closed.get(closed.size() - 1).base();
    }

    private void rewrite(List<Segment> group, Map<Bytes, Long> last, long now)
            throws IOException, InterruptedException {
        Segment head = group.get(0);
        Path draft = folder.resolve(Segment.name(head.base()) + ".draft");
        Files.deleteIfExists(draft);
        boolean changed = group.size() > 1;
        try (Disk.Appender out = disk.append(draft)) {
            for (Segment segment : group) {
                long position = 0;
                for (Batch batch = segment.at(position); batch != null; batch = segment.at(position)) {
                    ByteBuffer cleaned = clean(batch, last, now);
                    changed |= cleaned == null || !cleaned.equals(batch.bytes());
                    if (cleaned != null) {
                        out.write(cleaned);
                    }
                    position += batch.size();
                }
            }
            out.force();
        }
        if (changed) {
            replace(group, draft);
        } else {
            Files.delete(draft);
        }
    }

    /** What is left of the batch, or null. */
    private @Nullable ByteBuffer clean(Batch batch, Map<Bytes, Long> last, long now) {
        boolean due = batch.cleanedAt() >= 0
                && now - batch.cleanedAt() >= topic.tombstones().toMillis();
        List<Batch.Entry> kept = new ArrayList<>();
        boolean tombstone = false;
        for (Batch.Entry entry : batch.entries()) {
            Message message = entry.message();
            boolean isLast =
                    message.key() == null || Long.valueOf(entry.offset()).equals(last.get(message.key()));
            if (isLast && !(message.isTombstone() && due)) {
                kept.add(entry);
                tombstone |= message.isTombstone();
            }
        }
        if (kept.isEmpty()) {
            return null;
        }
        long cleanedAt = tombstone && batch.cleanedAt() < 0 ? now : batch.cleanedAt();
        if (tombstone) {
            nextTombstone =
                    Math.min(nextTombstone, cleanedAt + topic.tombstones().toMillis());
        }
        ByteBuffer out = ByteBuffer.allocate(batch.size());
        out.position(Batch.HEADER);
        long latest = 0;
        for (Batch.Entry entry : kept) {
            byte[] message = MessageCodec.encode(entry.message());
            MessageCodec.putVarint(out, message.length);
            MessageCodec.putVarint(out, (int) (entry.offset() - batch.base()));
            out.put(message);
            latest = Math.max(latest, entry.message().envelope().time().toEpochMilli());
        }
        int lastDelta = (int) (batch.last() - batch.base());
        Batch.seal(out, 0, batch.base(), lastDelta, batch.durable(), latest, cleanedAt, kept.size());
        return out.flip();
    }

    private void replace(List<Segment> group, Path draft) throws IOException, InterruptedException {
        Segment head = group.get(0);
        files.writeLock().lockInterruptibly();
        try {
            head.close();
            // An index of what is no longer there would be worse than none.
            Files.deleteIfExists(Segment.file(folder, head.base(), Segment.INDEX));
            disk.forceFolder(folder);
            Files.move(draft, head.file(), StandardCopyOption.ATOMIC_MOVE);
            disk.forceFolder(folder);
            segments.put(head.base(), Segment.closed(disk, folder, head.base()));
            for (Segment merged : group.subList(1, group.size())) {
                segments.remove(merged.base());
                merged.delete();
            }
        } finally {
            files.writeLock().unlock();
        }
    }

    /** The writer has ended. Keeps the last index, which says how far the partition is durable. */
    @Override
    public void close() throws IOException {
        try {
            if (failure == null) {
                force();
                active.writeIndex(disk);
            }
        } finally {
            abandon();
        }
    }

    /** Closes the files as they are. */
    void abandon() throws IOException {
        appender.close();
        for (Segment segment : segments.values()) {
            segment.close();
        }
    }
}
