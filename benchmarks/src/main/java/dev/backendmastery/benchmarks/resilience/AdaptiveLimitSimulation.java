package dev.backendmastery.benchmarks.resilience;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.core.resilience.GradientLimit;
import dev.backendmastery.core.resilience.OverloadSimulator;
import dev.backendmastery.core.resilience.OverloadSimulator.Limiter;
import dev.backendmastery.core.resilience.OverloadSimulator.Run;
import dev.backendmastery.core.resilience.OverloadSimulator.Stretch;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Adaptive limits in front of a server of 40 workers whose calls take 10 ms, in manual time, for a minute and five seeds.
 *
 * <p>Each discipline is a load, as a share of what the workers can do. {@code off}: how far the mean limit of the last 50
 * seconds is from the optimum of 40, in percent. {@code p99}: of the calls that were admitted, in milliseconds, queueing
 * included. {@code idle}: the share of the workers' time that was not used, in percent, which at loads from 1 is lost.
 */
public final class AdaptiveLimitSimulation {

    private static final int SEEDS = 5;
    private static final int WORKERS = 40;
    private static final Duration LENGTH = Duration.ofSeconds(60);

    private AdaptiveLimitSimulation() {}

    /** Runs all; some seconds. */
    public static List<Measurement> run() {
        Map<String, Function<Ticker, Limiter>> all = new TreeMap<>(Map.of(
                "ours-gradient",
                OverloadSimulator.of(ticker -> GradientLimit.of(GradientLimit.Config.DEFAULT, ticker)),
                "netflix-gradient2",
                netflix(() -> Gradient2Limit.newBuilder()
                        .initialLimit(20)
                        .maxConcurrency(1_000)
                        .build()),
                "netflix-vegas",
                netflix(() -> VegasLimit.newBuilder()
                        .initialLimit(20)
                        .maxConcurrency(1_000)
                        .build()),
                "naive-fixed-100",
                fixed(100)));
        List<Measurement> measurements = new ArrayList<>();
        for (double load : new double[] {1.1, 1.5, 3}) {
            all.forEach((name, factory) -> {
                List<Double> off = new ArrayList<>();
                List<Double> p99 = new ArrayList<>();
                List<Double> idle = new ArrayList<>();
                for (int seed = 1; seed <= SEEDS; seed++) {
                    Run run = OverloadSimulator.run(
                            factory, seed, new Stretch(LENGTH, WORKERS, Duration.ofMillis(10), load));
                    off.add(100 * Math.abs(run.mean(Duration.ofSeconds(10), LENGTH) / WORKERS - 1));
                    p99.add(run.p99() / 1e6);
                    idle.add(100 * Math.max(0, 1 - run.throughput()));
                }
                measurements.add(new Measurement("off at load " + load, 1, name, "%", false, off));
                measurements.add(new Measurement("p99 at load " + load, 1, name, "ms", false, p99));
                measurements.add(new Measurement("idle at load " + load, 1, name, "%", false, idle));
            });
        }
        return measurements;
    }

    private static Function<Ticker, Limiter> fixed(int limit) {
        return ticker -> new Limiter() {
            @Override
            public boolean tryAcquire(int inFlight) {
                return inFlight < limit;
            }

            @Override
            public void onSuccess(OverloadSimulator.Call call) {}

            @Override
            public int limit() {
                return limit;
            }
        };
    }

    /** As the peer's own limiters feed it. */
    private static Function<Ticker, Limiter> netflix(Supplier<Limit> factory) {
        return ticker -> {
            Limit limit = factory.get();
            return new Limiter() {
                @Override
                public boolean tryAcquire(int inFlight) {
                    return inFlight < limit.getLimit();
                }

                @Override
                public void onSuccess(OverloadSimulator.Call call) {
                    limit.onSample(call.start, Math.max(1, ticker.nanos() - call.start), call.inFlight, false);
                }

                @Override
                public int limit() {
                    return limit.getLimit();
                }
            };
        };
    }
}
