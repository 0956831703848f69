package dev.backendmastery.benchmarks.balance;

import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.core.balance.BalanceSimulator;
import dev.backendmastery.core.balance.BalanceSimulator.Run;
import dev.backendmastery.core.balance.LeastRequest;
import dev.backendmastery.core.balance.LoadBalancer;
import dev.backendmastery.core.balance.OutlierEjection;
import dev.backendmastery.core.balance.PeakEwma;
import dev.backendmastery.core.balance.RoundRobin;
import dev.backendmastery.core.balance.SlowStart;
import dev.backendmastery.core.balance.SmoothWeighted;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;

/**
 * 10 hosts of 8 workers whose calls take 10 ms in the mean: one is 10 times slower, one fails each call at once, one joins
 * after 10 s and is slow for 5 s more. 3,000 calls a second at random for 30 s, in manual time, five seeds.
 *
 * <p>{@code p99}: of the calls that succeeded, in milliseconds, queueing included. {@code failed}: calls that failed, in
 * percent: at the failing host, or at a full queue. {@code failing host}: its share of all calls, in percent.
 */
public final class BalanceSimulation {

    private static final int SEEDS = 5;
    private static final double RATE = 3_000;
    private static final Duration LENGTH = Duration.ofSeconds(30);
    private static final int FAILING = 8;

    private BalanceSimulation() {}

    /** Runs all; some seconds. */
    public static List<Measurement> run() {
        Map<String, BiFunction<Ticker, DoubleSupplier, LoadBalancer<Integer>>> all = new LinkedHashMap<>();
        all.put("naive-round-robin", (ticker, random) -> RoundRobin.create());
        all.put("naive-ewma-no-penalty", (ticker, random) -> ewma(Duration.ofNanos(1), ticker, random));
        // Weights by the number of workers, which are the same: a static weight knows nothing of slowness.
        all.put("ours-smooth-weighted", (ticker, random) -> SmoothWeighted.by(host -> 8));
        all.put("ours-least-request", (ticker, random) -> LeastRequest.create(random));
        all.put("ours-peak-ewma", (ticker, random) -> ewma(Duration.ofSeconds(5), ticker, random));
        all.put("ours-round-robin-ejection", (ticker, random) -> eject(RoundRobin.create(), ticker));
        all.put("ours-least-request-ejection", (ticker, random) -> eject(LeastRequest.create(random), ticker));
        all.put(
                "ours-peak-ewma-all",
                (ticker, random) -> SlowStart.around(
                        eject(ewma(Duration.ofSeconds(5), ticker, random), ticker),
                        Duration.ofSeconds(5),
                        ticker,
                        random));
        List<Measurement> measurements = new ArrayList<>();
        all.forEach((name, factory) -> {
            List<Double> p99 = new ArrayList<>();
            List<Double> failed = new ArrayList<>();
            List<Double> share = new ArrayList<>();
            for (int seed = 1; seed <= SEEDS; seed++) {
                Run run = BalanceSimulator.run(factory, seed, BalanceSimulator.fleet(), RATE, LENGTH);
                p99.add(run.p99() / 1e6);
                failed.add(100 * (1 - run.success()));
                share.add(100 * run.share(FAILING));
            }
            measurements.add(new Measurement("p99", 1, name, "ms", false, p99));
            measurements.add(new Measurement("failed", 1, name, "%", false, failed));
            measurements.add(new Measurement("failing host", 1, name, "%", false, share));
        });
        return measurements;
    }

    private static LoadBalancer<Integer> ewma(Duration penalty, Ticker ticker, DoubleSupplier random) {
        return PeakEwma.create(Duration.ofSeconds(10), penalty, ticker, random);
    }

    private static LoadBalancer<Integer> eject(LoadBalancer<Integer> inner, Ticker ticker) {
        return OutlierEjection.around(inner, OutlierEjection.Config.DEFAULT, ticker);
    }
}
