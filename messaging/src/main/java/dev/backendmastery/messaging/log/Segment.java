package dev.backendmastery.messaging.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A file of batches and its index. Readers see no more of it than was {@linkplain #publish published}. */
final class Segment implements Closeable {

    static final String SUFFIX = ".log";
    static final String INDEX = ".index";
    private static final int WINDOW = 1 << 20;

    private final long base;
    private final Path file;
    private final SharedReader reader;
    private final SparseIndex index;
    private volatile long published;

    private Segment(long base, Path file, SparseIndex index) {
        this.base = base;
        this.file = file;
        this.index = index;
        this.reader = new SharedReader(file);
        this.published = index.size();
    }

    static String name(long base) {
        return String.format(Locale.ROOT, "%019d", base);
    }

    static Path file(Path folder, long base, String suffix) {
        return folder.resolve(name(base) + suffix);
    }

    /** A new one, its file empty or soon to be. */
    static Segment empty(Path folder, long base) {
        return new Segment(base, file(folder, base, SUFFIX), new SparseIndex(base));
    }

    /**
     * One to which nothing is appended any more.
     *
     * @throws CorruptLogException if it is not whole
     */
    static Segment closed(Disk disk, Path folder, long base) throws IOException, InterruptedException {
        Path file = file(folder, base, SUFFIX);
        SparseIndex kept = keptIndex(folder, base);
        if (kept != null && kept.size() == Files.size(file)) {
            return new Segment(base, file, kept);
        }
        Segment segment = empty(folder, base);
        long end = segment.scan(Files.size(file), false);
        if (end != Files.size(file)) {
            segment.close();
            throw new CorruptLogException(file + " is broken at byte " + end + ", and it was whole once");
        }
        segment.publish();
        segment.writeIndex(disk);
        return segment;
    }

    /**
     * The last one, after whatever has happened: cut after the last batch that is whole.
     *
     * @throws CorruptLogException if what is cut off was durable once
     */
    static Segment recovered(Disk disk, Path folder, long base) throws IOException, InterruptedException {
        Segment segment = empty(folder, base);
        long size = Files.size(segment.file);
        long end = segment.scan(size, true);
        SparseIndex kept = keptIndex(folder, base);
        if (kept != null && kept.last() > segment.index.last()) {
            segment.close();
            throw new CorruptLogException(segment.file + " is broken at byte " + end + ", offset "
                    + (segment.index.last() + 1) + ", but was whole up to " + kept.last() + " once");
        }
        if (end < size) {
            segment.refuseRot(end, size);
            try (Disk.Appender appender = disk.append(segment.file)) {
                appender.truncate(end);
                appender.force();
            }
        }
        segment.publish();
        return segment;
    }

    private static @Nullable SparseIndex keptIndex(Path folder, long base) throws IOException {
        try {
            return SparseIndex.decode(Files.readAllBytes(file(folder, base, INDEX)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Indexes what is whole from the start on. @return where that ends */
    private long scan(long size, boolean withoutGaps) throws IOException, InterruptedException {
        long position = 0;
        for (Batch batch = batch(position, size); batch != null; batch = batch(position, size)) {
            long expected = index.last() + 1;
            if (withoutGaps ? batch.base() != expected : batch.base() < expected) {
                break;
            }
            index.add(batch.base(), batch.last(), (int) position, batch.size(), batch.maxTime());
            position += batch.size();
        }
        return position;
    }

    /** Looks behind what is broken for a batch that says that it was durable. */
    private void refuseRot(long broken, long size) throws IOException, InterruptedException {
        long next = index.last() + 1;
        for (long from = broken; from < size; from += WINDOW - 3) {
            ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW, size - from));
            reader.read(window, from);
            for (int i = 0; i + 4 <= window.limit(); i++) {
                Batch batch = window.getInt(i) == Batch.MAGIC ? batch(from + i, size) : null;
                if (batch != null && batch.durable() > next) {
                    close();
                    throw new CorruptLogException(file + " is broken at byte " + broken + ", offset " + next
                            + ", but was durable up to " + batch.durable() + " once");
                }
            }
        }
    }

    /** The batch at {@code position}, or null if there is none that is whole and ends before {@code limit}. */
    private @Nullable Batch batch(long position, long limit) throws IOException, InterruptedException {
        if (limit - position < Batch.HEADER) {
            return null;
        }
        ByteBuffer header = ByteBuffer.allocate(Batch.HEADER);
        reader.read(header, position);
        if (!Batch.isHeader(header) || limit - position - Batch.HEADER < Batch.length(header)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Batch.HEADER + Batch.length(header));
        reader.read(bytes, position);
        return Batch.isWhole(bytes) ? Batch.of(bytes) : null;
    }

    /**
     * The published batch at {@code position}, or null at the end.
     *
     * @throws CorruptLogException if it is broken
     */
    @Nullable
    Batch at(long position) throws IOException, InterruptedException {
        long limit = published;
        if (position >= limit) {
            return null;
        }
        try {
            Batch batch = batch(position, limit);
            if (batch != null) {
                return batch;
            }
        } catch (EOFException e) {
            throw new CorruptLogException(file + " is shorter than it was: " + e.getMessage());
        }
        throw new CorruptLogException(file + " is broken at byte " + position);
    }

    /** Shows readers all that is in the index. */
    void publish() {
        published = index.size();
    }

    /** Keeps the index, which says too how far the segment was durable. */
    void writeIndex(Disk disk) throws IOException {
        Path folder = folder();
        Path draft = folder.resolve(name(base) + ".draft");
        Files.deleteIfExists(draft);
        try (Disk.Appender appender = disk.append(draft)) {
            appender.write(index.encode());
            appender.force();
        }
        Files.move(draft, file(folder, base, INDEX), StandardCopyOption.ATOMIC_MOVE);
        disk.forceFolder(folder);
    }

    private Path folder() {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalStateException(file + " has no folder");
        }
        return folder;
    }

    /** Closes it and removes it, the index first: a segment without one is whole, an index without one is not. */
    void delete() throws IOException {
        close();
        Files.deleteIfExists(file(folder(), base, INDEX));
        Files.deleteIfExists(file);
    }

    long base() {
        return base;
    }

    Path file() {
        return file;
    }

    SparseIndex index() {
        return index;
    }

    long published() {
        return published;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
