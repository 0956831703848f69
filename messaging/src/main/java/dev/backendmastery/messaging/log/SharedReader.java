package dev.backendmastery.messaging.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file for many threads. A channel is closed under all of them when one is interrupted; then it is opened
 * again, and only the one that was interrupted learns of it.
 */
final class SharedReader implements Closeable {

    private static final int MOST_ATTEMPTS = 100;

    private final Path file;
    private @Nullable FileChannel channel;

    SharedReader(Path file) {
        this.file = file;
    }

    /** Fills what remains of {@code target}. @throws EOFException if the file ends before */
    void read(ByteBuffer target, long position) throws IOException, InterruptedException {
        int start = target.position();
        for (int attempt = 1; ; attempt++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            FileChannel open = channel();
            try {
                target.position(start);
                fill(open, target, position);
                return;
            } catch (ClosedByInterruptException e) {
                drop(open);
                Thread.interrupted(); // clears it: the exception says it now
                throw new InterruptedException();
            } catch (ClosedChannelException e) {
                drop(open);
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void fill(FileChannel channel, ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw new EOFException("the file ends at " + at);
            }
            at += read;
        }
    }

    private synchronized FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open == null || !open.isOpen()) {
            open = FileChannel.open(file, StandardOpenOption.READ);
            channel = open;
        }
        return open;
    }

    private synchronized void drop(FileChannel closed) {
        if (channel == closed) {
            channel = null;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
