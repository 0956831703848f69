package dev.backendmastery.benchmarks;

import dev.backendmastery.benchmarks.caching.HitRatio;
import dev.backendmastery.benchmarks.relevance.RelevanceComparison;
import dev.backendmastery.benchmarks.report.Recorder;
import dev.backendmastery.benchmarks.report.Report;
import dev.backendmastery.benchmarks.search.SearchBenchmark;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The command line of {@code benchmarks.jar}.
 *
 * <ul>
 *   <li>{@code record NAME} runs the race NAME and writes {@code benchmarks/results/NAME.json}
 *   <li>{@code report} turns the result files into {@code benchmarks/README.md}, its charts and the numbers in the chapters
 *   <li>{@code check} fails if one of those is not what the result files give
 *   <li>{@code hit-ratio} replays a trace through every cache, and says how much of it each would have answered
 *   <li>{@code search} times the index and Lucene on the documents and queries of two files
 *   <li>{@code relevance} measures how well the index and Lucene rank a judged collection
 *   <li>anything else goes to JMH as it is
 * </ul>
 */
public final class Benchmarks {

    private Benchmarks() {}

    /** Runs one command; exits with 1 if it finds something wrong, with 2 if it is called wrongly. */
    @SuppressWarnings("SystemOut") // a command line talks to people
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        String command = arguments.length == 0 ? "" : arguments[0];
        switch (command) {
            case "record" -> {
                if (arguments.length != 2) {
                    System.err.println("usage: record NAME, one of " + Recorder.names());
                    System.exit(2);
                }
                System.out.println(Recorder.record(root, arguments[1]));
            }
            case "report" -> Report.write(root).forEach(System.out::println);
            case "check" -> {
                var wrong = Report.check(root);
                wrong.forEach(System.err::println);
                System.exit(wrong.isEmpty() ? 0 : 1);
            }
            case "hit-ratio" -> System.exit(HitRatio.main(List.of(arguments).subList(1, arguments.length)));
            case "search" -> System.exit(SearchBenchmark.main(List.of(arguments).subList(1, arguments.length)));
            case "relevance" ->
                System.exit(RelevanceComparison.main(List.of(arguments).subList(1, arguments.length)));
            default -> org.openjdk.jmh.Main.main(Arrays.copyOf(arguments, arguments.length));
        }
    }
}
