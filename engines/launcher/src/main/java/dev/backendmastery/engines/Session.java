package dev.backendmastery.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The temporary folder of this JVM, and the watcher that outlives it.
 *
 * <p>The watcher is a shell that reads from a pipe whose other end only this JVM holds. The system closes that end when
 * the JVM ends, however it ends; the watcher then signals every process whose file {@code SERVER/pid} is there, waits,
 * kills what is left, and removes the folder. Each server writes that file itself before it becomes the server
 * ({@link ServerProcess}), so there is no moment in which it runs unknown.
 *
 * <p><b>Threads.</b> Safe for any number of threads.
 */
final class Session {

    /** Removes the folder again and again, since a server that starts at this moment may still write to it. */
    private static final String WATCHER = """
            trap '' INT TERM HUP
            alive() { # a zombie, which waits for its new parent's notice, is not
              kill -0 "$1" 2>/dev/null || return 1
              [ -r "/proc/$1/stat" ] || return 0
              read -r id name state rest < "/proc/$1/stat" && [ "$state" != Z ]
            }
            while read -r line; do :; done
            cd /
            for round in 1 2 3 4 5; do
              for file in "$1"/*/paused; do
                [ -f "$file" ] && kill -CONT $(cat "$file") 2>/dev/null
              done
              for file in "$1"/*/pid; do
                [ -f "$file" ] && read -r pid signal < "$file" && kill -s "$signal" "$pid" 2>/dev/null
              done
              for file in "$1"/*/pid; do
                [ -f "$file" ] && read -r pid signal < "$file" || continue
                wait=0
                while alive "$pid" && [ $wait -lt 50 ]; do
                  sleep 0.1
                  wait=$((wait + 1))
                done
                kill -KILL "$pid" 2>/dev/null
              done
              rm -rf "$1"
              [ -e "$1" ] || exit 0
              sleep 0.2
            done
            exit 1
            """;

    private static @Nullable Session current;

    private final Path folder;
    private final AtomicInteger names = new AtomicInteger();
    // Held, not used: the pipe to the watcher must stay open as long as this JVM lives.
    private final Process watcher;

    private Session() throws IOException {
        folder = Files.createTempDirectory(
                "backend-mastery-" + ProcessHandle.current().pid() + "-",
                // Others may pass through, since PostgreSQL refuses root and may run as another user; none may list it.
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        List<String> command = new ArrayList<>();
        if (Tools.present("setsid")) {
            command.add("setsid"); // a signal to our process group must not reach the watcher
        }
        command.addAll(List.of("sh", "-c", WATCHER, "backend-mastery-watcher", folder.toString()));
        watcher = new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
    }

    /** The session of this JVM, opened at the first call. */
    static synchronized Session current() {
        if (current == null) {
            try {
                current = new Session();
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "no folder for servers under " + System.getProperty("java.io.tmpdir"), e);
            }
        }
        return current;
    }

    Path folder() {
        return folder;
    }

    /** Whether the watcher still waits. */
    boolean isWatched() {
        return watcher.isAlive();
    }

    /** A new empty folder for one server. */
    Path newFolder(String name) {
        try {
            Path made = Files.createDirectory(folder.resolve(name + "-" + names.incrementAndGet()));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx--x--x"));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder in " + folder, e);
        }
    }

    /** Removes a folder and all in it; does nothing if it is gone. Files that vanish meanwhile are no error. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
