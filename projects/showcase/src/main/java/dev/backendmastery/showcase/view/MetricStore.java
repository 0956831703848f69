package dev.backendmastery.showcase.view;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #SECONDS} seconds of each series, a value a second. What is told as a total since a start is kept as what came in each second; a total that starts anew, for its
 * node did, begins at 0 and is no negative rate.
 *
 * <p><b>Threads.</b> Safe for any number; one at a time. <b>Cost.</b> At most so many series; beyond them the ones that were not heard of for as long as anything is kept make place,
 * or the new one is refused and counted.
 */
final class MetricStore {

    static final int SECONDS = 600;

    /** Of requests. */
    static final String REQUESTS = "http.server.request.duration";

    private static final int LATE_SECONDS = 2;
    private static final int NOW_SECONDS = 10;
    private static final int SPARK_SECONDS = 60;
    private static final int STALE_SECONDS = 5;
    private static final long NANOS = 1_000_000_000L;
    private static final int HEAT_STEPS = 4;
    private static final double MEDIAN = 0.5;
    private static final double P95 = 0.95;
    private static final double P99 = 0.99;

    private final InstantSource clock;
    private final long born;
    private final int maxSeries;
    private final Map<Key, Series> all = new HashMap<>();
    private long refused;

    MetricStore(InstantSource clock, int maxSeries) {
        if (maxSeries < 1) {
            throw new IllegalArgumentException("maxSeries must be at least 1, was " + maxSeries);
        }
        this.clock = clock;
        this.maxSeries = maxSeries;
        this.born = nanos();
    }

    /** Whose, what, and of which attributes. */
    record Key(String node, String name, SortedMap<String, String> attributes) {
        Key {
            attributes = new TreeMap<>(attributes);
        }
    }

    /** What its numbers are. */
    enum Kind {
        /** Levels. */
        GAUGE,
        /** What came in a second. */
        COUNTER,
        /** How large what came in a second was. */
        HISTOGRAM
    }

    /**
     * When a number holds.
     *
     * @param startNanos of the total, since 1970
     * @param cumulative whether it is a total since then, or what came since the number before
     */
    record Time(long startNanos, long nanos, boolean cumulative) {}

    private static final class Series {
        private final Kind kind;
        private final String unit;
        private final long phase;
        private final long[] seconds = new long[SECONDS];
        private final double[] values;
        private final @Nullable Distribution[] distributions;
        private long start;
        private long last;
        private boolean begun;
        private double total;
        private Distribution totals = Distribution.NONE;

        Series(Kind kind, String unit, long firstNanos) {
            this.kind = kind;
            this.unit = unit;
            // So that numbers a second apart, a little more or less, are in a second each.
            this.phase = Math.floorMod(firstNanos, NANOS) - NANOS / 2;
            this.values = new double[kind == Kind.HISTOGRAM ? 0 : SECONDS];
            this.distributions = new Distribution[kind == Kind.HISTOGRAM ? SECONDS : 0];
            Arrays.fill(seconds, -1);
        }

        /** Its place for that second, emptied if it was an older one's. */
        private int place(long nanos) {
            long second = Math.floorDiv(nanos - phase, NANOS);
            int place = (int) Math.floorMod(second, (long) SECONDS);
            if (seconds[place] != second) {
                seconds[place] = second;
                if (kind == Kind.HISTOGRAM) {
                    distributions[place] = null;
                } else {
                    values[place] = 0;
                }
            }
            return place;
        }

        private double value(long second) {
            int place = (int) Math.floorMod(second, (long) SECONDS);
            return seconds[place] == second ? values[place] : Double.NaN;
        }

        private Distribution distribution(long second) {
            int place = (int) Math.floorMod(second, (long) SECONDS);
            Distribution here = seconds[place] == second ? distributions[place] : null;
            return here == null ? Distribution.NONE : here;
        }
    }

    private long nanos() {
        var now = clock.instant();
        return now.getEpochSecond() * NANOS + now.getNano();
    }

    private @Nullable Series series(Key key, Kind kind, String unit, Time time) {
        Series series = all.get(key);
        if (series == null) {
            if (all.size() >= maxSeries) {
                long tooOld = nanos() - SECONDS * NANOS;
                all.values().removeIf(one -> one.last < tooOld);
            }
            if (all.size() >= maxSeries) {
                refused++;
                return null;
            }
            series = new Series(kind, unit, time.nanos);
            all.put(key, series);
        }
        if (series.kind != kind || (series.begun && time.nanos <= series.last)) {
            return null; // another meaning of the name, or one that was overtaken
        }
        return series;
    }

    /** A level. */
    synchronized void gauge(Key key, String unit, Time time, double value) {
        Series series = series(key, Kind.GAUGE, unit, time);
        if (series != null) {
            series.values[series.place(time.nanos)] = value;
            went(series, time);
        }
    }

    /** A number that only grows. */
    synchronized void counter(Key key, String unit, Time time, double value) {
        Series series = series(key, Kind.COUNTER, unit, time);
        if (series != null) {
            double came = value;
            if (time.cumulative) {
                boolean goesOn = series.begun && series.start == time.startNanos && value >= series.total;
                came = goesOn ? value - series.total : isNew(series, time) ? value : 0;
                series.total = value;
            } else {
                series.total += value;
            }
            series.values[series.place(time.nanos)] += came;
            went(series, time);
        }
    }

    /** Values by their size. */
    synchronized void histogram(Key key, String unit, Time time, Distribution values) {
        Series series = series(key, Kind.HISTOGRAM, unit, time);
        if (series != null) {
            Distribution came = values;
            if (time.cumulative) {
                boolean goesOn =
                        series.begun && series.start == time.startNanos && values.count() >= series.totals.count();
                came = goesOn ? values.since(series.totals) : isNew(series, time) ? values : Distribution.NONE;
                series.totals = values;
            }
            int place = series.place(time.nanos);
            Distribution here = series.distributions[place];
            series.distributions[place] = here == null ? came : Distribution.merge(List.of(here, came));
            went(series, time);
        }
    }

    /** Whether all of a total has come since the last number: it started while somebody listened. */
    private boolean isNew(Series series, Time time) {
        return series.begun || time.startNanos >= born;
    }

    private static void went(Series series, Time time) {
        series.start = time.startNanos;
        series.last = time.nanos;
        series.begun = true;
    }

    /** The last second of which all is likely to have been told. */
    private long lastSecond() {
        return nanos() / NANOS - LATE_SECONDS;
    }

    /**
     * Requests of one route.
     *
     * @param rate of each step, a second
     * @param p50 seconds, of each step; NaN where there were none
     */
    record Red(
            String method,
            String route,
            double rateNow,
            double errorsNow,
            double p50Now,
            double p95Now,
            double p99Now,
            List<Double> rate,
            List<Double> errors,
            List<Double> p50,
            List<Double> p95,
            List<Double> p99) {
        private double rates() {
            return rate.stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /**
     * Requests by route, of all nodes together, most frequent first.
     *
     * @param seconds how far back
     * @param step seconds of one number
     */
    synchronized List<Red> red(int seconds, int step) {
        Map<List<String>, List<Map.Entry<Key, Series>>> routes = new HashMap<>();
        for (Map.Entry<Key, Series> one : all.entrySet()) {
            if (one.getKey().name.equals(REQUESTS) && one.getValue().kind == Kind.HISTOGRAM) {
                routes.computeIfAbsent(route(one.getKey()), route -> new ArrayList<>())
                        .add(one);
            }
        }
        long end = lastSecond();
        List<Red> found = new ArrayList<>();
        routes.forEach((route, series) -> {
            Red red = red(route, series, end, seconds / step, step);
            if (red.rates() > 0) {
                found.add(red);
            }
        });
        found.sort(Comparator.comparingDouble((Red red) -> -red.rates())
                .thenComparing(Red::route)
                .thenComparing(Red::method));
        return found;
    }

    private static Red red(List<String> route, List<Map.Entry<Key, Series>> series, long end, int steps, int step) {
        List<Double> rate = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        List<Double> p50 = new ArrayList<>();
        List<Double> p95 = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            long until = end - (long) (steps - 1 - i) * step;
            Distribution then = merged(series, until, step, false);
            rate.add((double) then.count() / step);
            errors.add(rate(series, until, step, true));
            p50.add(then.quantile(MEDIAN));
            p95.add(then.quantile(P95));
            p99.add(then.quantile(P99));
        }
        Distribution now = merged(series, end, NOW_SECONDS, false);
        return new Red(
                route.get(0),
                route.get(1),
                (double) now.count() / NOW_SECONDS,
                rate(series, end, NOW_SECONDS, true),
                now.quantile(MEDIAN),
                now.quantile(P95),
                now.quantile(P99),
                rate,
                errors,
                p50,
                p95,
                p99);
    }

    private static List<String> route(Key key) {
        return List.of(
                key.attributes.getOrDefault("http.request.method", "_OTHER"),
                key.attributes.getOrDefault("http.route", "(no route)"));
    }

    private static boolean failed(Key key) {
        return key.attributes.containsKey("error.type")
                || key.attributes.getOrDefault("http.response.status_code", "").startsWith("5");
    }

    private static double rate(List<Map.Entry<Key, Series>> series, long until, int seconds, boolean errorsOnly) {
        return (double) merged(series, until, seconds, errorsOnly).count() / seconds;
    }

    private static Distribution merged(
            List<Map.Entry<Key, Series>> series, long until, int seconds, boolean errorsOnly) {
        List<Distribution> parts = new ArrayList<>();
        for (Map.Entry<Key, Series> one : series) {
            if (!errorsOnly || failed(one.getKey())) {
                for (int i = 0; i < seconds; i++) {
                    parts.add(one.getValue().distribution(until - i));
                }
            }
        }
        return Distribution.merge(parts);
    }

    /**
     * How many requests took how long, when: two rows for each power of two.
     *
     * @param endSecond the last column's, since 1970
     * @param lowest the lowest row's bucket: row {@code i} is above 2^((lowest+i)/2) seconds
     * @param cells column, row, count
     */
    record Heat(long endSecond, int columns, int lowest, int rows, List<long[]> cells) {}

    /** The heat map of the requests of a route ({@code METHOD route}), or of all of them if it is empty. */
    synchronized Heat heat(int seconds, String route) {
        long end = lastSecond();
        Map<Integer, Map<Integer, Long>> columns = new TreeMap<>();
        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        for (Map.Entry<Key, Series> one : all.entrySet()) {
            if (one.getKey().name.equals(REQUESTS)
                    && one.getValue().kind == Kind.HISTOGRAM
                    && (route.isEmpty() || route.equals(String.join(" ", route(one.getKey()))))) {
                for (int column = 0; column < seconds; column++) {
                    Distribution here = one.getValue().distribution(end - seconds + 1 + column);
                    for (Map.Entry<Integer, Long> bucket : here.counts().entrySet()) {
                        if (bucket.getKey() != Distribution.ZERO) {
                            int row = Math.floorDiv(bucket.getKey(), HEAT_STEPS);
                            lowest = Math.min(lowest, row);
                            highest = Math.max(highest, row);
                            columns.computeIfAbsent(column, c -> new TreeMap<>())
                                    .merge(row, bucket.getValue(), Long::sum);
                        }
                    }
                }
            }
        }
        if (columns.isEmpty()) {
            return new Heat(end, seconds, 0, 0, List.of());
        }
        List<long[]> cells = new ArrayList<>();
        for (Map.Entry<Integer, Map<Integer, Long>> column : columns.entrySet()) {
            for (Map.Entry<Integer, Long> row : column.getValue().entrySet()) {
                cells.add(new long[] {column.getKey(), row.getKey() - lowest, row.getValue()});
            }
        }
        return new Heat(end, seconds, lowest, highest - lowest + 1, cells);
    }

    /**
     * One series as it is now.
     *
     * @param value the level; what comes in a second, over the last seconds
     * @param p50 of histograms; else NaN
     * @param spark the last minute; NaN where nothing is known
     */
    record Level(
            String name,
            String unit,
            Kind kind,
            String node,
            SortedMap<String, String> attributes,
            double value,
            double p50,
            double p99,
            List<Double> spark) {}

    /** All series that were heard of in the last minute, but the requests' times, by name. */
    synchronized List<Level> numbers() {
        long end = lastSecond();
        List<Level> found = new ArrayList<>();
        all.forEach((key, series) -> {
            if (!key.name.equals(REQUESTS) && series.last >= (end - SPARK_SECONDS) * NANOS) {
                found.add(number(key, series, end));
            }
        });
        found.sort(Comparator.comparing(Level::name)
                .thenComparing(Level::node)
                .thenComparing(level -> level.attributes.toString()));
        return found;
    }

    private static Level number(Key key, Series series, long end) {
        double[] spark = new double[SPARK_SECONDS];
        for (int i = 0; i < SPARK_SECONDS; i++) {
            long second = end - (SPARK_SECONDS - 1 - i);
            spark[i] =
                    series.kind == Kind.HISTOGRAM ? series.distribution(second).count() : series.value(second);
        }
        if (series.kind == Kind.HISTOGRAM) {
            Distribution now = merged(List.of(Map.entry(key, series)), end, NOW_SECONDS, false);
            return new Level(
                    key.name,
                    series.unit,
                    series.kind,
                    key.node,
                    key.attributes,
                    (double) now.count() / NOW_SECONDS,
                    now.quantile(MEDIAN),
                    now.quantile(P99),
                    boxed(spark));
        }
        double value = series.kind == Kind.GAUGE ? level(spark) : came(spark);
        return new Level(
                key.name,
                series.unit,
                series.kind,
                key.node,
                key.attributes,
                value,
                Double.NaN,
                Double.NaN,
                boxed(spark));
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** The last level that is known, unless it is old. */
    private static double level(double[] spark) {
        for (int i = spark.length - 1; i >= spark.length - STALE_SECONDS; i--) {
            if (!Double.isNaN(spark[i])) {
                return spark[i];
            }
        }
        return Double.NaN;
    }

    private static double came(double[] spark) {
        return Arrays.stream(spark, spark.length - NOW_SECONDS, spark.length)
                        .filter(value -> !Double.isNaN(value))
                        .sum()
                / NOW_SECONDS;
    }

    synchronized int series() {
        return all.size();
    }

    /** How many numbers were refused, for there were too many series. */
    synchronized long refused() {
        return refused;
    }
}
