package dev.backendmastery.messaging.log;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far groups have got, in a file: each commit of many partitions is one entry under one checksum, the last one of a
 * partition holds. Rewritten when most of it is superseded. A torn end is cut off: it was not acked.
 */
final class OffsetJournal implements Offsets, Closeable {

    private static final int FRAME = 8;
    private static final int MAX_ENTRY = 64 << 20;
    private static final int SUPERSEDED = 1000;

    private final Disk disk;
    private final Path file;
    private final boolean forceEach;
    private final Map<String, Map<Partition, Commit>> groups = new TreeMap<>();
    private Disk.Appender appender;
    private int entries;
    private boolean dirty;
    private @Nullable IOException failure;

    private OffsetJournal(Disk disk, Path file, boolean forceEach, Disk.Appender appender) {
        this.disk = disk;
        this.file = file;
        this.forceEach = forceEach;
        this.appender = appender;
    }

    static OffsetJournal open(Disk disk, Path file, boolean forceEach) throws IOException {
        OffsetJournal journal = new OffsetJournal(disk, file, forceEach, disk.append(file));
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        while (journal.replay(in)) {
            journal.entries++;
        }
        if (in.hasRemaining()) {
            journal.appender.truncate(in.position());
        }
        journal.appender.force();
        return journal;
    }

    private boolean replay(ByteBuffer in) throws IOException {
        if (in.remaining() < FRAME) {
            return false;
        }
        int length = in.getInt(in.position());
        if (length < 1 || length > MAX_ENTRY || length > in.remaining() - FRAME) {
            return false;
        }
        ByteBuffer body = in.slice(in.position() + FRAME, length);
        if (crc(body) != in.getInt(in.position() + 4)) {
            return false;
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        try (DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes))) {
            String group = data.readUTF();
            int count = data.readInt();
            for (int i = 0; i < count; i++) {
                Partition partition = new Partition(data.readUTF(), data.readInt());
                remember(group, partition, new Commit(data.readLong(), data.readUTF()));
            }
        }
        in.position(in.position() + FRAME + length);
        return true;
    }

    private void remember(String group, Partition partition, Commit commit) {
        groups.computeIfAbsent(group, name -> new TreeMap<>()).put(partition, commit);
    }

    @Override
    public synchronized @Nullable Commit get(String group, Partition partition) {
        return groups.getOrDefault(group, Map.of()).get(partition);
    }

    @Override
    public synchronized void put(String group, Map<Partition, Commit> commits) {
        if (failure != null) {
            throw new LogUnavailableException("commits are no longer kept: an earlier one failed", failure);
        }
        try {
            appender.write(entry(group, commits));
            dirty = true;
            if (forceEach) {
                force();
            }
            entries++;
            commits.forEach((partition, commit) -> remember(group, partition, commit));
            int live = groups.values().stream().mapToInt(Map::size).sum();
            if (entries > SUPERSEDED + 2 * live) {
                rewrite();
            }
        } catch (IOException e) {
            failure = e;
            throw new LogUnavailableException("the commit of group " + group + " may be lost", e);
        }
    }

    private static ByteBuffer entry(String group, Map<Partition, Commit> commits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(bytes)) {
            data.writeUTF(group);
            data.writeInt(commits.size());
            for (Map.Entry<Partition, Commit> commit : commits.entrySet()) {
                data.writeUTF(commit.getKey().topic());
                data.writeInt(commit.getKey().number());
                data.writeLong(commit.getValue().offset());
                data.writeUTF(commit.getValue().metadata());
            }
        }
        ByteBuffer body = ByteBuffer.wrap(bytes.toByteArray());
        ByteBuffer entry = ByteBuffer.allocate(FRAME + body.remaining());
        return entry.putInt(body.remaining()).putInt(crc(body)).put(body).flip();
    }

    private static int crc(ByteBuffer body) {
        CRC32C crc = new CRC32C();
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }

    private void rewrite() throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        try (Disk.Appender out = disk.append(draft)) {
            for (Map.Entry<String, Map<Partition, Commit>> group : groups.entrySet()) {
                out.write(entry(group.getKey(), group.getValue()));
            }
            out.force();
        }
        appender.close();
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        Path folder = file.getParent();
        if (folder != null) {
            disk.forceFolder(folder);
        }
        appender = disk.append(file);
        entries = groups.size();
        dirty = false;
    }

    /** Returns when all commits are durable. */
    synchronized void force() throws IOException {
        if (dirty && failure == null) {
            try {
                appender.force();
                dirty = false;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            force();
        } finally {
            appender.close();
        }
    }
}
