package dev.backendmastery.benchmarks.time;

import dev.backendmastery.core.time.TimingWheel;
import io.netty.util.HashedWheelTimer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A timeout as most of them go: scheduled a second ahead, cancelled because the answer came. Each contestant has its thread
 * running, and ten thousand timers wait in it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class TimingWheelBenchmark {

    private static final int WAITING = 10_000;

    @Param({"ours-timing-wheel", "netty", "jdk-scheduled"})
    public String impl;

    private BooleanSupplier scheduleAndCancel;
    private @Nullable AutoCloseable resource;

    @Setup
    public void create() {
        switch (impl) {
            case "ours-timing-wheel" -> {
                TimingWheel wheel = TimingWheel.of(Duration.ofMillis(1));
                for (int i = 0; i < WAITING; i++) {
                    wheel.schedule(Duration.ofHours(1).toNanos() + i * 1_000_000L, TimingWheelBenchmark::task);
                }
                resource = wheel.drive(TimingWheelBenchmark::daemon);
                scheduleAndCancel = () -> wheel.schedule(1_000_000_000L, TimingWheelBenchmark::task)
                        .cancel();
            }
            case "netty" -> {
                HashedWheelTimer peer =
                        new HashedWheelTimer(TimingWheelBenchmark::daemon, 1, TimeUnit.MILLISECONDS, 4096);
                for (int i = 0; i < WAITING; i++) {
                    peer.newTimeout(timeout -> {}, 3_600_000L + i, TimeUnit.MILLISECONDS);
                }
                resource = peer::stop;
                scheduleAndCancel = () -> peer.newTimeout(timeout -> {}, 1_000_000_000L, TimeUnit.NANOSECONDS)
                        .cancel();
            }
            case "jdk-scheduled" -> {
                ScheduledThreadPoolExecutor peer = new ScheduledThreadPoolExecutor(1, TimingWheelBenchmark::daemon);
                peer.setRemoveOnCancelPolicy(true);
                for (int i = 0; i < WAITING; i++) {
                    Objects.requireNonNull(
                            peer.schedule(TimingWheelBenchmark::task, 3_600_000L + i, TimeUnit.MILLISECONDS));
                }
                resource = peer::shutdownNow;
                scheduleAndCancel =
                        () -> peer.schedule(TimingWheelBenchmark::task, 1_000_000_000L, TimeUnit.NANOSECONDS)
                                .cancel(false);
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    private static void task() {}

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "timers");
        thread.setDaemon(true);
        return thread;
    }

    @TearDown
    public void close() throws Exception {
        if (resource != null) {
            resource.close();
        }
    }

    /** One timer, there and back. */
    @Benchmark
    public boolean scheduleAndCancel() {
        return scheduleAndCancel.getAsBoolean();
    }
}
