package dev.backendmastery.benchmarks.metrics;

import dev.backendmastery.observability.metrics.Meters;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Recorder;
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

/** One value more. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class HistogramBenchmark {

    private static final Attributes ROUTE = Attributes.of(AttributeKey.stringKey("http.route"), "/links/{code}");
    private static final int VALUES = 1 << 12;
    private static final long SEED = 7;
    private static final double MEDIAN_MICROS = 2_000;

    @Param({"ours", "opentelemetry", "micrometer", "prometheus", "hdr-recorder", "hdr-concurrent", "floor-loop"})
    public String impl;

    private final long[] micros = new long[VALUES];
    private int next;
    private LongConsumer histogram;

    @Setup
    public void create() {
        Random random = new Random(SEED);
        for (int i = 0; i < VALUES; i++) {
            micros[i] = 1 + (long) (MEDIAN_MICROS * Math.exp(random.nextGaussian()));
        }
        histogram = switch (impl) {
            case "ours" ->
                Meters.of("race", InstantSource.system())
                        .histogram("size", "By", "")
                        .bind(ROUTE)::record;
            case "opentelemetry" -> {
                LongHistogram made = SdkMeterProvider.builder()
                        .registerMetricReader(new IdleReader())
                        .registerView(
                                InstrumentSelector.builder().setName("size").build(),
                                View.builder()
                                        .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                                        .build())
                        .build()
                        .get("race")
                        .histogramBuilder("size")
                        .ofLongs()
                        .build();
                yield n -> made.record(n, ROUTE);
            }
            case "micrometer" ->
                DistributionSummary.builder("size")
                        .tag("http.route", "/links/{code}")
                        .publishPercentileHistogram()
                        .register(new SimpleMeterRegistry())::record;
            case "prometheus" ->
                Histogram.builder()
                        .name("size")
                        .nativeOnly()
                        .labelNames("route")
                        .build()
                        .labelValues("/links/{code}")::observe;
            case "hdr-recorder" -> new Recorder(3)::recordValue;
            case "hdr-concurrent" -> new ConcurrentHistogram(3)::recordValue;
            case "floor-loop" -> n -> {};
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One of 4096 times in microseconds, log-normal; no clock is read. */
    @Benchmark
    public void record() {
        int at = next;
        next = at + 1;
        histogram.accept(micros[at & (VALUES - 1)]);
    }
}
