package dev.backendmastery.benchmarks.lease;

import dev.backendmastery.core.lease.FencedResource;
import dev.backendmastery.core.lease.InMemoryLeaseStore;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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

/** What the safety costs where there is no network: a renewal, and a write through the fence, beside a plain lock. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class LeaseBenchmark {

    private static final Duration TTL = Duration.ofHours(1);

    @Param({"ours-fenced-write", "ours-renewal", "naive-locked-write"})
    public String impl;

    private Callable<Object> call;
    private long written;

    @Setup
    public void create() {
        InMemoryLeaseStore store = new InMemoryLeaseStore(Ticker.system());
        Lease lease = store.tryAcquire("n", "h", TTL).orElseThrow();
        FencedResource resource = new FencedResource();
        ReentrantLock lock = new ReentrantLock();
        call = switch (impl) {
            case "ours-fenced-write" -> () -> resource.run(lease, () -> written++);
            case "ours-renewal" -> () -> store.renew(lease, TTL);
            case "naive-locked-write" ->
                () -> {
                    lock.lock();
                    try {
                        return written++;
                    } finally {
                        lock.unlock();
                    }
                };
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One of them. */
    @Benchmark
    public Object once() throws Exception {
        return call.call();
    }
}
