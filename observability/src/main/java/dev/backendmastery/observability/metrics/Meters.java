package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instruments whose attributes are resolved once, and what OpenTelemetry's SDK reads of them: {@code SdkMeterProvider.builder().registerMetricProducer(meters)}.
 *
 * <p><b>Guarantee.</b> What was added is read, by series (ME-1), counters refuse negative numbers (ME-2), up-down counters take them (ME-3). Each {@link #delta} gives everything once,
 * whoever else reads (ME-4), its intervals join (ME-5), and under concurrent collection the deltas make up the total (ME-6); up-down counters and gauges are
 * told as they are (ME-7). Beyond its limit an instrument has one series more for all that comes (ME-8). A histogram's reading agrees with itself (ME-9), what is no
 * number is not in it (ME-10), exemplars are of sampled spans (ME-11). A callback that fails costs its own number only (ME-12). A name has one meaning (ME-13), and it is one
 * that {@link MetricNames} finds nothing wrong with (ME-14).
 *
 * <p><b>Threads.</b> Safe for any number; makes none. <b>Cost.</b> As said at {@link BoundCounter} and {@link BoundHistogram}; a collection looks at each series. <b>Not for</b> attributes
 * without a bound, such as user ids: a series stays until the process ends.
 *
 * <p><b>Source.</b> OpenTelemetry, <i>Metrics SDK</i> (MetricProducer, cardinality limits, exemplars) and <i>Metrics Data Model</i> (temporality).
 */
public final class Meters implements MetricProducer {

    private static final Logger LOG = LoggerFactory.getLogger(Meters.class);
    private static final int DEFAULT_LIMIT = 2_000;

    private final InstrumentationScopeInfo scope;
    private final InstantSource clock;
    private final int limit;
    private final long startNanos;
    private final LongAdder overflowed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, Instrument<? extends Series>> instruments = new ConcurrentSkipListMap<>();

    private Meters(String scope, InstantSource clock, int limit) {
        this.scope = InstrumentationScopeInfo.create(scope);
        this.clock = clock;
        this.limit = limit;
        this.startNanos = nanos(clock.instant());
    }

    /** With at most 2000 series an instrument. */
    public static Meters of(String scope, InstantSource clock) {
        return of(scope, clock, DEFAULT_LIMIT);
    }

    /**
     * Instruments of {@code scope}, which is the name of what is measured, such as {@code dev.example.shortener}.
     *
     * @param limit how many series an instrument has at most, that of the overflow with them, from 2 to 1,000,000
     */
    public static Meters of(String scope, InstantSource clock, int limit) {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(clock, "clock");
        if (limit < 2 || limit > 1_000_000) {
            throw new IllegalArgumentException("limit must be from 2 to 1000000, was " + limit);
        }
        return new Meters(scope, clock, limit);
    }

    /**
     * What happens, such as requests.
     *
     * @throws IllegalArgumentException if {@link MetricNames} finds a fault, or the name or its text in a scrape means something else already
     */
    public Instrument<BoundCounter> counter(String name, String unit, String description) {
        return instrument(InstrumentType.COUNTER, name, unit, description, BoundCounter::new);
    }

    /** What comes and goes, such as open connections. Errors: as {@link #counter}. */
    public Instrument<BoundUpDownCounter> upDownCounter(String name, String unit, String description) {
        return instrument(InstrumentType.UP_DOWN_COUNTER, name, unit, description, BoundUpDownCounter::new);
    }

    /** What has a size, such as the time that a request takes. Errors: as {@link #counter}. */
    public Instrument<BoundHistogram> histogram(String name, String unit, String description) {
        return instrument(InstrumentType.HISTOGRAM, name, unit, description, () -> new BoundHistogram(refused, clock));
    }

    /**
     * A number that is asked for at each collection; not told when it is not a number.
     *
     * @return ends it
     * @throws IllegalArgumentException as {@link #counter}, and if these attributes are there or the limit is reached
     */
    public Observation gauge(
            String name, String unit, String description, Attributes attributes, DoubleSupplier value) {
        Objects.requireNonNull(value, "value");
        return observe(InstrumentType.OBSERVABLE_GAUGE, name, unit, description, attributes, (Series.OfDouble)
                value::getAsDouble);
    }

    /** A count that somebody else keeps, such as a cache's hits. As {@link #gauge}. */
    public Observation observedCounter(
            String name, String unit, String description, Attributes attributes, LongSupplier value) {
        Objects.requireNonNull(value, "value");
        return observe(InstrumentType.OBSERVABLE_COUNTER, name, unit, description, attributes, (Series.OfLong)
                value::getAsLong);
    }

    /** A level that somebody else keeps and that adds up over its attributes, such as a pool's connections. As {@link #gauge}. */
    public Observation observedUpDownCounter(
            String name, String unit, String description, Attributes attributes, LongSupplier value) {
        Objects.requireNonNull(value, "value");
        return observe(InstrumentType.OBSERVABLE_UP_DOWN_COUNTER, name, unit, description, attributes, (Series.OfLong)
                value::getAsLong);
    }

    /** A callback that is asked until it is closed. */
    public interface Observation extends AutoCloseable {
        @Override
        void close();
    }

    private Observation observe(
            InstrumentType type, String name, String unit, String description, Attributes attributes, Series made) {
        Objects.requireNonNull(attributes, "attributes");
        Instrument<Series> instrument = instrument(type, name, unit, description, () -> made);
        if (!instrument.put(attributes, made)) {
            throw new IllegalArgumentException(
                    "attributes of " + name + " must be new and fewer than " + (limit - 1) + ", were " + attributes);
        }
        return () -> instrument.remove(attributes, made);
    }

    @SuppressWarnings("unchecked") // the type says which series it has
    private <B extends Series> Instrument<B> instrument(
            InstrumentType type, String name, String unit, String description, Supplier<B> make) {
        Objects.requireNonNull(description, "description");
        List<String> faults = MetricNames.faults(type, name, unit);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        String family = OpenMetrics.family(name, unit, type == InstrumentType.OBSERVABLE_GAUGE);
        Instrument<? extends Series> there = instruments.computeIfAbsent(
                family, key -> new Instrument<>(type, name, unit, description, limit, make, overflowed));
        if (there.type() != type || !there.unit().equals(unit) || !there.name().equals(name)) {
            throw new IllegalArgumentException("name must have one meaning, " + name + " " + type + " in " + unit
                    + " is already " + there.name() + " " + there.type() + " in " + there.unit());
        }
        return (Instrument<B>) there;
    }

    /**
     * What went wrong.
     *
     * @param overflowed how often a series was asked for beyond the limit
     * @param refused how many values were negative, infinite or not a number
     * @param failed how often a callback threw
     */
    public record Stats(long overflowed, long refused, long failed) {}

    /** What went wrong up to now. */
    public Stats stats() {
        return new Stats(overflowed.sum(), refused.sum(), failed.sum());
    }

    /** Everything since the start: for readers of the SDK, OTLP or Prometheus, that want it so. */
    @Override
    public Collection<MetricData> produce(Resource resource) {
        return collect(resource, null);
    }

    /**
     * What came since its own last call: one for each reader that wants deltas, in a provider of its own, since the SDK asks each producer for
     * all of its readers alike.
     */
    public MetricProducer delta() {
        return new Cursor();
    }

    private final class Cursor implements MetricProducer {

        private final Map<Series, Object> told = new HashMap<>();
        private long since = startNanos;

        @Override
        public synchronized Collection<MetricData> produce(Resource resource) {
            Collection<MetricData> all = collect(resource, this);
            return all;
        }

        private long since(Series series, long value) {
            Object before = told.put(series, value);
            long last = before == null ? 0 : (Long) before;
            // A count that is kept elsewhere and is less than it was began anew.
            return value < last ? value : value - last;
        }

        private ExponentialHistogram since(Series series, ExponentialHistogram value) {
            Object before = told.put(series, value);
            return before == null ? value : value.since((ExponentialHistogram) before);
        }
    }

    private List<MetricData> collect(Resource resource, @Nullable Cursor cursor) {
        long now = nanos(clock.instant());
        long from = cursor == null ? startNanos : cursor.since;
        List<MetricData> all = new ArrayList<>();
        for (Instrument<? extends Series> instrument : instruments.values()) {
            Metric metric = read(instrument, resource, cursor, from, now);
            if (!metric.isEmpty()) {
                all.add(metric);
            }
        }
        if (cursor != null) {
            cursor.since = now;
        }
        return all;
    }

    private Metric read(
            Instrument<? extends Series> instrument, Resource resource, @Nullable Cursor cursor, long from, long now) {
        AggregationTemporality temporality =
                cursor == null ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA;
        return switch (instrument.type()) {
            case HISTOGRAM ->
                metric(
                        instrument,
                        resource,
                        MetricDataType.EXPONENTIAL_HISTOGRAM,
                        ExponentialHistogramData.create(temporality, many(instrument, cursor, from, now)));
            case COUNTER, OBSERVABLE_COUNTER ->
                metric(
                        instrument,
                        resource,
                        MetricDataType.LONG_SUM,
                        SumData.createLongSumData(true, temporality, longs(instrument, cursor, from, now)));
            case UP_DOWN_COUNTER, OBSERVABLE_UP_DOWN_COUNTER ->
                metric(
                        instrument,
                        resource,
                        MetricDataType.LONG_SUM,
                        SumData.createLongSumData(
                                false, AggregationTemporality.CUMULATIVE, longs(instrument, null, startNanos, now)));
            default ->
                metric(
                        instrument,
                        resource,
                        MetricDataType.DOUBLE_GAUGE,
                        GaugeData.createDoubleGaugeData(doubles(instrument, now)));
        };
    }

    private Metric metric(Instrument<?> instrument, Resource resource, MetricDataType type, Data<?> data) {
        return new Metric(resource, scope, instrument.name(), instrument.description(), instrument.unit(), type, data);
    }

    private List<LongPointData> longs(
            Instrument<? extends Series> instrument, @Nullable Cursor cursor, long from, long now) {
        List<LongPointData> points = new ArrayList<>();
        instrument.series().forEach((attributes, series) -> {
            if (series instanceof Series.OfLong numbers) {
                Long value = asked(instrument, numbers::value);
                long told = value == null ? 0 : cursor == null ? value : cursor.since(series, value);
                if (value != null && (cursor == null || told != 0)) {
                    points.add(LongPointData.create(from, now, attributes, told));
                }
            }
        });
        return points;
    }

    private List<DoublePointData> doubles(Instrument<? extends Series> instrument, long now) {
        List<DoublePointData> points = new ArrayList<>();
        instrument.series().forEach((attributes, series) -> {
            if (series instanceof Series.OfDouble numbers) {
                Double value = asked(instrument, numbers::value);
                if (value != null && !value.isNaN()) {
                    points.add(DoublePointData.create(startNanos, now, attributes, value, List.of()));
                }
            }
        });
        return points;
    }

    private static List<ExponentialHistogramPointData> many(
            Instrument<? extends Series> instrument, @Nullable Cursor cursor, long from, long now) {
        List<ExponentialHistogramPointData> points = new ArrayList<>();
        instrument.series().forEach((attributes, series) -> {
            if (series instanceof Series.OfMany numbers) {
                ExponentialHistogram value = numbers.value();
                ExponentialHistogram told = cursor == null ? value : cursor.since(series, value);
                if (cursor == null || told.count() != 0) {
                    points.add(told.toPoint(from, now, attributes, numbers.exemplars(from)));
                }
            }
        });
        return points;
    }

    /** What the callback says; null if it threw, which is counted and told at debug level since it comes with every collection. */
    private <T> @Nullable T asked(Instrument<?> instrument, Supplier<T> callback) {
        try {
            return callback.get();
        } catch (RuntimeException e) {
            failed.increment();
            LOG.debug("a callback of {} failed", instrument.name(), e);
            return null;
        }
    }

    static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
