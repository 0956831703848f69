package dev.backendmastery.benchmarks.observability;

import dev.backendmastery.observability.health.Health;
import dev.backendmastery.observability.health.HealthReport;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A prober's question: answered from memory, by a round of four checks that do nothing, and by nobody but the process itself. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(5)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class HealthBenchmark {

    /** Who answers. */
    @Param({"ours-from-memory", "ours-each-time", "floor-live"})
    public String impl;

    private Health health;

    /** Four checks. */
    @Setup(Level.Trial)
    public void setUp() {
        health = Health.builder()
                .maxAge(impl.equals("ours-each-time") ? Duration.ZERO : Duration.ofMinutes(1))
                .critical("a", () -> {})
                .critical("b", () -> {})
                .degrading("c", () -> {})
                .degrading("d", () -> {})
                .build();
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void tearDown() {
        health.close();
    }

    /** May it be sent work? */
    @Benchmark
    public HealthReport.Status ready() {
        return (impl.equals("floor-live") ? health.live() : health.ready()).status();
    }
}
