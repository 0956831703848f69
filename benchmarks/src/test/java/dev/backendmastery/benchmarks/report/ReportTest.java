package dev.backendmastery.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {

    @TempDir
    Path root = Path.of("unset");

    @BeforeEach
    void aSmallHouse() throws IOException {
        new Result(
                        "ratelimit",
                        "run it",
                        "a machine",
                        "a JDK",
                        "abc",
                        "2026-01-01",
                        List.of(
                                new Measurement(
                                        "granted", 1, "ours-token-bucket", "ops/us", true, List.of(20.0, 30.0, 40.0)),
                                new Measurement(
                                        "granted", 1, "floor-nano-time", "ops/us", true, List.of(40.0, 40.0, 50.0))))
                .write(root);
        Files.createDirectories(root.resolve("core"));
        Files.writeString(
                root.resolve("core/README.md"),
                "# core\n<!-- numbers: ratelimit -->\nold\n<!-- /numbers -->\nA limit of 100 a second.\n");
    }

    @Test
    void fillsChaptersAndPageFromTheResultFilesAndFindsNothingWrongThen() throws IOException {
        assertTrue(!Report.check(root).isEmpty());
        Report.write(root);
        assertEquals(List.of(), Report.check(root));
        assertEquals(List.of(), Report.write(root), "a second time nothing changes");
        String chapter = Files.readString(root.resolve("core/README.md"));
        assertTrue(chapter.contains("| granted | 1 | floor-nano-time | 40.0 | 40.0 to 50.0 | ops/us |"), chapter);
        assertTrue(chapter.contains("0.75 (0.40 to 1.00) | 0.74 | 🟢 reached"), chapter);
        assertTrue(chapter.contains("](../benchmarks/results/ratelimit.svg)"), chapter);
        assertTrue(Files.readString(root.resolve("benchmarks/results/ratelimit.svg"))
                .contains("<svg"));
    }

    @Test
    void findsANumberThatWasEdited() throws IOException {
        Report.write(root);
        Path chapter = root.resolve("core/README.md");
        Files.writeString(chapter, Files.readString(chapter).replace("| 40.0 |", "| 41.0 |"));
        assertEquals(1, Report.check(root).size());
    }

    @Test
    void drawsTheCellsOfARaceBySizeAndFindsThemEdited() throws IOException {
        Path cells = root.resolve("benchmarks/results/ratelimit/cells.json");
        Files.createDirectories(cells.getParent());
        Files.writeString(
                cells,
                "[" + cell("a", 0.5, 10) + "," + cell("b", 0.5, 30) + "," + cell("a", 25, 60) + "," + cell("b", 25, 81)
                        + "]");
        Report.write(root);
        assertEquals(List.of(), Report.check(root));
        String chart = Files.readString(root.resolve("benchmarks/results/ratelimit/by-size.svg"));
        assertTrue(chart.contains(">duel 70.5<"), chart);
        assertTrue(chart.contains(">0.5 %<") && chart.contains(">25 %<"), chart);
        assertTrue(chart.contains("mean of all traces (2)"), chart);
        assertTrue(Files.readString(root.resolve("core/README.md"))
                .contains("](../benchmarks/results/ratelimit/by-size.svg)"));
        Files.writeString(cells, Files.readString(cells).replace("81", "82"));
        assertEquals(1, Report.check(root).size());
    }

    private static String cell(String trace, double share, int percent) {
        String ratios = Stream.of(
                        "floor-optimum",
                        "ours-duel",
                        "caffeine",
                        "ours-tiny-lfu",
                        "ours-s3-fifo",
                        "ours-sieve",
                        "ours-clock",
                        "ours-lru",
                        "ours-lfu",
                        "cache2k")
                .map(impl -> "\"" + impl + "\":" + percent)
                .collect(Collectors.joining(","));
        return "{\"trace\":\"" + trace + "\",\"group\":\"applications\",\"share\":" + share + ",\"size\":1,"
                + "\"hitRatios\":{" + ratios + "}}";
    }

    @Test
    void findsANumberThatNoResultFileBacks() throws IOException {
        Report.write(root);
        Path chapter = root.resolve("core/README.md");
        String before = Files.readString(chapter);
        for (String claim :
                List.of("takes 25 ns", "does 1,000 ops/us", "is 3x faster", "30.5 µs a call", "200 redirects/s")) {
            Files.writeString(chapter, before + claim + "\n");
            assertEquals(1, Report.check(root).size(), claim);
        }
    }

    @Test
    void countsRatiosSoThatMoreThanOneIsBetterForUs() {
        Measurement fast = new Measurement("a", 1, "ours", "ns/op", false, List.of(10.0, 10.0, 20.0));
        Measurement slow = new Measurement("a", 1, "peer", "ns/op", false, List.of(30.0, 40.0, 50.0));
        Goal.Ratio ratio = Goal.ratio(fast, slow);
        assertEquals(4.0, ratio.middle());
        assertEquals(1.5, ratio.least());
        assertEquals(5.0, ratio.most());
    }
}
