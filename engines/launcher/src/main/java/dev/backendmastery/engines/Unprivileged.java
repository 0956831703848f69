package dev.backendmastery.engines;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How a program that refuses to run as root is run: PostgreSQL is one. */
enum Unprivileged {
    /** We are not root. */
    DIRECT(""),
    /** As root, in a user namespace of its own: no other user owns anything, so private folders work too. */
    NAMESPACE("unshare --user"),
    /** As root where namespaces are forbidden, as in most containers: as the user nobody. */
    NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups");

    private static final int NOBODY_ID = 65534;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String prefix;

    Unprivileged(String prefix) {
        this.prefix = prefix;
    }

    /**
     * The first way that works here, tried by running the program with {@code --version}.
     *
     * @throws IllegalStateException if none does
     */
    static Unprivileged probe(Path program) {
        for (Unprivileged way : isRoot() ? List.of(NAMESPACE, NOBODY) : List.of(DIRECT)) {
            if (Tools.succeeds(LIMIT, way.command(List.of(program.toString(), "--version")))) {
                return way;
            }
        }
        throw new IllegalStateException(
                isRoot()
                        ? "PostgreSQL does not run as root, and neither \"unshare --user\" nor \"setpriv --reuid\" works here"
                                + " for " + program
                        : program + " does not run here");
    }

    /** The command, run this way. */
    List<String> command(List<String> command) {
        List<String> all = new ArrayList<>(prefix.isEmpty() ? List.of() : List.of(prefix.split(" ")));
        all.addAll(command);
        return all;
    }

    /** Gives a folder and all in it to whom the program will run as. */
    void own(Path folder) throws IOException {
        if (this != NOBODY) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                return give(directory);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                return give(file);
            }

            private FileVisitResult give(Path path) throws IOException {
                Files.setAttribute(path, "unix:gid", NOBODY_ID);
                Files.setAttribute(path, "unix:uid", NOBODY_ID);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException noProc) {
            return "root".equals(System.getProperty("user.name"));
        }
    }
}
