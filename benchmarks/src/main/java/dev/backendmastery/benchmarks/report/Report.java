package dev.backendmastery.benchmarks.report;

import dev.backendmastery.benchmarks.report.Goal.Ratio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is made of the result files: the page of all races, a chart for each, and the blocks of numbers in
 * the chapters, between {@code <!-- numbers: NAME -->} and {@code <!-- /numbers -->}.
 */
public final class Report {

    private static final Pattern BLOCK =
            Pattern.compile("<!-- numbers: (\\S+) -->\n.*?<!-- /numbers -->", Pattern.DOTALL);

    /** What reads like a measured speed; it has no business in a chapter outside a block. */
    private static final Pattern MEASURED = Pattern.compile(
            "\\b\\d[\\d.,]*\\s?(?:ns|µs|us)\\b|\\b\\d[\\d.,]*\\s?(?:ops|redirects|requests|ids|rows|calls)/(?:us|µs|ms|s)\\b"
                    + "|\\b\\d[\\d.,]*\\s?(?:x|times)\\s(?:faster|slower)\\b");

    private Report() {}

    /** Writes what the result files give, and returns the files that changed. */
    public static List<Path> write(Path root) throws IOException {
        List<Path> changed = new ArrayList<>();
        for (Map.Entry<Path, String> file : files(root).entrySet()) {
            String before = Files.exists(file.getKey()) ? Files.readString(file.getKey()) : null;
            if (!file.getValue().equals(before)) {
                Files.writeString(file.getKey(), file.getValue());
                changed.add(root.relativize(file.getKey()));
            }
        }
        return changed;
    }

    /** What is wrong: files that are not what the result files give, and numbers that no result file backs. */
    public static List<String> check(Path root) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<Path, String> file : files(root).entrySet()) {
            if (!Files.exists(file.getKey()) || !file.getValue().equals(Files.readString(file.getKey()))) {
                wrong.add(root.relativize(file.getKey())
                        + " is not what the result files give; run: java -jar benchmarks/target/benchmarks.jar report");
            }
        }
        for (Path chapter : chapters(root)) {
            Matcher stray =
                    MEASURED.matcher(BLOCK.matcher(Files.readString(chapter)).replaceAll(""));
            while (stray.find()) {
                wrong.add(root.relativize(chapter) + ": no result file backs '" + stray.group() + "'");
            }
        }
        return wrong;
    }

    private static Map<Path, String> files(Path root) throws IOException {
        Map<String, Result> results = new TreeMap<>();
        for (Result result : Result.all(root)) {
            results.put(result.name(), result);
        }
        Map<Path, String> files = new LinkedHashMap<>();
        Set<String> bySize = new HashSet<>();
        for (Result result : results.values()) {
            files.put(Result.folder(root).resolve(result.name() + ".svg"), Chart.draw(result));
            List<SizeChart.Cell> cells = SizeChart.cells(root, result.name());
            if (!cells.isEmpty()) {
                bySize.add(result.name());
                files.put(Result.folder(root).resolve(result.name()).resolve("by-size.svg"), SizeChart.draw(cells));
            }
        }
        files.put(root.resolve("benchmarks/README.md"), page(results, bySize));
        for (Path chapter : chapters(root)) {
            String text = Files.readString(chapter);
            String filled = BLOCK.matcher(text)
                    .replaceAll(match -> Matcher.quoteReplacement(
                            block(match.group(1), results.get(match.group(1)), depth(root, chapter), bySize)));
            if (!filled.equals(text) || BLOCK.matcher(text).find()) {
                files.put(chapter, filled);
            }
        }
        return files;
    }

    /** The chapters: every README of a module, and the one at the root; the page of the races is made, not checked. */
    private static List<Path> chapters(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root, 3)) {
            return files.filter(file -> file.endsWith("README.md"))
                    .filter(file -> !file.toString().contains("/target/")
                            && !file.toString().contains("/."))
                    .filter(file -> !file.equals(root.resolve("benchmarks/README.md")))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String depth(Path root, Path chapter) {
        return "../".repeat(root.relativize(chapter).getNameCount() - 1);
    }

    private static String block(String name, @Nullable Result result, String up, Set<String> bySize) {
        StringBuilder text = new StringBuilder("<!-- numbers: " + name + " -->\n");
        if (result == null) {
            text.append("Not measured yet: `java -jar benchmarks/target/benchmarks.jar record ")
                    .append(name)
                    .append("`.\n");
        } else {
            text.append(table(result)).append('\n').append(goals(result)).append(footnote(result));
            text.append(charts(name, up + "benchmarks/results/", bySize));
        }
        return text.append("<!-- /numbers -->").toString();
    }

    private static String page(Map<String, Result> results, Set<String> bySize) {
        StringBuilder text = new StringBuilder("""
                # Benchmarks

                This page is made of the files in `results/` by `java -jar benchmarks/target/benchmarks.jar report`; do not edit it.
                Each race has ours, the peers, a naive baseline or a floor in **one run**: compare within a table, never across
                machines. A score is the median of the forks, with the lowest and the highest; a ratio above 1 means that ours is
                better, whichever way the scores count, and its range is the worst and the best that the forks allow.

                Build with `mvn -pl benchmarks -am package`, run one race with the command under its table.
                """);
        for (Result result : results.values()) {
            text.append("\n## ").append(result.name()).append("\n\n");
            text.append(table(result)).append('\n').append(goals(result)).append(footnote(result));
            text.append(charts(result.name(), "results/", bySize));
        }
        return text.toString();
    }

    private static String charts(String name, String folder, Set<String> bySize) {
        String chart = "\n![" + name + "](" + folder + name + ".svg)\n";
        return bySize.contains(name) ? "\n![" + name + " by size](" + folder + name + "/by-size.svg)\n" + chart : chart;
    }

    private static String table(Result result) {
        StringBuilder text = new StringBuilder("| race | threads | who | score | lowest to highest | unit |\n");
        text.append("|---|---:|---|---:|---:|---|\n");
        for (Measurement m : sorted(result)) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %s | %s to %s | %s |%n",
                    m.benchmark(),
                    m.threads(),
                    m.impl(),
                    round(m.median()),
                    round(m.lowest()),
                    round(m.highest()),
                    m.unit()));
        }
        return text.toString();
    }

    static List<Measurement> sorted(Result result) {
        return result.measurements().stream()
                .sorted(Comparator.comparing(Measurement::benchmark)
                        .thenComparing(Measurement::threads)
                        .thenComparing(m -> m.moreIsBetter() ? -m.median() : m.median()))
                .toList();
    }

    private static String goals(Result result) {
        StringBuilder text = new StringBuilder();
        for (Goal goal : Goal.ALL) {
            if (!goal.result().equals(result.name())) {
                continue;
            }
            if (text.isEmpty()) {
                text.append("| goal | ratio (worst to best) | wanted | |\n|---|---:|---:|---|\n");
            }
            var ours = result.find(goal.benchmark(), goal.threads(), goal.ours());
            var peer = result.find(goal.benchmark(), goal.threads(), goal.peer());
            String ratio = "not measured";
            String verdict = "";
            if (ours.isPresent() && peer.isPresent()) {
                Ratio found = Goal.ratio(ours.get(), peer.get());
                ratio = found.toString();
                verdict = found.middle() >= goal.factor() ? "🟢 reached" : "🔴 missed";
            }
            text.append(String.format(
                    Locale.ROOT,
                    "| %s, %d thread%s: %s against %s | %s | %.2f | %s |%n",
                    goal.benchmark(),
                    goal.threads(),
                    goal.threads() == 1 ? "" : "s",
                    goal.ours(),
                    goal.peer(),
                    ratio,
                    goal.factor(),
                    verdict));
        }
        return text.isEmpty() ? "" : text.append('\n').toString();
    }

    private static String footnote(Result result) {
        return "`" + result.command() + "` on " + result.machine() + "; " + result.jdk() + "; commit " + result.commit()
                + "; " + result.date() + ".\n";
    }

    static String round(double score) {
        return score >= 1_000
                ? String.format(Locale.ROOT, "%,.0f", score)
                : String.format(Locale.ROOT, score >= 100 ? "%.0f" : score >= 10 ? "%.1f" : "%.2f", score);
    }
}
