package dev.backendmastery.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Unpacked binaries, kept in one folder of this user under the temporary folder and shared by all JVMs.
 *
 * <p>An entry is made under a lock in a folder beside it and moved into place, so a half-made one is never seen; its file
 * count and size are noted and checked before use, since systems clean their temporary folders file by file.
 */
final class BinaryCache {

    /** Fills a new, empty folder. */
    interface Filler {
        void fill(Path folder) throws IOException;
    }

    private static final Object LOCK = new Object();

    private BinaryCache() {}

    /**
     * The folder of the entry {@code name}, made if it is not there or no longer whole.
     *
     * @param name says the version: an entry never changes
     * @throws UncheckedIOException if it cannot be made, or the cache folder is another user's
     */
    static Path folder(String name, Filler filler) {
        // A file lock is held by the whole JVM: threads need a lock of their own.
        synchronized (LOCK) {
            try {
                Path root = root();
                Path entry = root.resolve(name);
                try (FileChannel lock = FileChannel.open(
                        root.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    lock.lock();
                    Path note = root.resolve(name + ".size");
                    if (!isWhole(entry, note)) {
                        Path half = Files.createTempDirectory(root, name + ".half-");
                        Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwxr-xr-x"));
                        try {
                            filler.fill(half);
                            Session.delete(entry);
                            Files.writeString(note, sizeOf(half));
                            Files.move(half, entry, StandardCopyOption.ATOMIC_MOVE);
                        } finally {
                            Session.delete(half);
                        }
                    }
                }
                return entry;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unpack " + name, e);
            }
        }
    }

    /** Opens a resource of the class path. */
    static InputStream resource(String name) throws IOException {
        InputStream in = BinaryCache.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new NoSuchFileException(name, null, "not on the class path; this platform has no such binary");
        }
        return in;
    }

    private static Path root() throws IOException {
        String user = System.getProperty("user.name");
        Path root = Path.of(System.getProperty("java.io.tmpdir"), "backend-mastery-cache-" + user);
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(root);
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        // What lies there will be run: it must be ours.
        if (Files.isSymbolicLink(root) || !Files.getOwner(root).getName().equals(user)) {
            throw new IOException(root + " is not a folder of user " + user + "; set java.io.tmpdir to another folder");
        }
        return root;
    }

    private static boolean isWhole(Path entry, Path note) throws IOException {
        return Files.isDirectory(entry)
                && Files.exists(note)
                && Files.readString(note).equals(sizeOf(entry));
    }

    private static String sizeOf(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> files = walk.filter(
                            file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(file))
                    .toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.isSymbolicLink(file) ? 0 : Files.size(file);
            }
            return files.size() + " files, " + bytes + " bytes";
        }
    }
}
