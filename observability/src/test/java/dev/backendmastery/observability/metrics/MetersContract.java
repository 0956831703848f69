package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a registry of instruments must hold. Extend it and say how to create yours. */
@DisplayName("Meters")
public abstract class MetersContract {

    private static final Instant START = Instant.parse("2026-03-14T12:00:00Z");
    private static final int LIMIT = 10;
    private static final int WRITERS = 3;
    private static final long EACH = 40_000;
    private static final long MOST = 5_000_000;
    private static final long COLLECTIONS = 100;
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final Attributes A = Attributes.of(ROUTE, "/a");
    private static final Attributes B = Attributes.of(ROUTE, "/b");

    private volatile Instant now = START;

    @SuppressWarnings("NullAway.Init") // setUp comes first
    private Subject meters;

    /** A histogram under test. */
    protected interface Recording {
        void record(double value, SpanContext span);
    }

    /** What is under test. */
    protected interface Subject {
        LongConsumer counter(String name, String unit, Attributes attributes);

        LongConsumer upDown(String name, String unit, Attributes attributes);

        Recording histogram(String name, String unit, Attributes attributes);

        void gauge(String name, String unit, Attributes attributes, DoubleSupplier value);

        Collection<MetricData> cumulative();

        MetricProducer delta();

        long refused();
    }

    /** Ours. Wrong ones change a part of it. */
    protected static class Ours implements Subject {
        final Meters meters;

        Ours(InstantSource clock, int limit) {
            meters = Meters.of("test", clock, limit);
        }

        @Override
        public LongConsumer counter(String name, String unit, Attributes attributes) {
            return meters.counter(name, unit, "").bind(attributes)::add;
        }

        @Override
        public LongConsumer upDown(String name, String unit, Attributes attributes) {
            return meters.upDownCounter(name, unit, "").bind(attributes)::add;
        }

        @Override
        public Recording histogram(String name, String unit, Attributes attributes) {
            return meters.histogram(name, unit, "").bind(attributes)::record;
        }

        @Override
        public void gauge(String name, String unit, Attributes attributes, DoubleSupplier value) {
            meters.gauge(name, unit, "", attributes, value);
        }

        @Override
        public Collection<MetricData> cumulative() {
            return meters.produce(Resource.empty());
        }

        @Override
        public MetricProducer delta() {
            return meters.delta();
        }

        @Override
        public long refused() {
            return meters.stats().refused();
        }
    }

    /** A registry whose instruments have at most {@code limit} series, that of the overflow with them. */
    protected abstract Subject create(InstantSource clock, int limit);

    @BeforeEach
    final void setUp() {
        meters = create(() -> now, LIMIT);
    }

    @Test
    @DisplayName("ME-1 what was added is read, by series, and the same attributes are the same series")
    final void bySeries() {
        meters.counter("requests", "{request}", A).accept(3);
        meters.counter("requests", "{request}", A).accept(4);
        meters.counter("requests", "{request}", B).accept(5);
        assertEquals(7, value(meters.cumulative(), "requests", A));
        assertEquals(5, value(meters.cumulative(), "requests", B));
        assertTrue(find(meters.cumulative(), "requests")
                .orElseThrow()
                .getLongSumData()
                .isMonotonic());
    }

    @Test
    @DisplayName("ME-2 a negative number is refused by a counter and changes nothing")
    final void monotonic() {
        LongConsumer counter = meters.counter("requests", "{request}", A);
        counter.accept(3);
        assertThrows(IllegalArgumentException.class, () -> counter.accept(-1));
        assertEquals(3, value(meters.cumulative(), "requests", A));
    }

    @Test
    @DisplayName("ME-3 an up-down counter goes both ways and says that it is not monotonic")
    final void upAndDown() {
        LongConsumer open = meters.upDown("open", "{connection}", A);
        open.accept(3);
        open.accept(-5);
        assertEquals(-2, value(meters.cumulative(), "open", A));
        assertFalse(
                find(meters.cumulative(), "open").orElseThrow().getLongSumData().isMonotonic());
    }

    @Test
    @DisplayName("ME-4 each reader of deltas is given everything once, whoever else reads")
    final void readersApart() {
        LongConsumer counter = meters.counter("requests", "{request}", A);
        Recording sizes = meters.histogram("size", "By", A);
        MetricProducer one = meters.delta();
        MetricProducer other = meters.delta();
        long[] told = new long[2];
        long[] values = new long[2];
        for (int i = 1; i <= 4; i++) {
            counter.accept(i);
            sizes.record(Math.pow(1_000, i), SpanContext.getInvalid());
            Collection<MetricData> mine = one.produce(Resource.empty());
            told[0] += value(mine, "requests", A);
            values[0] += many(mine).map(ExponentialHistogramPointData::getCount).orElse(0L);
            if (i % 2 == 0) {
                Collection<MetricData> his = other.produce(Resource.empty());
                told[1] += value(his, "requests", A);
                values[1] +=
                        many(his).map(ExponentialHistogramPointData::getCount).orElse(0L);
            }
        }
        assertEquals(List.of(10L, 10L, 4L, 4L), List.of(told[0], told[1], values[0], values[1]));
        assertEquals(10, value(meters.cumulative(), "requests", A));
    }

    @Test
    @DisplayName("ME-5 intervals of deltas join, what is cumulative has one start")
    final void intervals() {
        LongConsumer counter = meters.counter("requests", "{request}", A);
        MetricProducer delta = meters.delta();
        long from = nanos(START);
        for (int i = 1; i <= 3; i++) {
            now = START.plusSeconds(10L * i);
            counter.accept(1);
            LongPointData told =
                    point(delta.produce(Resource.empty()), "requests", A).orElseThrow();
            assertEquals(from, told.getStartEpochNanos());
            assertEquals(nanos(now), told.getEpochNanos());
            from = told.getEpochNanos();
            LongPointData all = point(meters.cumulative(), "requests", A).orElseThrow();
            assertEquals(nanos(START), all.getStartEpochNanos());
            assertEquals(nanos(now), all.getEpochNanos());
        }
    }

    @Test
    @DisplayName("ME-6 under concurrent collection the deltas of two readers make up the total each")
    final void nothingLostOrDoubled() throws InterruptedException, ExecutionException {
        LongConsumer counter = meters.counter("requests", "{request}", A);
        Recording sizes = meters.histogram("size", "By", A);
        List<MetricProducer> readers = List.of(meters.delta(), meters.delta());
        LongAdder written = new LongAdder();
        AtomicLong collections = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS + readers.size());
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                writers.add(pool.submit(() -> {
                    // Until there was enough to collect it in: on few cores the writers might be done before.
                    for (int i = 0; i < EACH || (collections.get() < COLLECTIONS && i < MOST); i++) {
                        written.increment();
                        counter.accept(1);
                        sizes.record(1 + (i * 31.0 + writer) % 100_000, SpanContext.getInvalid());
                    }
                }));
            }
            List<Future<long[]>> sums = new ArrayList<>();
            for (MetricProducer reader : readers) {
                sums.add(pool.submit(() -> {
                    long[] sum = new long[2];
                    boolean last;
                    do {
                        last = writers.stream().allMatch(Future::isDone);
                        Collection<MetricData> told = reader.produce(Resource.empty());
                        collections.incrementAndGet();
                        sum[0] += value(told, "requests", A);
                        sum[1] += many(told).map(MetersContract::inBuckets).orElse(0L);
                    } while (!last);
                    return sum;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            for (Future<long[]> sum : sums) {
                assertEquals(written.sum(), sum.get()[0], "counted");
                assertEquals(written.sum(), sum.get()[1], "in buckets");
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS), "threads end");
        }
        assertEquals(written.sum(), value(meters.cumulative(), "requests", A));
    }

    @Test
    @DisplayName("ME-7 in deltas, up-down counters are told as they are, and what did not move is not told")
    final void asTheyAre() {
        meters.counter("requests", "{request}", A).accept(1);
        meters.upDown("open", "{connection}", A).accept(2);
        MetricProducer delta = meters.delta();
        Collection<MetricData> ignored = delta.produce(Resource.empty());
        assertEquals(2, value(ignored, "open", A));
        Collection<MetricData> second = delta.produce(Resource.empty());
        assertEquals(2, value(second, "open", A));
        assertEquals(
                AggregationTemporality.CUMULATIVE,
                find(second, "open").orElseThrow().getLongSumData().getAggregationTemporality());
        assertTrue(find(second, "requests").isEmpty());
    }

    @Test
    @DisplayName("ME-8 beyond the limit all goes to the one series of the overflow, and nothing is lost")
    final void cardinality() {
        for (int i = 0; i < 3 * LIMIT; i++) {
            meters.counter("requests", "{request}", Attributes.of(ROUTE, "/" + i))
                    .accept(1);
        }
        meters.counter("requests", "{request}", Attributes.of(ROUTE, "/0")).accept(1);
        Collection<MetricData> all = meters.cumulative();
        Collection<LongPointData> points =
                find(all, "requests").orElseThrow().getLongSumData().getPoints();
        assertEquals(LIMIT, points.size());
        assertEquals(2, value(all, "requests", Attributes.of(ROUTE, "/0")));
        assertEquals(
                2 * LIMIT + 1,
                value(all, "requests", Attributes.of(AttributeKey.booleanKey("otel.metric.overflow"), true)));
        assertEquals(
                3 * LIMIT + 1,
                points.stream().mapToLong(LongPointData::getValue).sum());
    }

    @Test
    @DisplayName("ME-9 a histogram's count, sum, least, greatest, zeros and buckets agree")
    final void agrees() {
        Recording sizes = meters.histogram("size", "By", A);
        for (double value : new double[] {0, 1, 2, 3, 4_000}) {
            sizes.record(value, SpanContext.getInvalid());
        }
        ExponentialHistogramPointData point = many(meters.cumulative()).orElseThrow();
        assertEquals(5, point.getCount());
        assertEquals(1, point.getZeroCount());
        assertEquals(5, inBuckets(point));
        assertEquals(4_006, point.getSum());
        assertEquals(0, point.getMin());
        assertEquals(4_000, point.getMax());
    }

    @Test
    @DisplayName("ME-10 what is negative, infinite or not a number is counted and not stored")
    final void noNumbers() {
        Recording sizes = meters.histogram("size", "By", A);
        sizes.record(5, SpanContext.getInvalid());
        for (double value : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            sizes.record(value, SpanContext.getInvalid());
        }
        ExponentialHistogramPointData point = many(meters.cumulative()).orElseThrow();
        assertEquals(1, point.getCount());
        assertEquals(5, point.getSum());
        assertEquals(4, meters.refused());
    }

    @Test
    @DisplayName("ME-11 an exemplar is kept of a sampled span, and of no other")
    final void exemplars() {
        Recording sizes = meters.histogram("size", "By", A);
        sizes.record(1_000, span("a", TraceFlags.getDefault()));
        assertEquals(List.of(), many(meters.cumulative()).orElseThrow().getExemplars());
        sizes.record(5, span("b", TraceFlags.getSampled()));
        sizes.record(6_000, span("c", TraceFlags.getSampled()));
        List<DoubleExemplarData> kept = many(meters.cumulative()).orElseThrow().getExemplars();
        assertEquals(
                List.of("b=5.0", "c=6000.0"),
                kept.stream()
                        .map(e -> e.getSpanContext().getTraceId().charAt(0) + "=" + e.getValue())
                        .sorted()
                        .toList());
    }

    @Test
    @DisplayName("ME-12 a callback that throws or has no number costs its own number only")
    final void callbacks() {
        meters.counter("requests", "{request}", A).accept(1);
        meters.gauge("queue.depth", "{task}", A, () -> {
            throw new IllegalStateException("the pool is closed");
        });
        meters.gauge("queue.depth", "{task}", B, () -> 7);
        meters.gauge("hit_share", "1", A, () -> Double.NaN);
        Collection<MetricData> all = meters.cumulative();
        assertEquals(1, value(all, "requests", A));
        assertEquals(
                7,
                find(all, "queue.depth")
                        .orElseThrow()
                        .getDoubleGaugeData()
                        .getPoints()
                        .iterator()
                        .next()
                        .getValue());
        assertTrue(find(all, "hit_share").isEmpty());
    }

    @Test
    @DisplayName("ME-13 a name has one meaning, in a scrape too")
    final void oneMeaning() {
        meters.counter("requests.served", "{request}", A).accept(1);
        assertThrows(IllegalArgumentException.class, () -> meters.upDown("requests.served", "{request}", A));
        assertThrows(IllegalArgumentException.class, () -> meters.counter("requests.served", "{call}", A));
        assertThrows(IllegalArgumentException.class, () -> meters.counter("requests_served", "{request}", A));
        assertEquals(1, value(meters.cumulative(), "requests.served", A));
    }

    @Test
    @DisplayName("ME-14 names and units are as the semantic conventions have them")
    final void names() {
        meters.histogram("http.server.request.duration", "s", A).record(1, SpanContext.getInvalid());
        for (String[] wrong : new String[][] {
            {"http.server.request.duration", "ms"},
            {"http.server.request.duration", "By"},
            {"request.size_bytes", "By"},
            {"Requests", "{request}"},
            {"requests total", "{request}"},
            {"requests.total", "{request}"},
            {"size", "two words"}
        }) {
            assertThrows(IllegalArgumentException.class, () -> meters.histogram(wrong[0], wrong[1], A), wrong[0]);
        }
        assertThrows(IllegalArgumentException.class, () -> meters.counter("http.client.request.duration", "s", A));
    }

    private static SpanContext span(String digit, TraceFlags flags) {
        return SpanContext.create(digit.repeat(32), digit.repeat(16), flags, TraceState.getDefault());
    }

    private static long inBuckets(ExponentialHistogramPointData point) {
        return point.getZeroCount() + point.getPositiveBuckets().getTotalCount();
    }

    private static Optional<MetricData> find(Collection<MetricData> all, String name) {
        return all.stream().filter(metric -> metric.getName().equals(name)).findFirst();
    }

    private static Optional<LongPointData> point(Collection<MetricData> all, String name, Attributes attributes) {
        return find(all, name).stream()
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .filter(point -> point.getAttributes().equals(attributes))
                .findFirst();
    }

    private static long value(Collection<MetricData> all, String name, Attributes attributes) {
        return point(all, name, attributes).map(LongPointData::getValue).orElse(0L);
    }

    private static Optional<ExponentialHistogramPointData> many(Collection<MetricData> all) {
        return find(all, "size").stream()
                .flatMap(metric -> metric.getExponentialHistogramData().getPoints().stream())
                .findFirst();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond());
    }
}
