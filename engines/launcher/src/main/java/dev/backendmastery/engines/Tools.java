package dev.backendmastery.engines;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The system's own small programs. */
final class Tools {

    private Tools() {}

    /** Whether a program of this name is on the path. */
    static boolean present(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * Runs a program to its end, its output thrown away.
     *
     * @return whether it ended with 0 within the limit; false if it is not there; it is killed at the limit
     */
    static boolean succeeds(Duration limit, List<String> command) {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
        } catch (IOException notThere) {
            return false;
        }
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Sends a signal, named without SIG, to processes; those that are gone are no error. */
    static void signal(String signal, Collection<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                "sh", "-c", "for pid in \"$@\"; do kill -s " + signal + " \"$pid\" 2>/dev/null; done; :", "sh"));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        if (!succeeds(Duration.ofSeconds(30), command)) {
            throw new IllegalStateException("could not send SIG" + signal + " to " + pids);
        }
    }
}
