package dev.backendmastery.benchmarks.report;

import dev.backendmastery.benchmarks.caching.CacheBenchmark;
import dev.backendmastery.benchmarks.databases.KeysetBenchmark;
import dev.backendmastery.benchmarks.databases.TransactionsBenchmark;
import dev.backendmastery.benchmarks.id.IdBenchmark;
import dev.backendmastery.benchmarks.ratelimit.RateLimiterBenchmark;
import dev.backendmastery.benchmarks.report.Result.Measurement;
import dev.backendmastery.benchmarks.shortener.RedirectLoad;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs a race and keeps what came out, with all that is needed to run it again. */
public final class Recorder {

    private record Race(Class<?> benchmark, List<Integer> threads) {}

    private static final Map<String, Race> RACES = new TreeMap<>(Map.of(
            "ratelimit", new Race(RateLimiterBenchmark.class, List.of(1, 2)),
            "id", new Race(IdBenchmark.class, List.of(1)),
            "cache", new Race(CacheBenchmark.class, List.of(2)),
            "keyset", new Race(KeysetBenchmark.class, List.of(1)),
            "transactions", new Race(TransactionsBenchmark.class, List.of(2))));

    private static final String REDIRECT = "redirect";

    private Recorder() {}

    /** The races that there are. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(RACES.keySet());
        names.add(REDIRECT);
        return names;
    }

    /**
     * Runs the race {@code name} and writes its result file.
     *
     * @return the file
     * @throws IllegalArgumentException if there is no such race
     */
    public static Path record(Path root, String name) throws IOException, RunnerException, InterruptedException {
        List<Measurement> measurements;
        if (name.equals(REDIRECT)) {
            measurements = new ArrayList<>();
            for (RedirectLoad.Score score : RedirectLoad.run()) {
                measurements.add(new Measurement(
                        score.what(),
                        score.callers(),
                        score.who(),
                        score.unit(),
                        score.moreIsBetter(),
                        score.rounds()));
            }
        } else {
            Race race = RACES.get(name);
            if (race == null) {
                throw new IllegalArgumentException("race must be one of " + names() + ", was " + name);
            }
            measurements = run(race);
        }
        return new Result(
                        name,
                        "java -jar benchmarks/target/benchmarks.jar record " + name,
                        machine(),
                        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                        commit(root),
                        LocalDate.now(ZoneOffset.UTC).toString(),
                        measurements)
                .write(root);
    }

    private static List<Measurement> run(Race race) throws RunnerException {
        List<Measurement> measurements = new ArrayList<>();
        for (int threads : race.threads) {
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include("^" + race.benchmark.getName().replace(".", "\\.") + "\\.")
                    .threads(threads)
                    .shouldFailOnError(true);
            for (RunResult run : new Runner(options.build()).run()) {
                BenchmarkParams params = run.getParams();
                String method = params.getBenchmark();
                StringBuilder discipline = new StringBuilder(method.substring(method.lastIndexOf('.') + 1));
                for (String key : params.getParamsKeys()) {
                    if (!key.equals("impl")) {
                        discipline.append(' ').append(params.getParam(key));
                    }
                }
                measurements.add(new Measurement(
                        discipline.toString(),
                        threads,
                        params.getParam("impl"),
                        run.getPrimaryResult().getScoreUnit(),
                        params.getMode() == Mode.Throughput,
                        run.getBenchmarkResults().stream()
                                .map(BenchmarkResult::getPrimaryResult)
                                .map(result -> result.getScore())
                                .toList()));
            }
        }
        return measurements;
    }

    private static String machine() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        String processor = System.getProperty("os.arch");
        if (Files.isReadable(info)) {
            processor = Files.readAllLines(info).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(processor);
        }
        return processor + ", " + Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name");
    }

    private static String commit(Path root) throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        String hash = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        return git.waitFor() == 0 ? hash : "unknown";
    }
}
