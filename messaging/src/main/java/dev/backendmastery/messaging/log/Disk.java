package dev.backendmastery.messaging.log;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** All that the file log changes on a disk, so that a test can record it, or make it fail. */
interface Disk {

    /** A file that grows at its end. For one thread at a time, but that {@link #force} may run beside the others. */
    interface Appender extends Closeable {

        /** Writes all of it, or throws and leaves an unknown part of it. */
        void write(ByteBuffer bytes) throws IOException;

        /** Returns when the disk has what was written. */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }

    /** Opens {@code file} to append to it; makes it if it is not there. */
    Appender append(Path file) throws IOException;

    /** Returns when the disk has the names of the files in {@code folder}. */
    void forceFolder(Path folder) throws IOException;

    /** The machine's. */
    static Disk system() {
        return new Disk() {
            @Override
            public Appender append(Path file) throws IOException {
                return new ChannelAppender(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            }

            @Override
            public void forceFolder(Path folder) throws IOException {
                if (File.separatorChar == '/') {
                    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
            }
        };
    }

    /** On a channel of this thread's own: an interrupt of another thread does not close it. */
    final class ChannelAppender implements Appender {

        private final FileChannel channel;

        private ChannelAppender(FileChannel channel) throws IOException {
            this.channel = channel;
            channel.position(channel.size());
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
            channel.position(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
