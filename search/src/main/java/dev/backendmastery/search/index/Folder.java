package dev.backendmastery.search.index;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of an index. Segments and deletions are written once, under names of their own, and forced; then a file that
 * names them all takes the place of the one before, at once. Only then goes what is not named any more.
 */
final class Folder {

    private static final int COMMIT = 0x434d5431;
    private static final int LIVE = 0x4c495631;
    private static final String NAME = "commit";
    private static final String NEW = "commit.new";
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    /** A segment, what of it is there, and the files in which that stands. */
    static final class Kept {
        private final Segment segment;
        private final long @Nullable [] live;
        private final @Nullable String file;
        private final @Nullable String liveFile;

        Kept(Segment segment, long @Nullable [] live, @Nullable String file, @Nullable String liveFile) {
            this.segment = segment;
            this.live = live;
            this.file = file;
            this.liveFile = liveFile;
        }

        Segment segment() {
            return segment;
        }

        long @Nullable [] live() {
            return live;
        }

        @Nullable
        String file() {
            return file;
        }

        @Nullable
        String liveFile() {
            return liveFile;
        }
    }

    /** All that a commit says. */
    record State(long nextSequence, List<Kept> kept) {}

    private final Path path;
    private final Path key;
    private final Disk disk;
    private final FileChannel channel;
    private final FileLock lock;
    private long nextFile;

    private Folder(Path path, Path key, Disk disk, FileChannel channel, FileLock lock) {
        this.path = path;
        this.key = key;
        this.disk = disk;
        this.channel = channel;
        this.lock = lock;
    }

    static Folder open(Path path, Disk disk) {
        try {
            Files.createDirectories(path);
            Path key = path.toRealPath();
            if (!OPEN.add(key)) {
                throw new IndexLockedException("the index in " + path + " is open in this process");
            }
            FileChannel channel = null;
            try {
                channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw new IndexLockedException("the index in " + path + " is open in another process");
                }
                return new Folder(path, key, disk, channel, lock);
            } catch (IOException | RuntimeException e) {
                OPEN.remove(key);
                if (channel != null) {
                    channel.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw new IndexUnavailableException("the folder " + path + " cannot be opened", e);
        }
    }

    State read(Schema schema) {
        try {
            Path file = path.resolve(NAME);
            if (!Files.exists(file)) {
                // The first commit makes all the names there are; without it nothing was promised.
                deleteAllBut(Set.of());
                return new State(0, List.of());
            }
            Source source = Segment.checked(Files.readAllBytes(file), NAME, COMMIT);
            String fingerprint = source.getText();
            if (!fingerprint.equals(schema.fingerprint())) {
                throw new SchemaMismatchException("the index in " + path + " was made with the fields\n" + fingerprint
                        + "and is opened with\n" + schema.fingerprint());
            }
            long nextSequence = source.getVar();
            nextFile = source.getVar();
            int count = source.getSize();
            List<Kept> kept = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (int i = 0; i < count; i++) {
                String name = source.getText();
                String liveName = source.getText();
                names.add(name);
                Segment segment = Segment.read(schema, bytes(name), name);
                long[] live = null;
                if (!liveName.isEmpty()) {
                    names.add(liveName);
                    Source bits = Segment.checked(bytes(liveName), liveName, LIVE);
                    live = bits.getLongs((segment.count() + 63) >>> 6);
                    bits.expectEnd();
                }
                kept.add(new Kept(segment, live, name, liveName.isEmpty() ? null : liveName));
            }
            source.expectEnd();
            deleteAllBut(names);
            return new State(nextSequence, kept);
        } catch (IOException e) {
            throw new IndexUnavailableException("the index in " + path + " cannot be read", e);
        }
    }

    private byte[] bytes(String name) throws IOException {
        try {
            return Files.readAllBytes(path.resolve(name));
        } catch (NoSuchFileException e) {
            throw new CorruptIndexException(name + " is missing", e);
        }
    }

    String writeSegment(Segment segment) throws IOException {
        String name = "segment-" + nextFile++;
        Sink sink = segment.write();
        disk.write(path.resolve(name), sink.data, sink.size);
        return name;
    }

    String writeLive(long[] live) throws IOException {
        String name = "live-" + nextFile++;
        Sink sink = new Sink(8 * live.length + 8);
        sink.putInt(LIVE);
        sink.putLongs(live, live.length);
        Segment.putChecksum(sink);
        disk.write(path.resolve(name), sink.data, sink.size);
        return name;
    }

    /** Returns when the disk has all; of the files of before only then those go that are not named any more. */
    void commit(Schema schema, State state) throws IOException {
        Sink sink = new Sink(1 << 10);
        sink.putInt(COMMIT);
        sink.putText(schema.fingerprint());
        sink.putVar(state.nextSequence());
        sink.putVar(nextFile);
        sink.putVar(state.kept().size());
        Set<String> names = new HashSet<>();
        for (Kept kept : state.kept()) {
            String file = kept.file() == null ? "" : kept.file();
            String liveFile = kept.liveFile() == null ? "" : kept.liveFile();
            sink.putText(file);
            sink.putText(liveFile);
            names.add(file);
            names.add(liveFile);
        }
        Segment.putChecksum(sink);
        disk.write(path.resolve(NEW), sink.data, sink.size);
        disk.forceFolder(path);
        disk.rename(path.resolve(NEW), path.resolve(NAME));
        disk.forceFolder(path);
        deleteAllBut(names);
    }

    private void deleteAllBut(Set<String> names) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(path)) {
            files = all.toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            boolean ours = name.startsWith("segment-") || name.startsWith("live-") || name.equals(NEW);
            if (ours && !names.contains(name)) {
                disk.delete(file);
            }
        }
    }

    void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new IndexUnavailableException("the lock of " + path + " cannot be given back", e);
        } finally {
            OPEN.remove(key);
        }
    }
}
