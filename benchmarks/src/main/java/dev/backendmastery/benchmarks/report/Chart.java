package dev.backendmastery.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** A result as bars with their spread, in SVG; ours dark, peers light, floors and baselines hatched grey. */
final class Chart {

    private static final int LEFT = 210;
    private static final int BAR = 16;
    private static final int GAP = 6;
    private static final int WIDTH = 420;

    private Chart() {}

    static String draw(Result result) {
        StringBuilder bars = new StringBuilder();
        int y = 10;
        String group = "";
        for (Measurement m : Report.sorted(result)) {
            String mine = m.benchmark() + ", " + m.threads() + (m.threads() == 1 ? " thread, " : " threads, ")
                    + m.unit() + (m.moreIsBetter() ? ", more is better" : ", less is better");
            if (!mine.equals(group)) {
                y += group.isEmpty() ? 6 : 18;
                bars.append(String.format(Locale.ROOT, "<text x=\"0\" y=\"%d\" class=\"g\">%s</text>%n", y + 4, mine));
                y += 14;
                group = mine;
            }
            double scale = WIDTH / most(result, m);
            bars.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" class=\"n\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>"
                            + "<path d=\"M%.1f %dH%.1f\" class=\"s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                    LEFT - 8,
                    y + 12,
                    m.impl(),
                    LEFT,
                    y,
                    m.median() * scale,
                    BAR,
                    kind(m),
                    LEFT + m.lowest() * scale,
                    y + BAR / 2,
                    LEFT + m.highest() * scale,
                    LEFT + m.highest() * scale + 6,
                    y + 12,
                    Report.round(m.median())));
            y += BAR + GAP;
        }
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">
                <style>
                svg { background: #fff } text { fill: #24292f } .n { text-anchor: end } .g { font-weight: 600 }
                .ours { fill: #0a5fb4 } .peer { fill: #b9cfe4 } .bound { fill: #c9ced3 } .s { stroke: #24292f; stroke-width: 1.5 }
                </style>
                %s</svg>
                """, LEFT + WIDTH + 90, y + 10, bars);
    }

    private static double most(Result result, Measurement of) {
        List<Measurement> same = result.measurements().stream()
                .filter(m -> m.benchmark().equals(of.benchmark()) && m.threads() == of.threads())
                .toList();
        return same.stream().mapToDouble(Measurement::highest).max().orElseThrow();
    }

    private static String kind(Measurement m) {
        return m.impl().startsWith("ours") ? "ours" : m.impl().matches("(floor|naive).*") ? "bound" : "peer";
    }
}
