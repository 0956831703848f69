package dev.backendmastery.observability.metrics;

import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whether a name and a unit are as OpenTelemetry's semantic conventions want them: lower case in segments, no unit and no {@code total} in the name, units of UCUM, times in seconds,
 * and the type and unit that the conventions give to names they define.
 */
public final class MetricNames {

    private static final Pattern NAME =
            Pattern.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)*");
    private static final Pattern UNIT = Pattern.compile("1|%|\\{[a-z_]+\\}|[A-Za-z]+(?:/(?:[A-Za-z]+|\\{[a-z_]+\\}))?");
    private static final Pattern UNIT_IN_NAME =
            Pattern.compile("(?:.*[._])?(?:seconds|milliseconds|ms|nanos|nanoseconds|bytes|ratio|percent)");
    private static final Pattern TIME_NOT_IN_SECONDS = Pattern.compile("ms|us|ns|min|h|d");
    private static final int MAX_NAME = 255;
    private static final int MAX_UNIT = 63;

    private record Known(String kind, String unit) {}

    private static final Map<String, Known> KNOWN = Map.ofEntries(
            Map.entry("http.server.request.duration", new Known("HISTOGRAM", "s")),
            Map.entry("http.server.active_requests", new Known("UP_DOWN_COUNTER", "{request}")),
            Map.entry("http.server.request.body.size", new Known("HISTOGRAM", "By")),
            Map.entry("http.server.response.body.size", new Known("HISTOGRAM", "By")),
            Map.entry("http.client.request.duration", new Known("HISTOGRAM", "s")),
            Map.entry("db.client.operation.duration", new Known("HISTOGRAM", "s")),
            Map.entry("db.client.connection.count", new Known("UP_DOWN_COUNTER", "{connection}")),
            Map.entry("db.client.connection.max", new Known("UP_DOWN_COUNTER", "{connection}")),
            Map.entry("db.client.connection.pending_requests", new Known("UP_DOWN_COUNTER", "{request}")),
            Map.entry("db.client.connection.timeouts", new Known("COUNTER", "{timeout}")),
            Map.entry("db.client.connection.wait_time", new Known("HISTOGRAM", "s")),
            Map.entry("messaging.client.operation.duration", new Known("HISTOGRAM", "s")),
            Map.entry("messaging.client.sent.messages", new Known("COUNTER", "{message}")),
            Map.entry("messaging.client.consumed.messages", new Known("COUNTER", "{message}")),
            Map.entry("messaging.process.duration", new Known("HISTOGRAM", "s")),
            Map.entry("jvm.memory.used", new Known("UP_DOWN_COUNTER", "By")),
            Map.entry("jvm.memory.limit", new Known("UP_DOWN_COUNTER", "By")),
            Map.entry("jvm.gc.duration", new Known("HISTOGRAM", "s")),
            Map.entry("jvm.thread.count", new Known("UP_DOWN_COUNTER", "{thread}")),
            Map.entry("jvm.cpu.time", new Known("COUNTER", "s")),
            Map.entry("jvm.cpu.count", new Known("UP_DOWN_COUNTER", "{cpu}")));

    private MetricNames() {}

    /** What is wrong with it, a sentence each; empty if nothing is. */
    public static List<String> faults(InstrumentType type, String name, String unit) {
        List<String> faults = new ArrayList<>();
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            faults.add("name must be of lower-case segments joined by dots, words in them by one underscore, at most "
                    + MAX_NAME + " characters, was " + name);
        }
        if (name.endsWith(".total") || name.endsWith("_total")) {
            faults.add("name must not end in total, which a scrape adds, was " + name);
        }
        if (UNIT_IN_NAME.matcher(name).matches()) {
            faults.add("name must not have its unit in it, was " + name);
        }
        if (unit.length() > MAX_UNIT || !UNIT.matcher(unit).matches()) {
            faults.add("unit must be of UCUM, such as s, By, 1 or {request}, was " + unit);
        }
        if (TIME_NOT_IN_SECONDS.matcher(unit).matches()) {
            faults.add("unit of a time must be s, was " + unit);
        }
        Known known = KNOWN.get(name);
        if (known != null
                && !(type.name().endsWith(known.kind) && known.unit.equals(unit) && upDownIsMeant(type, known))) {
            faults.add(name + " must be " + known.kind + " in " + known.unit + ", was " + type + " in " + unit);
        }
        return faults;
    }

    private static boolean upDownIsMeant(InstrumentType type, Known known) {
        return known.kind.startsWith("UP_DOWN") == type.name().contains("UP_DOWN");
    }
}
