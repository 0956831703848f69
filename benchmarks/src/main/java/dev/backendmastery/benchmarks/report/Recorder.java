package dev.backendmastery.benchmarks.report;

import dev.backendmastery.benchmarks.analysis.AnalysisBenchmark;
import dev.backendmastery.benchmarks.apikey.ApiKeyBenchmark;
import dev.backendmastery.benchmarks.balance.BalanceBenchmark;
import dev.backendmastery.benchmarks.balance.BalanceSimulation;
import dev.backendmastery.benchmarks.caching.CacheBenchmark;
import dev.backendmastery.benchmarks.caching.CacheLoadBenchmark;
import dev.backendmastery.benchmarks.caching.CacheMemoryRace;
import dev.backendmastery.benchmarks.caching.HitRatio;
import dev.backendmastery.benchmarks.caching.LoadingBenchmark;
import dev.backendmastery.benchmarks.caching.NearCacheBenchmark;
import dev.backendmastery.benchmarks.caching.RedisBenchmark;
import dev.backendmastery.benchmarks.caching.WritingBenchmark;
import dev.backendmastery.benchmarks.concurrent.KeyedExecutorBenchmark;
import dev.backendmastery.benchmarks.concurrent.RingBufferBenchmark;
import dev.backendmastery.benchmarks.databases.KeysetBenchmark;
import dev.backendmastery.benchmarks.databases.TransactionsBenchmark;
import dev.backendmastery.benchmarks.elasticsearch.BulkBenchmark;
import dev.backendmastery.benchmarks.hashing.BucketBenchmark;
import dev.backendmastery.benchmarks.hashing.MovementRace;
import dev.backendmastery.benchmarks.hashing.PlacementBenchmark;
import dev.backendmastery.benchmarks.id.IdBenchmark;
import dev.backendmastery.benchmarks.lease.LeaseBenchmark;
import dev.backendmastery.benchmarks.messaging.ConsumerBenchmark;
import dev.backendmastery.benchmarks.messaging.LogBenchmark;
import dev.backendmastery.benchmarks.metrics.HistogramBenchmark;
import dev.backendmastery.benchmarks.metrics.MetricsBenchmark;
import dev.backendmastery.benchmarks.observability.HealthBenchmark;
import dev.backendmastery.benchmarks.observability.LogsBenchmark;
import dev.backendmastery.benchmarks.observability.TelemetryBenchmark;
import dev.backendmastery.benchmarks.password.PasswordBenchmark;
import dev.backendmastery.benchmarks.patterns.IdempotencyBenchmark;
import dev.backendmastery.benchmarks.patterns.InboxBenchmark;
import dev.backendmastery.benchmarks.patterns.OutboxBenchmark;
import dev.backendmastery.benchmarks.ratelimit.RateLimiterBenchmark;
import dev.backendmastery.benchmarks.relevance.MeasureBenchmark;
import dev.backendmastery.benchmarks.resilience.AdaptiveLimitSimulation;
import dev.backendmastery.benchmarks.resilience.ResilienceBenchmark;
import dev.backendmastery.benchmarks.search.SearchBenchmark;
import dev.backendmastery.benchmarks.security.SessionBenchmark;
import dev.backendmastery.benchmarks.security.TokenBenchmark;
import dev.backendmastery.benchmarks.shortener.RedirectLoad;
import dev.backendmastery.benchmarks.shortener.TelemetryLoad;
import dev.backendmastery.benchmarks.sketch.FilterBenchmark;
import dev.backendmastery.benchmarks.sketch.FilterPutBenchmark;
import dev.backendmastery.benchmarks.sketch.SketchErrorRace;
import dev.backendmastery.benchmarks.sketch.StreamBenchmark;
import dev.backendmastery.benchmarks.time.TickBenchmark;
import dev.backendmastery.benchmarks.time.TimingWheelBenchmark;
import dev.backendmastery.benchmarks.web.WebBenchmark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs a race and keeps what came out, with all that is needed to run it again. */
public final class Recorder {

    private static final Map<String, Race> RACES = new TreeMap<>(Map.ofEntries(
            Map.entry("ratelimit", Race.jmh(List.of(1, 2), RateLimiterBenchmark.class)),
            Map.entry("time", Race.jmhWithCpu(List.of(1, 2), TimingWheelBenchmark.class)),
            Map.entry("tick", Race.jmh(List.of(1), TickBenchmark.class)),
            Map.entry("ringbuffer", Race.jmh(List.of(1), RingBufferBenchmark.class)),
            Map.entry("keyed-executor", Race.jmh(List.of(1), KeyedExecutorBenchmark.class)),
            Map.entry("lease", Race.jmh(List.of(1), LeaseBenchmark.class)),
            Map.entry("id", Race.jmh(List.of(1), IdBenchmark.class)),
            Map.entry("hashing", Race.jmhWithBytes(List.of(1), BucketBenchmark.class, PlacementBenchmark.class)),
            Map.entry("hashing-movement", MovementRace::run),
            Map.entry(
                    "sketch",
                    Race.jmhWithBytes(
                            List.of(1), FilterBenchmark.class, FilterPutBenchmark.class, StreamBenchmark.class)),
            Map.entry("sketch-error", SketchErrorRace::run),
            Map.entry("hit-ratio", HitRatio::run),
            Map.entry("cache", Race.jmhWithBytes(List.of(2), CacheBenchmark.class, CacheLoadBenchmark.class)),
            Map.entry("cache-memory", CacheMemoryRace::run),
            Map.entry("loading", Race.jmhWithBytes(List.of(1, 2), LoadingBenchmark.class)),
            Map.entry("writing", Race.jmh(List.of(2), WritingBenchmark.class)),
            Map.entry("resilience", Race.jmhWithBytes(List.of(1, 2), ResilienceBenchmark.class)),
            Map.entry("adaptive-limit", AdaptiveLimitSimulation::run),
            Map.entry("balance", BalanceSimulation::run),
            Map.entry("balance-cost", Race.jmh(List.of(1, 2), BalanceBenchmark.class)),
            Map.entry("keyset", Race.jmh(List.of(1), KeysetBenchmark.class)),
            Map.entry("transactions", Race.jmh(List.of(2), TransactionsBenchmark.class)),
            Map.entry("redis", Race.jmh(List.of(2), RedisBenchmark.class, NearCacheBenchmark.class)),
            Map.entry("log", LogBenchmark::run),
            Map.entry("inbox", Race.jmh(List.of(2), InboxBenchmark.class)),
            Map.entry("metrics", Race.jmhWithBytes(List.of(1), MetricsBenchmark.class, HistogramBenchmark.class)),
            Map.entry("token", Race.jmhWithBytes(List.of(1), TokenBenchmark.class)),
            Map.entry("session", Race.jmh(List.of(1), SessionBenchmark.class)),
            Map.entry("web", Race.jmh(List.of(1), WebBenchmark.class)),
            Map.entry("password", Race.jmh(List.of(1), PasswordBenchmark.class)),
            Map.entry("health", Race.jmh(List.of(1), HealthBenchmark.class)),
            Map.entry("logs", Race.jmhWithBytes(List.of(1), LogsBenchmark.class)),
            Map.entry("telemetry", Race.jmhWithBytes(List.of(1), TelemetryBenchmark.class)),
            Map.entry("apikey", Race.jmh(List.of(1), ApiKeyBenchmark.class)),
            Map.entry("idempotency", Race.jmh(List.of(2), IdempotencyBenchmark.class)),
            Map.entry("consumer", ConsumerBenchmark::run),
            Map.entry("outbox", OutboxBenchmark::run),
            Map.entry("analysis", Race.jmhWithBytes(List.of(1), AnalysisBenchmark.class)),
            Map.entry("measures", Race.jmh(List.of(1), MeasureBenchmark.class)),
            Map.entry("bulk", BulkBenchmark::run),
            Map.entry("search", SearchBenchmark::run),
            Map.entry("redirect", RedirectLoad::run),
            Map.entry("telemetry-redirect", TelemetryLoad::run)));

    private Recorder() {}

    /** The races that there are. */
    public static List<String> names() {
        return List.copyOf(RACES.keySet());
    }

    /**
     * Runs the race {@code name} and writes its result file.
     *
     * @return the file
     * @throws IllegalArgumentException if there is no such race
     */
    public static Path record(Path root, String name) throws IOException, InterruptedException {
        Race race = RACES.get(name);
        if (race == null) {
            throw new IllegalArgumentException("race must be one of " + names() + ", was " + name);
        }
        List<Measurement> measurements = race.run();
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
