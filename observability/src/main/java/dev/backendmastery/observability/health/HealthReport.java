package dev.backendmastery.observability.health;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An answer, and what it is made of.
 *
 * @param status what a prober is told
 * @param checks by name; empty for answers that asked nothing
 */
public record HealthReport(Status status, SortedMap<String, Check> checks) {

    /** How it is. */
    public enum Status {
        /** Send work. */
        UP,
        /** Send work; something that can be done without is missing. */
        DEGRADED,
        /** Send none. */
        DOWN
    }

    /**
     * One thing.
     *
     * @param status UP or DOWN, as it counts: after so many of a kind in a row
     * @param critical whether nothing goes without it
     * @param problem what was wrong the last time, or null
     * @param millis how long the last look took
     */
    public record Check(
            Status status, boolean critical, @Nullable String problem, long millis) {}

    /** Copies. */
    public HealthReport {
        checks = Collections.unmodifiableSortedMap(new TreeMap<>(checks));
    }

    /** The status alone, for whoever asks: {@code {"status":"UP"}}. */
    public String json() {
        return "{\"status\":\"" + status + "\"}";
    }

    /** With each check's status, for whoever may know what there is: neither problems nor times. */
    public String jsonWithChecks() {
        return checks.isEmpty() ? json() : json(false);
    }

    /** With the checks and their problems, for whoever may see them. */
    public String jsonWithDetails() {
        return json(true);
    }

    private String json(boolean details) {
        StringBuilder text = new StringBuilder("{\"status\":\"" + status + "\",\"checks\":{");
        String between = "";
        for (Map.Entry<String, Check> check : checks.entrySet()) {
            text.append(between);
            quote(text, check.getKey());
            text.append(":{\"status\":\"")
                    .append(check.getValue().status)
                    .append("\",\"critical\":")
                    .append(check.getValue().critical);
            if (details) {
                text.append(",\"millis\":").append(check.getValue().millis);
            }
            if (details && check.getValue().problem != null) {
                text.append(",\"problem\":");
                quote(text, check.getValue().problem);
            }
            text.append('}');
            between = ",";
        }
        return text.append("}}").toString();
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
