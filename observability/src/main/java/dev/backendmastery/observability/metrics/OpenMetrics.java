package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Metrics as the text of OpenMetrics 1.0, which Prometheus scrapes.
 *
 * <p><b>Guarantee.</b> A strict parser takes it: one family a name with its type, unit and help, and an end (OM-1); counters end in {@code _total} (OM-2); every text is
 * escaped (OM-3); buckets are cumulative, end in {@code +Inf}, and that is the count (OM-4); exemplars are in the bucket that shows them (OM-5); label names that
 * fall together are joined, and none is {@code le} but the bucket's (OM-6). An exponential histogram is shown with {@value #STEPS} buckets for each power of two, at the same bounds
 * in each scrape as long as it is no coarser than that.
 *
 * <p><b>Threads.</b> No state. <b>Cost.</b> Of the text. <b>Not for</b> deltas and summaries: they are refused.
 *
 * <p><b>Source.</b> OpenMetrics 1.0; OpenTelemetry, <i>Prometheus and OpenMetrics Compatibility</i>.
 */
public final class OpenMetrics {

    /** What the scrape's answer is. */
    public static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int STEPS = 4;
    private static final int SCALE = Integer.numberOfTrailingZeros(STEPS);
    private static final double NANOS = 1e9;
    private static final Map<String, String> UNITS = Map.of(
            "s", "seconds", "By", "bytes", "%", "percent", "Hz", "hertz", "V", "volts", "A", "amperes", "J", "joules",
            "g", "grams", "m", "meters");

    private OpenMetrics() {}

    /**
     * All of it, to its end.
     *
     * @throws IllegalArgumentException if one is a delta or a summary, or two have one name
     */
    public static String text(Collection<MetricData> metrics) {
        StringBuilder text = new StringBuilder(4_096);
        Set<String> families = new HashSet<>();
        for (MetricData metric : metrics) {
            boolean gauge =
                    switch (metric.getType()) {
                        case LONG_GAUGE, DOUBLE_GAUGE -> true;
                        default -> false;
                    };
            String family = family(metric.getName(), metric.getUnit(), gauge);
            if (!families.add(family)) {
                throw new IllegalArgumentException("metrics must have a name each, two are " + family);
            }
            write(text, family, metric);
        }
        return text.append("# EOF\n").toString();
    }

    /** The name of the family: with its unit, without {@code _total}. */
    static String family(String name, String unit, boolean gauge) {
        String plain = name(name);
        if (plain.endsWith("_total")) {
            plain = plain.substring(0, plain.length() - "_total".length());
        }
        String suffix = unit(unit, gauge);
        return suffix.isEmpty() || plain.endsWith("_" + suffix) ? plain : plain + "_" + suffix;
    }

    private static String unit(String unit, boolean gauge) {
        if (unit.equals("1")) {
            return gauge ? "ratio" : "";
        }
        int slash = unit.indexOf('/');
        if (slash > 0) {
            String per = unit.substring(slash + 1);
            String each = per.startsWith("{") ? per.replaceAll("[{}]", "") : per.equals("s") ? "second" : name(per);
            String of = unit(unit.substring(0, slash), false);
            return of.isEmpty() ? "per_" + each : of + "_per_" + each;
        }
        return unit.isEmpty() || unit.startsWith("{") ? "" : UNITS.getOrDefault(unit, name(unit));
    }

    private static void write(StringBuilder text, String family, MetricData metric) {
        String suffix =
                switch (metric.getType()) {
                    case LONG_SUM -> sum(metric.getLongSumData());
                    case DOUBLE_SUM -> sum(metric.getDoubleSumData());
                    case HISTOGRAM -> {
                        cumulative(metric.getHistogramData().getAggregationTemporality());
                        yield "histogram";
                    }
                    case EXPONENTIAL_HISTOGRAM -> {
                        cumulative(metric.getExponentialHistogramData().getAggregationTemporality());
                        yield "histogram";
                    }
                    case LONG_GAUGE, DOUBLE_GAUGE -> "gauge";
                    case SUMMARY ->
                        throw new IllegalArgumentException("metrics must not be summaries, one is " + metric.getName());
                };
        text.append("# TYPE ").append(family).append(' ').append(suffix).append('\n');
        String unit = unit(metric.getUnit(), suffix.equals("gauge"));
        if (!unit.isEmpty()) {
            text.append("# UNIT ").append(family).append(' ').append(unit).append('\n');
        }
        if (!metric.getDescription().isEmpty()) {
            text.append("# HELP ").append(family).append(' ');
            escape(text, metric.getDescription());
            text.append('\n');
        }
        String sample = suffix.equals("counter") ? family + "_total" : family;
        switch (metric.getType()) {
            case LONG_SUM -> longs(text, sample, metric.getLongSumData().getPoints());
            case LONG_GAUGE -> longs(text, sample, metric.getLongGaugeData().getPoints());
            case DOUBLE_SUM -> doubles(text, sample, metric.getDoubleSumData().getPoints());
            case DOUBLE_GAUGE ->
                doubles(text, sample, metric.getDoubleGaugeData().getPoints());
            case HISTOGRAM -> metric.getHistogramData().getPoints().forEach(point -> explicit(text, family, point));
            default ->
                metric.getExponentialHistogramData().getPoints().forEach(point -> exponential(text, family, point));
        }
    }

    private static String sum(SumData<?> sum) {
        cumulative(sum.getAggregationTemporality());
        return sum.isMonotonic() ? "counter" : "gauge";
    }

    private static void cumulative(AggregationTemporality temporality) {
        if (temporality != AggregationTemporality.CUMULATIVE) {
            throw new IllegalArgumentException("metrics must be cumulative, one is " + temporality);
        }
    }

    private static void longs(StringBuilder text, String sample, Collection<LongPointData> points) {
        for (LongPointData point : points) {
            labels(text.append(sample), point.getAttributes(), "")
                    .append(' ')
                    .append(point.getValue())
                    .append('\n');
        }
    }

    private static void doubles(StringBuilder text, String sample, Collection<DoublePointData> points) {
        for (DoublePointData point : points) {
            labels(text.append(sample), point.getAttributes(), "")
                    .append(' ')
                    .append(number(point.getValue()))
                    .append('\n');
        }
    }

    private static void explicit(StringBuilder text, String family, HistogramPointData point) {
        List<Double> bounds = point.getBoundaries();
        long below = 0;
        double lower = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < bounds.size(); i++) {
            below += point.getCounts().get(i);
            bucket(text, family, point.getAttributes(), lower, bounds.get(i), below, point.getExemplars());
            lower = bounds.get(i);
        }
        end(text, family, point.getAttributes(), lower, point.getCount(), point.getSum(), point.getExemplars());
    }

    private static void exponential(StringBuilder text, String family, ExponentialHistogramPointData point) {
        int shift = Math.max(0, point.getScale() - SCALE);
        int scale = point.getScale() - shift;
        long below = point.getZeroCount();
        double lower = Double.NEGATIVE_INFINITY;
        if (point.getZeroCount() > 0) {
            bucket(text, family, point.getAttributes(), lower, 0, below, point.getExemplars());
            lower = 0;
        }
        List<Long> counts = point.getPositiveBuckets().getBucketCounts();
        int offset = point.getPositiveBuckets().getOffset();
        for (int i = 0; i < counts.size(); i++) {
            below += counts.get(i);
            int index = (offset + i) >> shift;
            double upper = Scale.upper(index, scale);
            boolean last = i == counts.size() - 1 || (offset + i + 1) >> shift != index;
            // Where bounds of subnormal numbers fall together, one line says it.
            if (last && upper > lower && upper > 0 && upper < Double.POSITIVE_INFINITY) {
                bucket(text, family, point.getAttributes(), lower, upper, below, point.getExemplars());
                lower = upper;
            }
        }
        end(text, family, point.getAttributes(), lower, point.getCount(), point.getSum(), point.getExemplars());
    }

    private static void end(
            StringBuilder text,
            String family,
            Attributes attributes,
            double lower,
            long count,
            double sum,
            List<DoubleExemplarData> exemplars) {
        bucket(text, family, attributes, lower, Double.POSITIVE_INFINITY, count, exemplars);
        labels(text.append(family).append("_count"), attributes, "")
                .append(' ')
                .append(count)
                .append('\n');
        labels(text.append(family).append("_sum"), attributes, "")
                .append(' ')
                .append(number(sum))
                .append('\n');
    }

    private static void bucket(
            StringBuilder text,
            String family,
            Attributes attributes,
            double lower,
            double upper,
            long below,
            List<DoubleExemplarData> exemplars) {
        labels(text.append(family).append("_bucket"), attributes, number(upper))
                .append(' ')
                .append(below);
        for (DoubleExemplarData exemplar : exemplars) {
            if (exemplar.getValue() > lower && exemplar.getValue() <= upper) {
                text.append(" # {trace_id=\"")
                        .append(exemplar.getSpanContext().getTraceId())
                        .append("\",span_id=\"")
                        .append(exemplar.getSpanContext().getSpanId())
                        .append("\"} ")
                        .append(number(exemplar.getValue()))
                        .append(' ')
                        .append(exemplar.getEpochNanos() / NANOS);
                break;
            }
        }
        text.append('\n');
    }

    private static StringBuilder labels(StringBuilder text, Attributes attributes, String bound) {
        Map<String, String> labels = new TreeMap<>();
        attributes.forEach((key, value) ->
                labels.merge(label(key.getKey()), String.valueOf(value), (one, other) -> one + ";" + other));
        if (!bound.isEmpty()) {
            labels.put("le", bound);
        }
        if (!labels.isEmpty()) {
            char before = '{';
            for (Map.Entry<String, String> label : labels.entrySet()) {
                text.append(before).append(label.getKey()).append("=\"");
                escape(text, label.getValue());
                text.append('"');
                before = ',';
            }
            text.append('}');
        }
        return text;
    }

    /** The name of a label: none that the text itself has a use for. */
    static String label(String attribute) {
        String name = name(attribute).replace(':', '_');
        return name.equals("le") || name.startsWith("__") ? "attribute_" + name : name;
    }

    private static String name(String text) {
        String plain = text.replaceAll("[^a-zA-Z0-9_:]+", "_");
        return plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "_" + plain : plain;
    }

    private static void escape(StringBuilder text, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.toString(value);
    }
}
