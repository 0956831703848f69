package dev.backendmastery.benchmarks.metrics;

import dev.backendmastery.observability.metrics.Meters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
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

/** One more. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class MetricsBenchmark {

    private static final Attributes ROUTE = Attributes.builder()
            .put("http.route", "/links/{code}")
            .put("http.response.status_code", 200)
            .build();

    @Param({"ours", "opentelemetry", "micrometer", "prometheus", "floor-long-adder"})
    public String impl;

    private LongConsumer counter;

    @Setup
    public void create() {
        counter = switch (impl) {
            case "ours" ->
                Meters.of("race", InstantSource.system())
                        .counter("requests", "{request}", "")
                        .bind(ROUTE)::add;
            case "opentelemetry" -> {
                LongCounter made = SdkMeterProvider.builder()
                        .registerMetricReader(new IdleReader())
                        .build()
                        .get("race")
                        .counterBuilder("requests")
                        .build();
                yield n -> made.add(n, ROUTE);
            }
            case "micrometer" ->
                new SimpleMeterRegistry().counter("requests", "http.route", "/links/{code}", "status", "200")
                        ::increment;
            case "prometheus" ->
                Counter.builder()
                        .name("requests")
                        .labelNames("route", "status")
                        .build()
                        .labelValues("/links/{code}", "200")::inc;
            case "floor-long-adder" -> new LongAdder()::add;
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One more, its attributes known beforehand wherever the library lets one say so. */
    @Benchmark
    public void add() {
        counter.accept(1);
    }
}
