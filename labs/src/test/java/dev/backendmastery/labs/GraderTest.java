package dev.backendmastery.labs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Right solutions of three different kinds pass; each wrong one fails exactly the clauses that its fault breaks. */
final class GraderTest {

    private static final Path SOLUTIONS = Path.of("src", "test", "resources", "solutions");

    // The bound is only ever reached by the one that loops, and by nothing else however busy the machine is.
    private static final Grader PATIENT = new Grader(Duration.ofSeconds(60));

    @ParameterizedTest
    @ValueSource(strings = {"synchronized-bucket", "cas-gcra", "sliding-window-log"})
    void acquits(String right) throws Exception {
        Report report = grade(PATIENT, "right/" + right);
        assertTrue(report.passed(), () -> transcript(report));
        assertEquals(13, report.outcomes().size());
        assertTrue(transcript(report).contains("13 of 13 clauses hold."), () -> transcript(report));
    }

    @Test
    void convictsWhatStarves() throws Exception {
        Report report = convicted("wrong/resets-its-timestamp", "RL-2", "RL-4");
        assertTrue(
                transcript(report).contains("a call every 50000000 ns for 30 s: 10 granted, about 300 are due"),
                () -> transcript(report));
    }

    @Test
    void convictsTheBurstAtTheBoundary() throws Exception {
        Report report = convicted("wrong/fixed-window", "RL-1");
        assertTrue(
                transcript(report)
                        .contains("20 permits granted within 948000000 ns, allowed are 10 + 9.48 (RateLimiterContract"),
                () -> transcript(report));
    }

    @Test
    void convictsWhatForgetsAboutThreadsByTheModelCheckerAlone() throws Exception {
        Report report = convicted("wrong/forgets-about-threads", "LAB-1");
        assertTrue(transcript(report).contains("Invalid execution results"), () -> transcript(report));
    }

    @Test
    void saysWhatDoesNotCompile() throws Exception {
        Report report = grade(PATIENT, "odd/does-not-compile");
        assertTrue(report.problem().startsWith("It does not compile:\n  MyRateLimiter.java:26: "), report.problem());
        assertTrue(report.problem().contains("cannot find symbol"), report.problem());
        assertTrue(!report.passed() && report.outcomes().isEmpty());
    }

    @Test
    void saysWhatHasNotTheShape() throws Exception {
        Report report = grade(PATIENT, "odd/other-constructor");
        assertEquals("It compiles, but MyRateLimiter has no public constructor (Rate, Ticker).", report.problem());
    }

    @Test
    void stopsWhatLoopsForEver() throws Exception {
        Report report = grade(new Grader(Duration.ofSeconds(3)), "odd/loops-for-ever");
        assertEquals(Set.of("RL-1", "RL-2"), report.ids(Outcome.TimedOut.class));
        assertEquals(11, report.ids(Outcome.NotRun.class).size());
        assertTrue(
                transcript(report).contains("still running after 3 s, at reserveNanos (MyRateLimiter.java:"),
                () -> transcript(report));
    }

    @Test
    void survivesWhatEndsTheJvm() throws Exception {
        Report report = grade(PATIENT, "odd/ends-the-jvm");
        assertTrue(transcript(report).contains("your class ended the JVM (exit code 0)"), () -> transcript(report));
        assertEquals(0, report.ids(Outcome.TimedOut.class).size(), () -> transcript(report));
        assertTrue(report.ids(Outcome.Failed.class).contains("RL-1"));
    }

    @Test
    void theStarterCompilesAndHoldsNothing() throws Exception {
        Report report = new Grader(Duration.ofSeconds(60)).grade(Lab.RATE_LIMITER, Path.of("rate-limiter", "starter"));
        assertEquals(13, report.ids(Outcome.Failed.class).size(), () -> transcript(report));
        assertTrue(
                transcript(report).contains("java.lang.UnsupportedOperationException: write your own, at reserveNanos"),
                () -> transcript(report));
    }

    private static Report convicted(String wrong, String... clauses) throws Exception {
        Report report = grade(PATIENT, wrong);
        assertEquals(new TreeSet<>(Set.of(clauses)), report.ids(Outcome.Failed.class), () -> transcript(report));
        assertEquals(13 - clauses.length, report.held());
        return report;
    }

    private static Report grade(Grader grader, String solution) throws IOException, InterruptedException {
        return grader.grade(Lab.RATE_LIMITER, SOLUTIONS.resolve(solution));
    }

    private static String transcript(Report report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
