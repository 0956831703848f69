package dev.backendmastery.core.stress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/** Runs the jcstress tests of this package: shortly, and for minutes with {@code -Psoak}. */
final class StressTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void nothingForbiddenIsSeenInAShortRun() throws Exception {
        // One configuration of the JVM instead of all that jcstress knows.
        run("-m", "quick", "-f", "1", "-iters", "1", "-time", "100", "-jvmArgs", "-server");
    }

    @Test
    @Tag("soak")
    void nothingForbiddenIsSeenInALongRun() throws Exception {
        run("-m", "default", "-time", "1000");
    }

    private void run(String... mode) throws IOException, InterruptedException {
        Path log = folder.resolve("jcstress.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "-af",
                "NONE",
                "-sc",
                "false",
                "-r",
                folder.resolve("results").toString()));
        command.addAll(List.of(mode));
        Process jcstress = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertTrue(jcstress.waitFor(1_200, SECONDS), "jcstress hangs");
        } finally {
            jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
            jcstress.destroyForcibly();
        }
        String report = Files.readString(log, UTF_8);
        assertEquals(0, jcstress.exitValue(), report);
        assertTrue(report.contains("Failed tests: No matches"), report);
        assertTrue(report.contains("Error tests: No matches"), report);
        // The planted race must have been seen, or a run of this length proves nothing.
        assertTrue(report.contains("Interesting tests: 1 matching"), report);
    }
}
