package dev.backendmastery.benchmarks.relevance;

import dev.backendmastery.search.relevance.Evaluation;
import dev.backendmastery.search.relevance.Judgments;
import dev.backendmastery.search.relevance.Measure;
import dev.backendmastery.search.relevance.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
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

/** The nDCG@10 of 225 queries with 1,000 results and 40 judgments each, as a search for good weights asks for it over and over. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class MeasureBenchmark {

    private static final int QUERIES = 225;
    private static final int DEPTH = 1_000;
    private static final int JUDGED = 40;

    @Param({"ours", "naive-streams"})
    public String impl;

    private DoubleSupplier mean;

    @Setup
    public void create() {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Map<String, Integer>> grades = new HashMap<>();
        Map<String, List<String>> rankings = new HashMap<>();
        for (int query = 0; query < QUERIES; query++) {
            Map<String, Integer> of = new HashMap<>(Map.of("d0", 1));
            for (int i = 0; i < JUDGED; i++) {
                of.put("d" + random.nextInt(3 * DEPTH), random.nextInt(4));
            }
            Set<String> ranking = new LinkedHashSet<>();
            while (ranking.size() < DEPTH) {
                ranking.add("d" + random.nextInt(3 * DEPTH));
            }
            grades.put("q" + query, of);
            rankings.put("q" + query, new ArrayList<>(ranking));
        }
        Judgments judgments = new Judgments(grades);
        Run run = new Run(rankings);
        Measure ndcg = Measure.ndcg(10, Measure.Gain.LINEAR);
        mean = switch (impl) {
            case "ours" -> () -> Evaluation.of(run, judgments, ndcg).mean();
            case "naive-streams" ->
                () -> judgments.grades().entrySet().stream()
                        .mapToDouble(entry -> naive(run.of(entry.getKey()), entry.getValue()))
                        .average()
                        .orElse(0);
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** Over all queries. */
    @Benchmark
    public double ndcg() {
        return mean.getAsDouble();
    }

    private static double naive(List<String> ranking, Map<String, Integer> grades) {
        return dcg(ranking.stream()
                        .map(document -> grades.getOrDefault(document, 0))
                        .toList())
                / dcg(grades.values().stream().sorted(Comparator.reverseOrder()).toList());
    }

    private static double dcg(List<Integer> grades) {
        double sum = 0;
        for (int i = 0; i < Math.min(10, grades.size()); i++) {
            sum += grades.get(i) / (Math.log(i + 2) / Math.log(2));
        }
        return sum;
    }
}
