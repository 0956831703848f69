package dev.backendmastery.benchmarks.concurrent;

import com.google.common.util.concurrent.MoreExecutors;
import dev.backendmastery.core.concurrent.KeyedExecutor;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Ten thousand small tasks of a hundred keys on a pool of two threads, in order by key. Guava's sequential executor, one for
 * each key and kept for ever, orders and neither bounds nor parks; a thread for each key's hash blocks all keys that share it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class KeyedExecutorBenchmark {

    private static final int TASKS = 10_000;
    private static final int KEYS = 100;

    @Param({"ours-keyed-executor", "guava-sequential", "naive-thread-by-hash"})
    public String impl;

    @FunctionalInterface
    private interface Submit {
        void accept(String key, Runnable task) throws Exception;
    }

    private final String[] keys = new String[KEYS];
    private ExecutorService pool;
    private ExecutorService[] single;
    private Submit submit;

    @Setup
    public void create() {
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "key-" + i;
        }
        pool = Executors.newFixedThreadPool(2);
        single = new ExecutorService[] {Executors.newSingleThreadExecutor(), Executors.newSingleThreadExecutor()};
        switch (impl) {
            case "ours-keyed-executor" -> {
                KeyedExecutor<String> ours = KeyedExecutor.of(pool, 1_000);
                submit = (key, task) -> ours.submit(key, 1, task, Duration.ofSeconds(10));
            }
            case "guava-sequential" -> {
                ConcurrentHashMap<String, Executor> peers = new ConcurrentHashMap<>();
                submit = (key, task) -> peers.computeIfAbsent(key, k -> MoreExecutors.newSequentialExecutor(pool))
                        .execute(task);
            }
            case "naive-thread-by-hash" -> submit = (key, task) -> single[key.hashCode() & 1].execute(task);
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    @TearDown
    public void stop() {
        pool.shutdownNow();
        single[0].shutdownNow();
        single[1].shutdownNow();
    }

    /** All tasks run. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long tasks() throws Exception {
        CountDownLatch done = new CountDownLatch(TASKS);
        for (int i = 0; i < TASKS; i++) {
            submit.accept(keys[i % KEYS], done::countDown);
        }
        done.await();
        return done.getCount();
    }
}
