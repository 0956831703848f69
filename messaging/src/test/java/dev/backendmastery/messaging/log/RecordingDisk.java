package dev.backendmastery.messaging.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The machine's disk, that remembers in which order files were written, forced and acked, and fails or hangs when told
 * to.
 */
final class RecordingDisk implements Disk {

    /** Bytes were written at the end, or, without bytes, all before are durable. */
    record Event(@Nullable Path file, @Nullable ByteBuffer bytes, long acked) {}

    private final Disk real = Disk.system();
    private final List<Event> events = new ArrayList<>();
    private final AtomicInteger failing = new AtomicInteger();
    private volatile @Nullable CountDownLatch gate;

    /** From now on nothing can be forced. */
    void fail() {
        failing.set(Integer.MAX_VALUE);
    }

    /** The next force fails, and no other: so a system tells of a failed write. */
    void failOnce() {
        failing.set(1);
    }

    /** From now on a force waits for the gate. */
    void hang(CountDownLatch opened) {
        gate = opened;
    }

    /** So many messages are acked by now. */
    synchronized void acked(long count) {
        events.add(new Event(null, null, count));
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    private synchronized void add(Event event) {
        events.add(event);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        real.forceFolder(folder);
    }

    @Override
    public Appender append(Path file) throws IOException {
        Appender appender = real.append(file);
        return new Appender() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
                copy.put(bytes.duplicate()).flip();
                add(new Event(file, copy, 0));
                appender.write(bytes);
            }

            @Override
            public void force() throws IOException {
                CountDownLatch closed = gate;
                if (closed != null) {
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new IOException("planted");
                }
                appender.force();
                add(new Event(file, null, 0));
            }

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
}
