package dev.backendmastery.benchmarks.time;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One tick, in which nothing is due, while few or a million timers wait for tomorrow. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class TickBenchmark {

    private static final Duration TICK = Duration.ofMillis(1);

    @Param({"ours-10-waiting", "ours-1000000-waiting"})
    public String impl;

    private final ManualTicker ticker = new ManualTicker();
    private TimingWheel wheel;

    @Setup
    public void create() {
        wheel = TimingWheel.of(TICK, ticker, (task, failure) -> {});
        Random random = new Random(1);
        int waiting = impl.equals("ours-10-waiting") ? 10 : 1_000_000;
        for (int i = 0; i < waiting; i++) {
            wheel.schedule(
                    Duration.ofDays(30)
                            .plusNanos(Math.floorMod(
                                    random.nextLong(), Duration.ofDays(1).toNanos())),
                    () -> {});
        }
    }

    /** One tick. */
    @Benchmark
    public int tick() {
        ticker.advance(TICK);
        return wheel.advance();
    }
}
