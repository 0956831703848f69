package dev.backendmastery.labs;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** The JVM that starts the JVMs of a race; it has the learner's class on its class path, and so have they. */
final class RaceMain {

    private RaceMain() {}

    /** Argument: the class of the race. Ends with 0 if every racer has a time. */
    public static void main(String[] args) throws RunnerException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(args[0].replace(".", "\\.") + "\\..*")
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        out.printf(
                Locale.ROOT, "  %-28s %10s   %s%n", "nanoseconds a call", "mean", "fastest to slowest of the rounds");
        boolean complete = results.size() == 5;
        for (RunResult result : results) {
            Statistics times = result.getPrimaryResult().getStatistics();
            String who = result.getParams().getParam("who");
            String answer = result.getParams().getParam("answer");
            out.printf(
                    Locale.ROOT,
                    "  %-28s %10.1f   %.1f to %.1f%n",
                    who == null ? "reading the clock (floor)" : who + ", " + answer,
                    times.getMean(),
                    times.getMin(),
                    times.getMax());
        }
        if (!complete) {
            out.println(
                    "A racer has no time: it threw, or ran out of memory, under a load that the tests do not have.");
        }
        System.exit(complete ? 0 : 1);
    }
}
