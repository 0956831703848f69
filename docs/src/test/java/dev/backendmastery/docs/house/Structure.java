package dev.backendmastery.docs.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules for rooms, on a tree of modules. A room is a package of a library module with a public interface or class. */
final class Structure {

    private static final Pattern PUBLIC = Pattern.compile(
            "^public (?:abstract |final |sealed |non-sealed )*(?:interface|class|record|enum) ", Pattern.MULTILINE);
    private static final Pattern IMPLEMENTATION =
            Pattern.compile("^(?:public )?(?:final )?(?:class|record|enum) ", Pattern.MULTILINE);

    private final Path root;
    private final Map<String, String> exceptions;

    /**
     * The rules on the modules in {@code root}.
     *
     * @param exceptions a room and what it need not have, such as {@code "caching.redis kit"}, with the reason
     */
    Structure(Path root, Map<String, String> exceptions) {
        this.root = root;
        this.exceptions = exceptions;
    }

    /** The rooms of {@code module}, such as {@code ratelimit}. */
    List<String> rooms(String module) throws IOException {
        Path main = sources(module, "main");
        try (Stream<Path> packages = Files.list(main)) {
            return packages.filter(Files::isDirectory)
                    .filter(room -> javaFiles(room).stream()
                            .anyMatch(file -> PUBLIC.matcher(read(file)).find()))
                    .map(room -> room.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /** What is missing, a sentence each; empty if all is in place. */
    List<String> faults(String module) throws IOException {
        List<String> faults = new ArrayList<>();
        for (String room : rooms(module)) {
            Path main = sources(module, "main").resolve(room);
            Path test = sources(module, "test").resolve(room);
            String map = read(main.resolve("package-info.java"));
            check(faults, module, room, "map", map.contains("<table>"));
            check(faults, module, room, "@NullMarked", map.contains("@NullMarked"));
            check(
                    faults,
                    module,
                    room,
                    "implementation",
                    javaFiles(main).stream()
                            .anyMatch(file -> IMPLEMENTATION.matcher(read(file)).find()));
            check(faults, module, room, "kit", hasFile(test, "Contract.java"));
            check(faults, module, room, "proof", hasFile(test, "ContractBitesTest.java"));
            check(faults, module, room, "section", hasSection(module, room));
            check(faults, module, room, "benchmark", hasBenchmark(module, room));
        }
        return faults;
    }

    private void check(List<String> faults, String module, String room, String thing, boolean there) {
        String key = module + "." + room + " " + thing;
        if (!there && !exceptions.containsKey(key)) {
            faults.add(module + "." + room + " has no " + thing);
        } else if (there && exceptions.containsKey(key)) {
            faults.add(module + "." + room + " has a " + thing + ": its exception is no longer needed");
        }
    }

    /** A heading of the second level that is the room's name or has {@code module.room} or the name in code marks. */
    private boolean hasSection(String module, String room) {
        return read(root.resolve(module).resolve("README.md"))
                .lines()
                .filter(line -> line.startsWith("## "))
                .anyMatch(line -> line.equals("## " + room)
                        || line.contains("`" + module + "." + room + "`")
                        || line.contains("`" + room + "`"));
    }

    /** A benchmark that uses the room. */
    private boolean hasBenchmark(String module, String room) throws IOException {
        Path benchmarks = root.resolve("benchmarks/src/main/java/dev/backendmastery/benchmarks");
        if (!Files.isDirectory(benchmarks)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(benchmarks)) {
            return files.filter(file -> file.toString().endsWith("Benchmark.java"))
                    .anyMatch(file -> read(file).contains("import dev.backendmastery." + module + "." + room + "."));
        }
    }

    private Path sources(String module, String kind) {
        return root.resolve(module)
                .resolve("src")
                .resolve(kind)
                .resolve("java/dev/backendmastery")
                .resolve(module);
    }

    private static boolean hasFile(Path folder, String ending) {
        return javaFiles(folder).stream()
                .anyMatch(file -> file.getFileName().toString().endsWith(ending));
    }

    private static List<Path> javaFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the file; empty if there is none, which then has nothing of what is asked for. */
    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
