package dev.backendmastery.benchmarks.balance;

import dev.backendmastery.core.balance.LeastRequest;
import dev.backendmastery.core.balance.LoadBalancer;
import dev.backendmastery.core.balance.OutlierEjection;
import dev.backendmastery.core.balance.PeakEwma;
import dev.backendmastery.core.balance.RoundRobin;
import dev.backendmastery.core.balance.SmoothWeighted;
import dev.backendmastery.core.time.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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

/** A pick of one of 100 nodes and the report of its success; {@code naive-array} only counts round. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class BalanceBenchmark {

    private static final int NODES = 100;

    @Param({
        "naive-array",
        "ours-round-robin",
        "ours-smooth-weighted",
        "ours-least-request",
        "ours-peak-ewma",
        "ours-peak-ewma-ejection"
    })
    public String impl = "";

    private final Integer[] array = IntStream.range(0, NODES).boxed().toArray(Integer[]::new);
    private final AtomicInteger next = new AtomicInteger();
    private LoadBalancer<Integer> balancer = RoundRobin.create();
    private boolean naive;

    /** Makes the balancer. */
    @Setup
    public void create() {
        naive = impl.equals("naive-array");
        balancer = switch (impl) {
            case "naive-array", "ours-round-robin" -> RoundRobin.create();
            case "ours-smooth-weighted" -> SmoothWeighted.by(node -> 1 + node % 3);
            case "ours-least-request" -> LeastRequest.create();
            case "ours-peak-ewma" -> PeakEwma.create();
            case "ours-peak-ewma-ejection" ->
                OutlierEjection.around(PeakEwma.create(), OutlierEjection.Config.DEFAULT, Ticker.system());
            default -> throw new IllegalArgumentException("impl must be one of the parameters, was " + impl);
        };
        balancer.setNodes(IntStream.range(0, NODES).boxed().toList());
    }

    /** A pick and its report. */
    @Benchmark
    public Integer pickAndReport() {
        if (naive) {
            return array[Integer.remainderUnsigned(next.getAndIncrement(), NODES)];
        }
        LoadBalancer.Pick<Integer> pick = balancer.pick();
        pick.succeeded();
        return pick.node();
    }
}
