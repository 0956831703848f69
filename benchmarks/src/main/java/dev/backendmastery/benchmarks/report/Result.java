package dev.backendmastery.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One race as it was run.
 *
 * @param name the race
 * @param command what runs it again
 * @param machine processor, cores and system
 * @param jdk the Java machine
 * @param commit what was measured
 * @param date when
 * @param measurements what came out
 */
record Result(
        String name,
        String command,
        String machine,
        String jdk,
        String commit,
        String date,
        List<Measurement> measurements) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    Optional<Measurement> find(String benchmark, int threads, String impl) {
        return measurements.stream()
                .filter(m -> m.benchmark().equals(benchmark)
                        && m.threads() == threads
                        && m.impl().equals(impl))
                .findFirst();
    }

    static Path folder(Path root) {
        return root.resolve("benchmarks").resolve("results");
    }

    static Result read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Result.class);
    }

    Path write(Path root) throws IOException {
        Path file = Files.createDirectories(folder(root)).resolve(name + ".json");
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
        return file;
    }

    static List<Result> all(Path root) throws IOException {
        if (!Files.isDirectory(folder(root))) {
            return List.of();
        }
        try (var files = Files.list(folder(root))) {
            List<Result> results = new ArrayList<>();
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                results.add(read(file));
            }
            return results;
        }
    }
}
