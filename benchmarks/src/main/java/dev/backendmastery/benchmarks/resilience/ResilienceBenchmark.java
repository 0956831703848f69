package dev.backendmastery.benchmarks.resilience;

import dev.backendmastery.core.resilience.BreakerConfig;
import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.resilience.Bulkhead;
import dev.backendmastery.core.resilience.CircuitBreaker;
import dev.backendmastery.core.resilience.GradientLimit;
import dev.backendmastery.core.resilience.Pipeline;
import dev.backendmastery.core.resilience.QueueBulkhead;
import dev.backendmastery.core.resilience.Retry;
import dev.backendmastery.core.resilience.RetryBudget;
import dev.backendmastery.core.resilience.RetryConfig;
import dev.backendmastery.core.resilience.Timeout;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
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

/**
 * A call that succeeds and does nothing, decorated once and called often.
 *
 * <p>{@code breaker}: a circuit breaker over the last 100 calls or 10 seconds, each side by its own defaults: ours does not
 * measure calls unless slow ones count, the peer always does; {@code ours-count-slow} measures them too. {@code pipeline}:
 * retry of 3 attempts, breaker and bulkhead of 100 places, in this order from the outside in; ours has a retry budget and a
 * deadline besides. The {@code -timeout} contestants have a time limit of a second as the
 * innermost: ours interrupts the caller's own thread, the peer's runs the call on another thread and waits for it, for it
 * has no other way to limit a synchronous call; Failsafe's interrupts the caller's thread by a scheduled task.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(java.util.concurrent.TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = java.util.concurrent.TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = java.util.concurrent.TimeUnit.MILLISECONDS)
@Fork(5)
public class ResilienceBenchmark {

    private static final String VALUE = "value";

    /** A circuit breaker alone. */
    @State(Scope.Benchmark)
    public static class Breakers {

        @Param({
            "floor-two-nano-times",
            "ours-count",
            "ours-count-slow",
            "ours-time",
            "resilience4j-count",
            "resilience4j-count-lock-free",
            "resilience4j-time",
            "failsafe-count"
        })
        public String impl = "";

        private Callable<String> call = () -> VALUE;

        /** Decorates the call. */
        @Setup
        public void create() {
            call = switch (impl) {
                case "floor-two-nano-times" ->
                    () -> {
                        long start = System.nanoTime();
                        String value = VALUE;
                        return System.nanoTime() - start < 0 ? "never" : value;
                    };
                case "ours-count" -> CircuitBreaker.of(BreakerConfig.DEFAULT).decorate(() -> VALUE);
                case "ours-count-slow" ->
                    CircuitBreaker.of(BreakerConfig.DEFAULT.withSlowCalls(Duration.ofSeconds(10), 0.5))
                            .decorate(() -> VALUE);
                case "ours-time" ->
                    CircuitBreaker.of(BreakerConfig.DEFAULT.withWindow(Window.time(Duration.ofSeconds(10)), 20))
                            .decorate(() -> VALUE);
                case "resilience4j-count" ->
                    resilience4j(SlidingWindowType.COUNT_BASED, SlidingWindowSynchronizationStrategy.SYNCHRONIZED, 100);
                case "resilience4j-count-lock-free" ->
                    resilience4j(SlidingWindowType.COUNT_BASED, SlidingWindowSynchronizationStrategy.LOCK_FREE, 100);
                case "resilience4j-time" ->
                    resilience4j(SlidingWindowType.TIME_BASED, SlidingWindowSynchronizationStrategy.SYNCHRONIZED, 10);
                case "failsafe-count" -> {
                    FailsafeExecutor<String> executor = Failsafe.with(failsafe());
                    yield () -> executor.get(() -> VALUE);
                }
                default -> throw new IllegalArgumentException("impl must be one of the parameters, was " + impl);
            };
        }

        private static Callable<String> resilience4j(
                SlidingWindowType type, SlidingWindowSynchronizationStrategy strategy, int size) {
            return io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateCallable(
                    io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                            "peer",
                            CircuitBreakerConfig.custom()
                                    .slidingWindow(size, 20, type, strategy)
                                    .build()),
                    () -> VALUE);
        }
    }

    /** Policies composed. */
    @State(Scope.Benchmark)
    public static class Pipelines {

        @Param({"ours", "ours-timeout", "ours-adaptive", "resilience4j", "resilience4j-timeout", "failsafe-timeout"})
        public String impl = "";

        private Callable<String> call = () -> VALUE;
        private @Nullable ScheduledExecutorService scheduler;
        private @Nullable ExecutorService pool;

        /** Decorates the call. */
        @Setup
        public void create() {
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
            scheduler = timer;
            ExecutorService threads = Executors.newFixedThreadPool(4);
            pool = threads;
            Retry retry = Retry.of(RetryConfig.DEFAULT, RetryBudget.of(0.1, 100));
            CircuitBreaker breaker = CircuitBreaker.of(BreakerConfig.DEFAULT);
            QueueBulkhead bulkhead = QueueBulkhead.of(Bulkhead.Config.of(100));
            call = switch (impl) {
                case "ours" -> Pipeline.of(retry, breaker, bulkhead).decorate(() -> VALUE);
                case "ours-timeout" ->
                    Pipeline.of(retry, breaker, bulkhead, Timeout.of(Duration.ofSeconds(1), timer))
                            .decorate(() -> VALUE);
                case "ours-adaptive" ->
                    Pipeline.of(retry, breaker, GradientLimit.of(GradientLimit.Config.DEFAULT))
                            .decorate(() -> VALUE);
                case "resilience4j" -> resilience4j(() -> VALUE);
                case "resilience4j-timeout" -> {
                    TimeLimiter limiter = TimeLimiter.of(Duration.ofSeconds(1));
                    yield resilience4j(TimeLimiter.decorateFutureSupplier(limiter, () -> threads.submit(() -> VALUE)));
                }
                case "failsafe-timeout" -> {
                    FailsafeExecutor<String> executor = Failsafe.with(
                            dev.failsafe.RetryPolicy.<String>builder()
                                    .withMaxRetries(2)
                                    .withBackoff(Duration.ofMillis(50), Duration.ofSeconds(2))
                                    .build(),
                            failsafe(),
                            dev.failsafe.Bulkhead.<String>of(100),
                            dev.failsafe.Timeout.<String>builder(Duration.ofSeconds(1))
                                    .withInterrupt()
                                    .build());
                    yield () -> executor.get(() -> VALUE);
                }
                default -> throw new IllegalArgumentException("impl must be one of the parameters, was " + impl);
            };
        }

        private static Callable<String> resilience4j(Callable<String> action) {
            return io.github.resilience4j.retry.Retry.decorateCallable(
                    io.github.resilience4j.retry.Retry.of(
                            "peer",
                            io.github.resilience4j.retry.RetryConfig.custom()
                                    .maxAttempts(3)
                                    .build()),
                    io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateCallable(
                            io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                                    "peer",
                                    CircuitBreakerConfig.custom()
                                            .slidingWindow(100, 20, SlidingWindowType.COUNT_BASED)
                                            .build()),
                            io.github.resilience4j.bulkhead.Bulkhead.decorateCallable(
                                    io.github.resilience4j.bulkhead.Bulkhead.of(
                                            "peer",
                                            BulkheadConfig.custom()
                                                    .maxConcurrentCalls(100)
                                                    .maxWaitDuration(Duration.ZERO)
                                                    .build()),
                                    action)));
        }

        /** Ends the threads. */
        @TearDown(Level.Trial)
        public void close() {
            if (scheduler != null) {
                scheduler.shutdownNow();
            }
            if (pool != null) {
                pool.shutdownNow();
            }
        }
    }

    private static dev.failsafe.CircuitBreaker<String> failsafe() {
        return dev.failsafe.CircuitBreaker.<String>builder()
                .withFailureThreshold(50, 100)
                .build();
    }

    /** A call through a circuit breaker. */
    @Benchmark
    public String breaker(Breakers state) throws Exception {
        return state.call.call();
    }

    /** A call through several policies. */
    @Benchmark
    public String pipeline(Pipelines state) throws Exception {
        return state.call.call();
    }
}
