package dev.backendmastery.engines;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/**
 * A server written in Java, in a JVM of its own, its jars nested in one of ours under {@code META-INF/forked/NAME}: so
 * they are never on the class path of this JVM.
 *
 * @param name the folder under {@code META-INF/forked}
 * @param main its main class, in the same jar
 * @param maxHeap as in {@code -Xmx}
 * @param compiler flags of the compiler and the collector
 */
record ForkedJvm(String name, String main, String maxHeap, List<String> compiler) {

    /** Half the time to serve, at the price of peak speed: a test's server lives for seconds. */
    private static final List<String> QUICK = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** One that serves soon. */
    ForkedJvm(String name, String main, String maxHeap) {
        this(name, main, maxHeap, QUICK);
    }

    /** The same server as its makers would run it, to be measured. */
    ForkedJvm fullSpeed(String maxHeap) {
        return new ForkedJvm(name, main, maxHeap, List.of());
    }

    /** A process for it, not started, in a new folder; it serves when it has printed READY. */
    ServerProcess process(Engine engine, Path folder, List<String> arguments) {
        Path dist;
        try {
            dist = dist();
            Files.createDirectories(folder.resolve("tmp"));
        } catch (IOException | UncheckedIOException e) {
            throw new EngineStartException(engine, "its jars cannot be unpacked: " + e.getMessage(), e);
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + maxHeap,
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-Dforked.dist=" + dist,
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                String.join(
                        File.pathSeparator,
                        codeSource().toString(),
                        dist.resolve("conf").toString(),
                        dist.resolve("lib").resolve("*").toString()),
                main));
        command.addAll(1, compiler);
        command.addAll(arguments);
        ServerProcess.Spec spec = new ServerProcess.Spec(engine, folder, command, Map.of(), "TERM", "KILL");
        return new ServerProcess(spec, process -> process.logged("READY "), ServerProcess.START_LIMIT);
    }

    /** The folder with {@code lib}: as it lies in a build's output folder, or unpacked from a jar. */
    private Path dist() throws IOException {
        URL url = resource("META-INF/forked/" + name);
        if (url.getProtocol().equals("file")) {
            return path(url);
        }
        if (url.openConnection() instanceof JarURLConnection connection) {
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                String from = "META-INF/forked/" + name + "/";
                return unpacked(jar, from, from, name);
            }
        }
        throw new IOException(url + " is neither in a folder nor in a jar");
    }

    /** The folder with what is under {@code from} in a jar, by the names behind {@code prefix}. */
    private static Path unpacked(JarFile jar, String from, String prefix, String folderName) throws IOException {
        List<JarEntry> entries = jar.stream()
                .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(from))
                .toList();
        return BinaryCache.folder(
                folderName + "-" + fingerprint(entries), folder -> unpack(jar, entries, prefix, folder));
    }

    private static void unpack(JarFile jar, List<JarEntry> entries, String prefix, Path folder) throws IOException {
        for (JarEntry entry : entries) {
            Path target =
                    folder.resolve(entry.getName().substring(prefix.length())).normalize();
            Path parent = target.getParent();
            if (!target.startsWith(folder) || parent == null) {
                throw new IOException("jar entry points outside: " + entry.getName());
            }
            Files.createDirectories(parent);
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, target);
            }
        }
    }

    /** Changes when a nested jar does. */
    private static String fingerprint(List<JarEntry> entries) {
        CRC32 all = new CRC32();
        entries.stream()
                .map(entry -> entry.getName() + " " + entry.getSize() + " " + entry.getCrc() + "\n")
                .sorted()
                .forEach(line -> all.update(line.getBytes(StandardCharsets.UTF_8)));
        return Long.toHexString(all.getValue());
    }

    /**
     * The folder with the main class, found as a resource: the class is never loaded here. Out of a jar its package is unpacked, for the
     * jar may hold an application with all that it stands on, which must not be on the server's class path.
     */
    private Path codeSource() {
        String resource = main.replace('.', '/') + ".class";
        try {
            URL url = resource(resource);
            if (url.openConnection() instanceof JarURLConnection connection) {
                connection.setUseCaches(false);
                try (JarFile jar = connection.getJarFile()) {
                    return unpacked(jar, resource.substring(0, resource.lastIndexOf('/') + 1), "", name + "-main");
                }
            }
            Path file = path(url);
            return file.resolve("../".repeat(resource.split("/", -1).length)).normalize();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path path(URL url) throws IOException {
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static URL resource(String resource) throws IOException {
        URL url = ForkedJvm.class.getResource("/" + resource);
        if (url == null) {
            throw new IOException(resource + " is not on the class path");
        }
        return url;
    }
}
