package dev.backendmastery.observability.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads OpenMetrics 1.0 and refuses what is not: for counters, gauges and histograms. */
final class OpenMetricsParser {

    private static final Pattern META = Pattern.compile("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,?)");
    private static final Pattern HELP = Pattern.compile("(?:[^\\\\\"]|\\\\[\\\\\"n])*");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?|[+-]Inf|NaN");
    private static final int MAX_EXEMPLAR = 128;

    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Map<String, Integer> exemplars = new HashMap<>();
    private final Set<String> families = new HashSet<>();
    private final Map<String, double[]> lastBuckets = new HashMap<>();
    private final Map<String, Double> infinite = new HashMap<>();
    private String family = "";
    private String type = "";
    private boolean hasSamples;

    private OpenMetricsParser() {}

    /** The samples, by name and labels. */
    static Map<String, Double> parse(String text) {
        return read(text).samples;
    }

    /** How many exemplars a family has. */
    static int exemplars(String text, String family) {
        return read(text).exemplars.getOrDefault(family, 0);
    }

    private static OpenMetricsParser read(String text) {
        check(text.endsWith("# EOF\n"), "no # EOF", text);
        String body = text.substring(0, text.length() - "# EOF\n".length());
        OpenMetricsParser parser = new OpenMetricsParser();
        if (!body.isEmpty()) {
            check(body.endsWith("\n"), "no end of line", body);
            for (String line : body.substring(0, body.length() - 1).split("\n", -1)) {
                if (line.startsWith("#")) {
                    parser.meta(line);
                } else {
                    parser.sample(line);
                }
            }
        }
        parser.lastBuckets.forEach((key, last) -> check(parser.infinite.containsKey(key), "no +Inf", key));
        return parser;
    }

    private void meta(String line) {
        Matcher meta = META.matcher(line);
        check(meta.matches(), "no metadata", line);
        if (!meta.group(2).equals(family)) {
            family = meta.group(2);
            check(families.add(family), "a family again", line);
            type = "";
            hasSamples = false;
        }
        check(!hasSamples, "metadata after samples", line);
        switch (meta.group(1)) {
            case "TYPE" -> {
                check(type.isEmpty(), "a type again", line);
                type = meta.group(3);
                check(Set.of("counter", "gauge", "histogram").contains(type), "an unknown type", line);
            }
            case "UNIT" -> check(family.endsWith("_" + meta.group(3)), "a unit that the name has not", line);
            default -> check(HELP.matcher(meta.group(3)).matches(), "help with a wrong escape", line);
        }
    }

    private void sample(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != ' ') {
            end++;
        }
        String name = line.substring(0, end);
        check(NAME.matcher(name).matches(), "no name", line);
        Map<String, String> labels = new TreeMap<>();
        end = labels(line, end, labels);
        check(end < line.length() && line.charAt(end) == ' ', "no space before the value", line);
        String[] rest = line.substring(end + 1).split(" # ", 2);
        check(NUMBER.matcher(rest[0]).matches(), "no number", line);
        double value = number(rest[0]);
        hasSamples = true;
        belongs(name, labels, value, line);
        String key = name + labels;
        check(samples.put(key, value) == null, "a sample again", line);
        if (rest.length == 2) {
            exemplar(rest[1], name, labels, line);
        }
    }

    private void belongs(String name, Map<String, String> labels, double value, String line) {
        check(name.startsWith(family), "a sample without its family", line);
        String suffix = name.substring(family.length());
        switch (type) {
            case "counter" -> {
                check(suffix.equals("_total"), "a counter without _total", line);
                check(value >= 0, "a counter below zero", line);
            }
            case "gauge" -> check(suffix.isEmpty(), "a gauge with a suffix", line);
            case "histogram" -> {
                check(Set.of("_bucket", "_count", "_sum").contains(suffix), "no part of a histogram", line);
                if (suffix.equals("_bucket")) {
                    bucket(labels, value, line);
                } else {
                    check(!labels.containsKey("le"), "le outside a bucket", line);
                    Double count = infinite.get(family + labels);
                    check(count != null && (suffix.equals("_sum") || count == value), "+Inf is not the count", line);
                }
            }
            default -> throw refused("no type", line);
        }
    }

    private void bucket(Map<String, String> labels, double value, String line) {
        Map<String, String> others = new TreeMap<>(labels);
        @Nullable String le = others.remove("le");
        if (le == null) {
            throw refused("a bucket without le", line);
        }
        check(NUMBER.matcher(le).matches() && !le.equals("NaN"), "le is no number", line);
        double bound = number(le);
        String key = family + others;
        double[] last = lastBuckets.put(key, new double[] {bound, value});
        check(last == null || bound > last[0], "bounds that do not grow", line);
        check(last == null || value >= last[1], "buckets that are not cumulative", line);
        if (bound == Double.POSITIVE_INFINITY) {
            infinite.put(key, value);
        }
    }

    private void exemplar(String text, String name, Map<String, String> labels, String line) {
        check(name.endsWith("_bucket") || name.endsWith("_total"), "an exemplar where none may be", line);
        check(text.startsWith("{"), "an exemplar without labels", line);
        Map<String, String> of = new TreeMap<>();
        int end = labels(text, 0, of);
        int length = of.entrySet().stream()
                .mapToInt(e -> e.getKey().length() + e.getValue().length())
                .sum();
        check(length <= MAX_EXEMPLAR, "an exemplar too long", line);
        String[] parts = text.substring(end).trim().split(" ", -1);
        check(parts.length <= 2 && NUMBER.matcher(parts[0]).matches(), "an exemplar without a value", line);
        check(parts.length == 1 || NUMBER.matcher(parts[1]).matches(), "an exemplar with a wrong time", line);
        String le = labels.get("le");
        check(le == null || number(parts[0]) <= number(le), "an exemplar outside its bucket", line);
        exemplars.merge(family, 1, Integer::sum);
    }

    private static int labels(String line, int start, Map<String, String> labels) {
        if (start >= line.length() || line.charAt(start) != '{') {
            return start;
        }
        int at = start + 1;
        Matcher label = LABEL.matcher(line);
        boolean more = at < line.length() && line.charAt(at) != '}';
        while (more) {
            check(label.find(at) && label.start() == at, "no label", line);
            check(labels.put(label.group(1), label.group(2)) == null, "a label again", line);
            at = label.end();
            more = label.group(3).equals(",");
        }
        check(at < line.length() && line.charAt(at) == '}', "labels without an end", line);
        return at + 1;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static void check(boolean good, String fault, String line) {
        if (!good) {
            throw refused(fault, line);
        }
    }

    private static IllegalArgumentException refused(String fault, String line) {
        return new IllegalArgumentException(fault + ": " + line);
    }
}
