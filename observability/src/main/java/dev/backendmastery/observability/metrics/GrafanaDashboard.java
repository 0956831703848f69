package dev.backendmastery.observability.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A dashboard for Grafana, made from the metrics themselves: what it asks for is what {@link OpenMetrics} writes of them.
 *
 * <p><b>Guarantee.</b> It is a dashboard whose panels do not overlap and stand on a data source that can be chosen (GD-1). Each metric and each label that it asks for is in the scrape
 * (GD-2, GD-3), and each metric has a panel (GD-4). What only grows is shown as a rate, what comes and goes is not; a quantile is that of its buckets (GD-5). Units are those of
 * the metrics, rates have theirs a second (GD-6). The same metrics, in any order and whatever their values, give the same text (GD-7). Requests are shown by route: rate, errors, durations and
 * how they spread (GD-8). No text of a metric is anything but text (GD-9), and what a scrape refuses is refused (GD-10).
 *
 * <p><b>Threads.</b> No state. <b>Cost.</b> Of the text. <b>Not for</b> what was not measured yet: a series with other attributes than any before asks for a new dashboard.
 *
 * <p><b>Source.</b> Grafana, <i>Dashboard JSON model</i>; Prometheus, <i>Histograms and summaries</i>; Wilkie, <i>The RED Method</i>.
 */
public final class GrafanaDashboard {

    private static final int SCHEMA_VERSION = 41;
    private static final int COLUMNS = 24;
    private static final int WIDTH = 8;
    private static final int HEIGHT = 8;
    private static final String REQUESTS = "http.server.request.duration";
    private static final String ROUTE = "http_route";
    private static final String STATUS = "http_response_status_code";
    private static final String ERROR = "error_type";
    private static final String RATE = "[$__rate_interval]";
    private static final List<String> QUANTILES = List.of("0.5", "0.95", "0.99");

    private final String title;
    private final List<Panel> panels = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();

    private GrafanaDashboard(String title) {
        this.title = title;
    }

    /** One metric, as a scrape names it. */
    private record Family(String name, MetricData metric, Kind kind, SortedSet<String> labels) {

        /** By the labels of its series. */
        String by() {
            return GrafanaDashboard.by(labels);
        }
    }

    private enum Kind {
        COUNTER,
        LEVEL,
        HISTOGRAM
    }

    /** One question and how its answers are called. */
    private record Target(String expr, String legend) {}

    /** A panel in a row of that number. */
    private record Panel(int row, String title, String description, String type, String unit, List<Target> targets) {}

    /**
     * A dashboard of what {@code producer} has measured until now.
     *
     * @throws IllegalArgumentException as {@link #json(String, Collection)}
     */
    public static String json(String title, MetricProducer producer) {
        return json(title, producer.produce(Resource.empty()));
    }

    /**
     * A dashboard of these metrics, to be imported into Grafana.
     *
     * @throws IllegalArgumentException if the title is blank, one metric is a delta or a summary, or two have one name
     */
    public static String json(String title, Collection<MetricData> metrics) {
        if (title.isBlank()) {
            throw new IllegalArgumentException("title must not be blank");
        }
        GrafanaDashboard dashboard = new GrafanaDashboard(title);
        SortedMap<String, Family> families = new TreeMap<>();
        for (MetricData metric : metrics) {
            Family family = family(metric);
            if (families.put(family.name, family) != null) {
                throw new IllegalArgumentException("metrics must have a name each, two are " + family.name);
            }
        }
        dashboard.plan(families.values());
        return dashboard.write();
    }

    private static Family family(MetricData metric) {
        SortedSet<String> labels = new TreeSet<>();
        metric.getData().getPoints().forEach(point -> add(labels, point.getAttributes()));
        String name = metric.getName();
        String unit = metric.getUnit();
        return switch (metric.getType()) {
            case LONG_GAUGE, DOUBLE_GAUGE ->
                new Family(OpenMetrics.family(name, unit, true), metric, Kind.LEVEL, labels);
            case LONG_SUM ->
                sum(
                        metric,
                        metric.getLongSumData().isMonotonic(),
                        metric.getLongSumData().getAggregationTemporality(),
                        labels);
            case DOUBLE_SUM ->
                sum(
                        metric,
                        metric.getDoubleSumData().isMonotonic(),
                        metric.getDoubleSumData().getAggregationTemporality(),
                        labels);
            case HISTOGRAM ->
                of(metric, Kind.HISTOGRAM, metric.getHistogramData().getAggregationTemporality(), labels);
            case EXPONENTIAL_HISTOGRAM ->
                of(metric, Kind.HISTOGRAM, metric.getExponentialHistogramData().getAggregationTemporality(), labels);
            case SUMMARY -> throw new IllegalArgumentException("metrics must not be summaries, one is " + name);
        };
    }

    private static void add(SortedSet<String> labels, Attributes attributes) {
        attributes.forEach((key, value) -> labels.add(OpenMetrics.label(key.getKey())));
    }

    private static Family sum(
            MetricData metric, boolean monotonic, AggregationTemporality temporality, SortedSet<String> labels) {
        return of(metric, monotonic ? Kind.COUNTER : Kind.LEVEL, temporality, labels);
    }

    private static Family of(
            MetricData metric, Kind kind, AggregationTemporality temporality, SortedSet<String> labels) {
        if (temporality != AggregationTemporality.CUMULATIVE) {
            throw new IllegalArgumentException("metrics must be cumulative, one is " + temporality);
        }
        String family = OpenMetrics.family(metric.getName(), metric.getUnit(), false);
        return new Family(kind == Kind.COUNTER ? family + "_total" : family, metric, kind, labels);
    }

    private void plan(Collection<Family> families) {
        Map<String, List<Family>> groups = new LinkedHashMap<>();
        for (Family family : families) {
            if (family.metric.getName().equals(REQUESTS) && family.kind == Kind.HISTOGRAM) {
                requests(family);
            } else {
                groups.computeIfAbsent(prefix(family.metric.getName()), prefix -> new ArrayList<>())
                        .add(family);
            }
        }
        groups.forEach((prefix, members) -> {
            rows.add(prefix);
            members.forEach(this::panel);
        });
    }

    /** The name up to its last segment, two segments at the most. */
    private static String prefix(String name) {
        String[] segments = name.split("\\.", -1);
        return segments.length <= 2 ? segments[0] : segments[0] + "." + segments[1];
    }

    private void requests(Family family) {
        rows.add("Requests");
        SortedSet<String> by = new TreeSet<>(family.labels);
        by.retainAll(List.of("http_request_method", ROUTE));
        String grouped = by(by);
        String legend = legend(by);
        String count = family.name + "_count";
        add(
                "Rate",
                family,
                "timeseries",
                "reqps",
                new Target("sum" + grouped + "(rate(" + count + RATE + "))", legend));
        if (family.labels.contains(STATUS) || family.labels.contains(ERROR)) {
            String failed = family.labels.contains(STATUS) ? STATUS + "=~\"5..\"" : ERROR + "!=\"\"";
            add(
                    "Errors",
                    family,
                    "timeseries",
                    "reqps",
                    new Target("sum" + grouped + "(rate(" + count + "{" + failed + "}" + RATE + "))", legend));
        }
        add("Durations", family, "timeseries", unit(family), quantiles(family, by));
        add(
                "How durations spread",
                family,
                "heatmap",
                unit(family),
                new Target("sum by (le)(increase(" + family.name + "_bucket" + RATE + "))", "{{le}}"));
    }

    private void panel(Family family) {
        String name = family.metric.getName();
        switch (family.kind) {
            case COUNTER ->
                add(
                        name,
                        family,
                        "timeseries",
                        rate(family.metric.getUnit()),
                        new Target("sum" + family.by() + "(rate(" + family.name + RATE + "))", legend(family.labels)));
            case LEVEL ->
                add(
                        name,
                        family,
                        "timeseries",
                        unit(family),
                        new Target("sum" + family.by() + "(" + family.name + ")", legend(family.labels)));
            case HISTOGRAM -> add(name, family, "timeseries", unit(family), quantiles(family, family.labels));
        }
    }

    private static Target[] quantiles(Family family, SortedSet<String> labels) {
        SortedSet<String> by = new TreeSet<>(labels);
        by.add("le");
        return QUANTILES.stream()
                .map(quantile -> new Target(
                        "histogram_quantile(" + quantile + ", sum by (" + String.join(", ", by) + ")(rate("
                                + family.name + "_bucket" + RATE + ")))",
                        "p" + quantile.substring(2).replaceFirst("^5$", "50") + " " + legend(labels)))
                .toArray(Target[]::new);
    }

    private static String by(SortedSet<String> labels) {
        return labels.isEmpty() ? "" : " by (" + String.join(", ", labels) + ")";
    }

    private static String legend(SortedSet<String> labels) {
        List<String> parts = labels.stream().map(label -> "{{" + label + "}}").toList();
        return String.join(" ", parts);
    }

    private void add(String name, Family family, String type, String unit, Target... targets) {
        panels.add(new Panel(rows.size() - 1, name, family.metric.getDescription(), type, unit, List.of(targets)));
    }

    private static String unit(Family family) {
        return switch (family.metric.getUnit()) {
            case "s" -> "s";
            case "By" -> "bytes";
            case "1" -> "percentunit";
            case "%" -> "percent";
            case "Hz" -> "hertz";
            default -> "short";
        };
    }

    /** Of so many a second. */
    private static String rate(String unit) {
        return switch (unit) {
            case "s" -> "percentunit"; // seconds in a second: a share
            case "By" -> "Bps";
            default -> "cps";
        };
    }

    private String write() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.useDefaultPrettyPrinter();
            out.writeStartObject();
            out.writeStringField("title", title);
            out.writeStringField(
                    "uid",
                    UUID.nameUUIDFromBytes(title.getBytes(StandardCharsets.UTF_8))
                            .toString());
            out.writeNumberField("schemaVersion", SCHEMA_VERSION);
            out.writeStringField("refresh", "5s");
            out.writeBooleanField("editable", true);
            out.writeObjectFieldStart("time");
            out.writeStringField("from", "now-15m");
            out.writeStringField("to", "now");
            out.writeEndObject();
            out.writeObjectFieldStart("templating");
            out.writeArrayFieldStart("list");
            out.writeStartObject();
            out.writeStringField("name", "datasource");
            out.writeStringField("label", "Data source");
            out.writeStringField("type", "datasource");
            out.writeStringField("query", "prometheus");
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
            out.writeArrayFieldStart("panels");
            writePanels(out);
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private void writePanels(JsonGenerator out) throws IOException {
        int id = 1;
        int y = 0;
        for (int row = 0; row < rows.size(); row++) {
            place(out, id++, rows.get(row), "row", 0, y++, COLUMNS, 1);
            out.writeBooleanField("collapsed", false);
            out.writeArrayFieldStart("panels");
            out.writeEndArray();
            out.writeEndObject();
            int x = 0;
            for (Panel panel : panels) {
                if (panel.row == row) {
                    if (x == COLUMNS) {
                        x = 0;
                        y += HEIGHT;
                    }
                    writePanel(out, id++, panel, x, y);
                    x += WIDTH;
                }
            }
            y += HEIGHT;
        }
    }

    private static void place(JsonGenerator out, int id, String title, String type, int x, int y, int width, int height)
            throws IOException {
        out.writeStartObject();
        out.writeNumberField("id", id);
        out.writeStringField("title", title);
        out.writeStringField("type", type);
        out.writeObjectFieldStart("gridPos");
        out.writeNumberField("x", x);
        out.writeNumberField("y", y);
        out.writeNumberField("w", width);
        out.writeNumberField("h", height);
        out.writeEndObject();
    }

    private static void writePanel(JsonGenerator out, int id, Panel panel, int x, int y) throws IOException {
        place(out, id, panel.title, panel.type, x, y, WIDTH, HEIGHT);
        if (!panel.description.isEmpty()) {
            out.writeStringField("description", panel.description);
        }
        datasource(out);
        out.writeObjectFieldStart("fieldConfig");
        out.writeObjectFieldStart("defaults");
        out.writeStringField("unit", panel.unit);
        out.writeNumberField("min", 0);
        out.writeEndObject();
        out.writeArrayFieldStart("overrides");
        out.writeEndArray();
        out.writeEndObject();
        boolean heat = panel.type.equals("heatmap");
        if (heat) {
            out.writeObjectFieldStart("options");
            out.writeBooleanField("calculate", false);
            out.writeObjectFieldStart("yAxis");
            out.writeStringField("unit", panel.unit);
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeArrayFieldStart("targets");
        for (int i = 0; i < panel.targets.size(); i++) {
            out.writeStartObject();
            out.writeStringField("refId", String.valueOf((char) ('A' + i)));
            datasource(out);
            out.writeStringField("expr", panel.targets.get(i).expr);
            out.writeStringField("legendFormat", panel.targets.get(i).legend);
            out.writeStringField("format", heat ? "heatmap" : "time_series");
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void datasource(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("datasource");
        out.writeStringField("type", "prometheus");
        out.writeStringField("uid", "${datasource}");
        out.writeEndObject();
    }
}
