package dev.backendmastery.search.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Relevance")
final class MeasureTest extends MeasureContract {

    @TempDir
    Path folder = Path.of("");

    @Test
    @DisplayName("reads judgments, topics of both kinds and runs")
    void reads() throws IOException {
        Judgments judgments = Judgments.read(Files.writeString(
                folder.resolve("qrels"),
                "\uFEFF301 0 FBIS3-1 1\n\n301\t0  FBIS3-2   0 \r\n302 0 A -1\n301 0 FBIS3-2 0\n"));
        assertEquals(Map.of("301", Map.of("FBIS3-1", 1, "FBIS3-2", 0), "302", Map.of("A", -1)), judgments.grades());
        Topics lines = Topics.read(Files.writeString(folder.resolve("topics"), "1\twhat is it\n2 another  one\n"));
        assertEquals(Map.of("1", "what is it", "2", "another  one"), lines.texts());
        Topics trec = Topics.read(new StringReader("""
                        <top>
                        <num> Number: 301
                        <title> International
                         Organized Crime
                        <desc> Description:
                        x
                        </top>
                        <top>
                        <num>302</num>
                        <title>Polio</title>
                        </top>
                        """), "trec");
        assertEquals(Map.of("301", "International Organized Crime", "302", "Polio"), trec.texts());
        Run run = Run.read(
                Files.writeString(folder.resolve("run"), "1 Q0 b 1 2.5 tag\n1 Q0 a 2 9 tag\n2 Q0 a 1 -1e3 tag\n"));
        assertEquals(Map.of("1", List.of("a", "b"), "2", List.of("a")), run.rankings());
    }

    @Test
    @DisplayName("names the file, the line and the fault")
    void faults() {
        fault("q:2: must be \"query iteration document grade\", has 3 words: 1 0 b", "1 0 a 1\n1 0 b\n");
        fault("q:1: grade must be a whole number, was good", "1 0 a good\n");
        fault("q:1: grade must be at most 30, was 31", "1 0 a 31\n");
        fault("q:3: judges a again, 2 after 1", "1 0 a 1\n2 0 a 2\n1 0 a 2\n");
        faultOfTopics("t:1: must be a number and a text, was 1", "1\n");
        faultOfTopics("t:2: has the query 1 a second time", "1 a\n1 b\n");
        faultOfTopics("t:4: <top> of line 2 has no end", "1 a\n<top>\n<num> 2\n");
        faultOfTopics("t:1: <top> must have a <title>", "<top>\n<num> 2\n</top>");
        faultOfTopics("t:2: <top> of line 1 has no end", "<top>\n<top>\n");
        faultOfRun("r:1: score must be a number, was x", "1 Q0 a 1 x tag");
        faultOfRun("r:1: score must be a number, was NaN", "1 Q0 a 1 NaN tag");
        faultOfRun("r:2: has a a second time for 1", "1 Q0 a 1 2 tag\n1 Q0 a 2 1 tag");
        assertThrows(IllegalArgumentException.class, () -> new Run(Map.of("1", List.of("a", "a"))));
        RelevanceFormatException fault =
                assertThrows(RelevanceFormatException.class, () -> Run.read(new StringReader("\n\nx"), "r"));
        assertEquals("r", fault.file());
        assertEquals(3, fault.line());
    }

    @Test
    @DisplayName("says how much was judged, and refuses measures of nothing")
    void judged() {
        assertEquals(0.5, Measure.judged(4).of(List.of("a", "u", "b", "v", "c"), Map.of("a", 1, "b", 0, "c", 1)));
        assertEquals(1, Measure.judged(4).of(List.of(), Map.of("a", 1)));
        assertThrows(IllegalArgumentException.class, () -> Measure.judged(0));
        assertThrows(IllegalArgumentException.class, () -> Measure.ndcg(0, Measure.Gain.LINEAR));
        assertEquals(
                "nDCG@10 exponential",
                Measure.ndcg(10, Measure.Gain.EXPONENTIAL).name());
    }

    @Test
    @DisplayName("compares evaluations of one measure over the same queries")
    void compares() {
        Evaluation one = new Evaluation("P@1", Map.of("1", 1.0, "2", 0.5));
        Evaluation two = new Evaluation("P@1", Map.of("2", 0.5, "1", 0.5));
        assertEquals(0.25, Comparison.of(one, two, 100, 1).difference());
        for (Evaluation other : List.of(
                new Evaluation("P@2", two.scores()),
                new Evaluation("P@1", Map.of("1", 1.0)),
                new Evaluation("P@1", Map.of("1", 1.0, "3", 1.0)))) {
            String message = assertThrows(IllegalArgumentException.class, () -> Comparison.of(one, other, 100, 1))
                    .getMessage();
            assertTrue(message != null && message.startsWith("evaluations must"), message);
        }
    }

    private static void fault(String message, String text) {
        check(message, assertThrows(RelevanceFormatException.class, () -> Judgments.read(new StringReader(text), "q")));
    }

    private static void faultOfTopics(String message, String text) {
        check(message, assertThrows(RelevanceFormatException.class, () -> Topics.read(new StringReader(text), "t")));
    }

    private static void faultOfRun(String message, String text) {
        check(message, assertThrows(RelevanceFormatException.class, () -> Run.read(new StringReader(text), "r")));
    }

    private static void check(String message, RelevanceFormatException fault) {
        assertEquals(message, fault.getMessage());
    }
}
