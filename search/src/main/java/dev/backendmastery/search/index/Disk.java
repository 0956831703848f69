package dev.backendmastery.search.index;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** All that the index changes on a disk, so that a test can make it end at any step. */
interface Disk {

    /** Makes the file, or empties it, writes all, and returns when the disk has it. */
    void write(Path file, byte[] data, int size) throws IOException;

    /** Puts the file in the place of another at once. */
    void rename(Path from, Path to) throws IOException;

    /** Returns when the disk has the names of the files in {@code folder}. */
    void forceFolder(Path folder) throws IOException;

    void delete(Path file) throws IOException;

    /** The machine's. */
    static Disk system() {
        return new Disk() {
            @Override
            public void write(Path file, byte[] data, int size) throws IOException {
                try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    ByteBuffer bytes = ByteBuffer.wrap(data, 0, size);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
            }

            @Override
            public void rename(Path from, Path to) throws IOException {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }

            @Override
            public void forceFolder(Path folder) throws IOException {
                if (File.separatorChar == '/') {
                    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
            }

            @Override
            public void delete(Path file) throws IOException {
                Files.deleteIfExists(file);
            }
        };
    }
}
