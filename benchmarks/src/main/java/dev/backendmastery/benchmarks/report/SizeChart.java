package dev.backendmastery.benchmarks.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the hit ratio grows with the cache, in SVG: a line for each policy, the mean over the traces at each share of a trace's
 * keys, of all traces and of the applications'. Made of the cells that the race {@code hit-ratio} writes.
 */
final class SizeChart {

    private static final int LEFT = 46;
    private static final int WIDTH = 440;
    private static final int HEIGHT = 400;
    private static final int LABELS = 130;
    private static final int LINE = 15;

    /** Who is drawn, and how: hue in the light and in the dark, width and dashes. */
    private enum Who {
        OPTIMUM("floor-optimum", "#6e7781", "#9aa4ae", 1.5, "2 3"),
        DUEL("ours-duel", "#0a5fb4", "#58a6ff", 3.2, ""),
        CAFFEINE("caffeine", "#b35900", "#f0883e", 2.4, ""),
        TINY_LFU("ours-tiny-lfu", "#b35900", "#f0883e", 1.6, "6 3"),
        CACHE2K("cache2k", "#8a4fc7", "#c297ff", 1.6, ""),
        S3_FIFO("ours-s3-fifo", "#1a7f37", "#3fb950", 1.6, ""),
        SIEVE("ours-sieve", "#1a7f37", "#3fb950", 1.6, "6 3"),
        CLOCK("ours-clock", "#cf222e", "#ff7b72", 1.6, "6 3"),
        LRU("ours-lru", "#cf222e", "#ff7b72", 1.6, ""),
        LFU("ours-lfu", "#7d6608", "#d4b106", 1.6, "");

        final String impl;
        final String light;
        final String dark;
        final double width;
        final String dashes;

        Who(String impl, String light, String dark, double width, String dashes) {
            this.impl = impl;
            this.light = light;
            this.dark = dark;
            this.width = width;
            this.dashes = dashes;
        }

        String label() {
            return impl.replaceFirst("^(ours|floor)-", "");
        }
    }

    /** As in the file. */
    record Cell(String trace, String group, double share, int size, Map<String, Double> hitRatios) {}

    private SizeChart() {}

    /** The cells of a race, or nothing if it has none. */
    static List<Cell> cells(Path root, String race) throws IOException {
        Path file = Result.folder(root).resolve(race).resolve("cells.json");
        return Files.exists(file) ? new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {}) : List.of();
    }

    static String draw(List<Cell> cells) {
        StringBuilder style = new StringBuilder();
        StringBuilder dark = new StringBuilder();
        for (Who who : Who.values()) {
            String name = who.label();
            style.append(String.format(
                    Locale.ROOT,
                    ".%s { stroke: %s; stroke-width: %.1f;%s } text.%1$s { fill: %2$s; stroke: none }%n",
                    name,
                    who.light,
                    who.width,
                    who.dashes.isEmpty() ? "" : " stroke-dasharray: " + who.dashes));
            dark.append(String.format(
                    Locale.ROOT, ".%s { stroke: %s } text.%1$s { fill: %2$s; stroke: none }%n", name, who.dark));
        }
        String panels = panel("all traces", cells, 0)
                + panel(
                        "the applications' traces",
                        cells.stream()
                                .filter(cell -> cell.group.equals("applications"))
                                .toList(),
                        HEIGHT + 80);
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">
                <style>
                svg { background: #fff } text { fill: #24292f } .n { text-anchor: end } .m { text-anchor: middle }
                .t { font-weight: 600 } path { fill: none } .a { stroke: #d0d7de }
                %s@media (prefers-color-scheme: dark) {
                svg { background: #0d1117 } text { fill: #e6edf3 } .a { stroke: #30363d }
                %s}
                </style>
                %s</svg>
                """, LEFT + WIDTH + LABELS, 2 * (HEIGHT + 80), style, dark, panels);
    }

    private static String panel(String title, List<Cell> cells, int from) {
        Map<Double, List<Cell>> byShare = new TreeMap<>();
        for (Cell cell : cells) {
            byShare.computeIfAbsent(cell.share, share -> new ArrayList<>()).add(cell);
        }
        List<Double> shares = List.copyOf(byShare.keySet());
        List<List<Cell>> columns = List.copyOf(byShare.values());
        int traces = columns.isEmpty() ? 0 : columns.get(0).size();
        double most = columns.stream()
                .flatMapToDouble(column -> List.of(Who.values()).stream().mapToDouble(who -> mean(column, who)))
                .max()
                .orElse(0);
        int top = (int) Math.max(10, 10 * Math.ceil(most / 10));
        int floor = from + 30 + HEIGHT;
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" class=\"t\">hit ratio in %%, mean of %s (%d)</text>%n",
                4,
                from + 16,
                title,
                traces));
        for (int tick = 0; tick <= top; tick += 10) {
            double y = floor - (double) HEIGHT * tick / top;
            text.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%d %.1fH%d\" class=\"a\"/><text x=\"%d\" y=\"%.1f\" class=\"n\">%d</text>%n",
                    LEFT,
                    y,
                    LEFT + WIDTH,
                    LEFT - 8,
                    y + 4,
                    tick));
        }
        for (int i = 0; i < shares.size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" class=\"m\">%s %%</text>%n",
                    x(i, shares.size()),
                    floor + 18,
                    String.valueOf(shares.get(i)).replaceFirst("\\.0$", "")));
        }
        text.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" class=\"m\">entries in the cache, of the trace's keys</text>%n",
                LEFT + WIDTH / 2,
                floor + 36));
        // Labels from the top down, none over another.
        List<Who> fromTheTop = columns.isEmpty()
                ? List.of()
                : List.of(Who.values()).stream()
                        .sorted(Comparator.comparingDouble(who -> -mean(columns.get(columns.size() - 1), who)))
                        .toList();
        double below = Double.NEGATIVE_INFINITY;
        for (Who who : fromTheTop) {
            StringBuilder path = new StringBuilder();
            double y = 0;
            for (int i = 0; i < columns.size(); i++) {
                y = floor - HEIGHT * mean(columns.get(i), who) / top;
                path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x(i, columns.size()), y));
            }
            double label = Math.max(y, below + LINE);
            below = label;
            path.append(String.format(Locale.ROOT, "L%d %.1f", LEFT + WIDTH + 14, label));
            text.append(String.format(
                    Locale.ROOT,
                    "<path d=\"%s\" class=\"%s\"/><text x=\"%d\" y=\"%.1f\" class=\"%2$s\">%s %s</text>%n",
                    path,
                    who.label(),
                    LEFT + WIDTH + 18,
                    label + 4,
                    who.label(),
                    Report.round(mean(columns.get(columns.size() - 1), who))));
        }
        return text.toString();
    }

    private static double x(int i, int of) {
        return LEFT + 20 + (double) (WIDTH - 40) * i / Math.max(1, of - 1);
    }

    private static double mean(List<Cell> cells, Who who) {
        return cells.stream()
                .mapToDouble(cell -> {
                    Double ratio = cell.hitRatios.get(who.impl);
                    if (ratio == null) {
                        throw new IllegalStateException("no " + who.impl + " in " + cell);
                    }
                    return ratio;
                })
                .average()
                .orElse(0);
    }
}
