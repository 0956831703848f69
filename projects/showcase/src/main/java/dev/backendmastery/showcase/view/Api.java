package dev.backendmastery.showcase.view;

import dev.backendmastery.showcase.view.TraceStore.Back;
import dev.backendmastery.showcase.view.TraceStore.Filter;
import dev.backendmastery.showcase.view.TraceStore.Summary;
import dev.backendmastery.showcase.view.TraceStore.Trace;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the page asks for. */
final class Api {

    private static final long NANOS = 1_000_000_000L;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST = 500;
    private static final int CONFLICT = 409;
    private static final int ACCEPTED = 202;

    private final InstantSource clock;
    private final TraceStore traces;
    private final MetricStore metrics;
    private final LogTail logs;
    private final HealthPoll health;
    private final Collector collector;
    private final Supplier<Faults> faults;

    Api(
            InstantSource clock,
            TraceStore traces,
            MetricStore metrics,
            LogTail logs,
            HealthPoll health,
            Collector collector,
            Supplier<Faults> faults) {
        this.clock = clock;
        this.traces = traces;
        this.metrics = metrics;
        this.logs = logs;
        this.health = health;
        this.collector = collector;
        this.faults = faults;
    }

    void install(RoutesConfig routes) {
        routes.get("/api/state", context -> context.json(state()));
        routes.get(
                "/api/red",
                context -> context.json(metrics.red(
                        number(context, "seconds", 120, 1, MetricStore.SECONDS), number(context, "step", 2, 1, 60))));
        routes.get(
                "/api/heat",
                context -> context.json(
                        metrics.heat(number(context, "seconds", 240, 1, MetricStore.SECONDS), text(context, "route"))));
        routes.get("/api/numbers", context -> context.json(metrics.numbers()));
        routes.get("/api/top", this::top);
        routes.get("/api/health", context -> context.json(health.last()));
        routes.get("/api/logs", context -> context.json(logs.last(number(context, "limit", 100, 1, MOST))));
        routes.get("/api/traces", this::list);
        routes.get("/api/traces/{id}", context -> context.json(trace(found(context))));
        routes.get(
                "/api/traces/{id}/zipkin",
                context -> context.json(ZipkinJson.of(found(context).spans())));
        routes.post(
                "/api/faults/{name}",
                context -> context.status(faults.get().plant(context.pathParam("name")) ? ACCEPTED : CONFLICT));
    }

    private static String text(Context context, String name) {
        String value = context.queryParam(name);
        return value == null ? "" : value;
    }

    private static int number(Context context, String name, int otherwise, int least, int most) {
        return (int) decimal(context, name, otherwise, least, most);
    }

    private static double decimal(Context context, String name, double otherwise, double least, double most) {
        String text = text(context, name);
        try {
            double value = text.isEmpty() ? otherwise : Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(name + " must be a number");
        }
        throw new BadRequestResponse(name + " must be from " + least + " to " + most);
    }

    private record State(
            long now,
            TraceStore.Numbers traces,
            int series,
            long seriesRefused,
            long refused,
            long lines,
            List<Faults.Fault> faults) {}

    private State state() {
        return new State(
                clock.instant().toEpochMilli(),
                traces.numbers(),
                metrics.series(),
                metrics.refused(),
                collector.refused(),
                logs.seen(),
                faults.get().all());
    }

    private void top(Context context) {
        long since = clock.instant().getEpochSecond() - number(context, "seconds", 60, 1, 86_400);
        String attribute = text(context, "attribute");
        context.json(traces.top(attribute.isEmpty() ? "url.path" : attribute, since * NANOS, 10));
    }

    /** A line in the list of traces; times in milliseconds since 1970, durations in microseconds. */
    private record Row(
            String id,
            String name,
            String route,
            String status,
            String instance,
            double start,
            double micros,
            int spans,
            int errors,
            boolean whole) {}

    private void list(Context context) {
        double most = 1e9; // seconds: until 2001, and 30 years
        Filter filter = new Filter(
                text(context, "route"),
                !text(context, "probes").isEmpty(),
                !text(context, "errors").isEmpty(),
                !text(context, "slowest").isEmpty(),
                (long) (decimal(context, "from", 0, 0, 9 * most) * NANOS_PER_SECOND),
                text(context, "to").isEmpty()
                        ? Long.MAX_VALUE
                        : (long) (decimal(context, "to", 0, 0, 9 * most) * NANOS_PER_SECOND),
                (long) (decimal(context, "min", 0, 0, most) * NANOS_PER_SECOND),
                text(context, "max").isEmpty()
                        ? Long.MAX_VALUE
                        : (long) (decimal(context, "max", 0, 0, most) * NANOS_PER_SECOND));
        context.json(traces.list(filter, number(context, "limit", 50, 1, MOST)).stream()
                .map(Api::row)
                .toList());
    }

    private static Row row(Summary summary) {
        Span root = summary.root();
        return new Row(
                summary.id(),
                root.name(),
                TraceStore.route(root),
                root.attributes().getOrDefault("http.response.status_code", ""),
                root.instance(),
                summary.startNanos() / NANOS_PER_MILLI,
                root.nanos() / NANOS_PER_MICRO,
                summary.spans(),
                summary.errors(),
                summary.whole());
    }

    private Trace found(Context context) {
        Trace trace = traces.find(context.pathParam("id"));
        if (trace == null) {
            throw new NotFoundResponse("no such trace is here, or not any more");
        }
        return trace;
    }

    private record EventView(double at, String name, SortedMap<String, String> attributes) {}

    /** A link to or from here; the name of what it leads to is empty if that is not here. */
    private record LinkView(String traceId, String spanId, String name, String at) {}

    private record SpanView(
            String id,
            String parent,
            String name,
            Span.Kind kind,
            double start,
            double micros,
            Span.Status status,
            String statusMessage,
            String service,
            String instance,
            String scope,
            SortedMap<String, String> attributes,
            List<EventView> events,
            List<LinkView> links) {}

    private record TraceView(
            String id,
            double start,
            int spansLetGo,
            List<SpanView> spans,
            List<LinkView> linkedFrom,
            List<LogTail.Line> lines) {}

    private TraceView trace(Trace trace) {
        long start = trace.spans().isEmpty() ? 0 : trace.spans().get(0).startNanos();
        return new TraceView(
                trace.id(),
                start / NANOS_PER_MILLI,
                trace.spansLetGo(),
                trace.spans().stream().map(span -> span(span, start)).toList(),
                trace.linkedFrom().stream().map(this::from).toList(),
                logs.of(trace.id()));
    }

    private LinkView from(Back back) {
        return new LinkView(back.traceId(), back.spanId(), name(back.traceId(), back.spanId()), back.toSpan());
    }

    private SpanView span(Span span, long start) {
        return new SpanView(
                span.spanId(),
                span.parentId(),
                span.name(),
                span.kind(),
                (span.startNanos() - start) / NANOS_PER_MICRO,
                span.nanos() / NANOS_PER_MICRO,
                span.status(),
                span.statusMessage(),
                span.service(),
                span.instance(),
                span.scope(),
                span.attributes(),
                span.events().stream()
                        .map(event -> new EventView(
                                (event.nanos() - start) / NANOS_PER_MICRO, event.name(), event.attributes()))
                        .toList(),
                span.links().stream()
                        .map(link ->
                                new LinkView(link.traceId(), link.spanId(), name(link.traceId(), link.spanId()), ""))
                        .toList());
    }

    private String name(String traceId, String spanId) {
        @Nullable Trace other = traces.find(traceId);
        return other == null
                ? ""
                : other.spans().stream()
                        .filter(span -> span.spanId().equals(spanId))
                        .map(Span::name)
                        .findFirst()
                        .orElse("");
    }

    /** Of an error, as JSON. */
    static Map<String, String> problem(String message) {
        return Map.of("problem", message);
    }
}
