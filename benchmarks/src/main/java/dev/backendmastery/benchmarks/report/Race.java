package dev.backendmastery.benchmarks.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What runs some contestants and measures them: a JMH class, a load or a simulation. */
@FunctionalInterface
interface Race {

    /** Runs it. */
    List<Measurement> run() throws IOException, InterruptedException;

    /** Whatever JMH finds in {@code benchmarks}, on so many threads each; the parameter {@code impl} is the contestant. */
    static Race jmh(List<Integer> threads, Class<?>... benchmarks) {
        return () -> jmh(threads, false, benchmarks);
    }

    /** The same, and the bytes that a call allocates as a discipline of their own. */
    static Race jmhWithBytes(List<Integer> threads, Class<?>... benchmarks) {
        return () -> jmh(threads, true, benchmarks);
    }

    private static List<Measurement> jmh(List<Integer> threads, boolean bytes, Class<?>... benchmarks) {
        List<Measurement> measurements = new ArrayList<>();
        for (int count : threads) {
            ChainedOptionsBuilder options = new OptionsBuilder().threads(count).shouldFailOnError(true);
            for (Class<?> benchmark : benchmarks) {
                options.include("^" + benchmark.getName().replace(".", "\\.") + "\\.");
            }
            if (bytes) {
                options.addProfiler(GCProfiler.class);
            }
            try {
                for (RunResult run : new Runner(options.build()).run()) {
                    measurements.addAll(measurements(run, count, bytes));
                }
            } catch (RunnerException e) {
                throw new IllegalStateException("the race did not finish", e);
            }
        }
        return measurements;
    }

    private static List<Measurement> measurements(RunResult run, int threads, boolean bytes) {
        BenchmarkParams params = run.getParams();
        String method = params.getBenchmark();
        StringBuilder discipline = new StringBuilder(method.substring(method.lastIndexOf('.') + 1));
        for (String key : params.getParamsKeys()) {
            if (!key.equals("impl")) {
                discipline.append(' ').append(params.getParam(key));
            }
        }
        List<Measurement> found = new ArrayList<>();
        found.add(new Measurement(
                discipline.toString(),
                threads,
                params.getParam("impl"),
                run.getPrimaryResult().getScoreUnit(),
                params.getMode() == Mode.Throughput,
                run.getBenchmarkResults().stream()
                        .map(BenchmarkResult::getPrimaryResult)
                        .map(result -> result.getScore())
                        .toList()));
        if (bytes) {
            found.add(new Measurement(
                    discipline + " bytes",
                    threads,
                    params.getParam("impl"),
                    "B/op",
                    false,
                    run.getBenchmarkResults().stream().map(Race::bytesPerCall).toList()));
        }
        return found;
    }

    private static double bytesPerCall(BenchmarkResult result) {
        var bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (bytes == null) {
            throw new IllegalStateException(
                    "JMH did not count the bytes of " + result.getParams().getBenchmark());
        }
        return bytes.getScore();
    }
}
