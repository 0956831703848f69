package dev.backendmastery.labs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabMainTest {

    @TempDir
    Path labs = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void copyTheStarter() throws IOException {
        Path starter = Files.createDirectories(labs.resolve("rate-limiter").resolve("starter"));
        Files.copy(Path.of("rate-limiter", "starter", "MyRateLimiter.java"), starter.resolve("MyRateLimiter.java"));
    }

    @Test
    void startsTestsAndRemembers() throws Exception {
        assertEquals("rate-limiter  A rate limiter  (not started)\n", said(0, "list"));
        said(0, "start", "rate-limiter");
        assertEquals("rate-limiter  A rate limiter  (started)\n", said(0, "list"));
        Path work = labs.resolve("work").resolve("rate-limiter").resolve("MyRateLimiter.java");
        Files.copy(
                Path.of("src", "test", "resources", "solutions", "wrong", "fixed-window", "MyRateLimiter.java"),
                work,
                StandardCopyOption.REPLACE_EXISTING);
        assertTrue(said(1, "test", "rate-limiter").contains("✘ RL-1 grants at most burst + rate x t"));
        assertEquals(
                "rate-limiter  A rate limiter  (12 of 13 clauses hold, tested 2026-11-01T10:00:00Z)\n",
                said(0, "list"));
        assertEquals("", complained(1, "race", "rate-limiter", "no race: 12 of 13 clauses hold"));
    }

    @Test
    void neverOverwritesWork() throws Exception {
        said(0, "start", "rate-limiter");
        Path work = labs.resolve("work").resolve("rate-limiter").resolve("MyRateLimiter.java");
        Files.writeString(work, "mine");
        complained(2, "start", "rate-limiter", "exists already and is left as it is");
        assertEquals("mine", Files.readString(work));
    }

    @Test
    void saysInOneLineWhatItCannotDo() throws Exception {
        complained(2, "test", "rate-limiter", "nothing to test yet: begin with ./lab start rate-limiter");
        complained(2, "test", "no-such", "there is no lab no-such");
        complained(2, "hurry", "rate-limiter", "usage: ./lab list | start ID | test ID | race ID");
        assertEquals(1, err.toString(StandardCharsets.UTF_8).lines().count());
    }

    private String said(int exit, String... args) throws Exception {
        out.reset();
        assertEquals(exit, run(args), () -> err.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained(int exit, String command, String id, String line) throws Exception {
        err.reset();
        assertEquals(exit, run(command, id));
        String complaint = err.toString(StandardCharsets.UTF_8);
        assertTrue(complaint.contains(line), complaint);
        return complaint.lines().skip(1).reduce("", String::concat);
    }

    private int run(String... args) throws Exception {
        return new LabMain(
                        labs,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        InstantSource.fixed(Instant.parse("2026-11-01T10:00:00Z")),
                        new Grader(Duration.ofSeconds(60)))
                .run(List.of(args));
    }
}
