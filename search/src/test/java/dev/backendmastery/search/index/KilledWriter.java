package dev.backendmastery.search.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process that commits round after round, says which it has committed, and is killed. */
final class KilledWriter {

    private static final int DOCUMENTS = 20;

    private KilledWriter() {}

    private static SegmentIndex open(Path folder) {
        return SegmentIndex.in(
                        folder,
                        Schema.builder().text("body", new WhitespaceAnalyzer()).build())
                .open();
    }

    @SuppressWarnings("SystemOut") // its parent reads it
    public static void main(String[] arguments) {
        try (SegmentIndex index = open(Path.of(arguments[0]))) {
            for (int round = 1; round < 1_000_000; round++) {
                List<Document> documents = new ArrayList<>();
                for (int i = 0; i < DOCUMENTS; i++) {
                    documents.add(
                            Document.of("d" + i).text("body", "round" + round).build());
                }
                index.apply(Batch.of(documents));
                index.refresh();
                index.commit();
                System.out.println(round);
            }
        }
    }

    /** Kills it after so many commits, and looks at what it has left. */
    static void run(Path folder, long commits) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledWriter.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long told = 0;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            while (told < commits) {
                told = Long.parseLong(said(reader.readLine()));
            }
            // By its handle: what it has said can still be read.
            writer.toHandle().destroyForcibly();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                told = Math.max(told, Long.parseLong(line));
            }
        } finally {
            writer.destroyForcibly();
            assertTrue(writer.waitFor(20, TimeUnit.SECONDS), "the writer ends");
        }
        try (SegmentIndex index = open(folder)) {
            Set<String> rounds = new HashSet<>();
            Hits hits = index.search(Search.of(Query.all()).top(100));
            hits.hits().forEach(hit -> rounds.add(hit.document().text("body").orElseThrow()));
            assertEquals(DOCUMENTS, hits.hits().size());
            assertTrue(
                    rounds.equals(Set.of("round" + told)) || rounds.equals(Set.of("round" + (told + 1))),
                    () -> "rounds left: " + rounds);
        }
    }

    private static String said(@Nullable String line) {
        if (line == null) {
            throw new IllegalStateException("the writer ended by itself");
        }
        return line;
    }
}
