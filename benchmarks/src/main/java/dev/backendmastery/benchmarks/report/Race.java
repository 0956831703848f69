package dev.backendmastery.benchmarks.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.Profiler;
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

    /** What a race may count besides time, each a discipline of its own. */
    enum Also {
        /** The bytes that a call allocates. */
        BYTES("bytes", "B/op", "gc.alloc.rate.norm", GCProfiler.class),
        /** The processor time of the whole process for a call. */
        CPU("CPU", "ns/op", CpuTimeProfiler.LABEL, CpuTimeProfiler.class);

        private final String word;
        private final String unit;
        private final String label;
        private final Class<? extends Profiler> profiler;

        Also(String word, String unit, String label, Class<? extends Profiler> profiler) {
            this.word = word;
            this.unit = unit;
            this.label = label;
            this.profiler = profiler;
        }

        private double of(BenchmarkResult result) {
            var counted = result.getSecondaryResults().get(label);
            if (counted == null) {
                throw new IllegalStateException("JMH did not count " + word);
            }
            return counted.getScore();
        }
    }

    /** Whatever JMH finds in {@code benchmarks}, on so many threads each; the parameter {@code impl} is the contestant. */
    static Race jmh(List<Integer> threads, Class<?>... benchmarks) {
        return () -> jmh(threads, List.of(), benchmarks);
    }

    /** The same, and the bytes that a call allocates. */
    static Race jmhWithBytes(List<Integer> threads, Class<?>... benchmarks) {
        return () -> jmh(threads, List.of(Also.BYTES), benchmarks);
    }

    /** The same, and the processor time of a call. */
    static Race jmhWithCpu(List<Integer> threads, Class<?>... benchmarks) {
        return () -> jmh(threads, List.of(Also.CPU), benchmarks);
    }

    private static List<Measurement> jmh(List<Integer> threads, List<Also> counted, Class<?>... benchmarks) {
        List<Measurement> measurements = new ArrayList<>();
        for (int count : threads) {
            ChainedOptionsBuilder options = new OptionsBuilder().threads(count).shouldFailOnError(true);
            for (Class<?> benchmark : benchmarks) {
                options.include("^" + benchmark.getName().replace(".", "\\.") + "\\.");
            }
            for (Also also : counted) {
                options.addProfiler(also.profiler);
            }
            try {
                for (RunResult run : new Runner(options.build()).run()) {
                    measurements.addAll(measurements(run, count, counted));
                }
            } catch (RunnerException e) {
                throw new IllegalStateException("the race did not finish", e);
            }
        }
        return measurements;
    }

    private static List<Measurement> measurements(RunResult run, int threads, List<Also> counted) {
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
        for (Also also : counted) {
            found.add(new Measurement(
                    discipline + " " + also.word,
                    threads,
                    params.getParam("impl"),
                    also.unit,
                    false,
                    run.getBenchmarkResults().stream().map(also::of).toList()));
        }
        return found;
    }
}
