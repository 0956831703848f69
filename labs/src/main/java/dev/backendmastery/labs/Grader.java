package dev.backendmastery.labs;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles a solution and has the clauses of its lab run in another JVM.
 *
 * <p><b>Guarantee.</b> Every solution gets a verdict in bounded time: one that loops, waits for itself, fills the memory or
 * ends the JVM too. <b>Not for</b> code that is not trusted: it runs with the rights of who starts the grader.
 */
final class Grader {

    /** A right solution needs well under a second for a clause. */
    static final Duration USUAL_LIMIT = Duration.ofSeconds(10);

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int TIME_OUTS = 2;
    private static final int MOST_PRINTED_LINES = 40;
    private static final int LONGEST_LINE = 200;

    private final Duration limit;

    /** A grader whose clauses may take {@code limit} each. */
    Grader(Duration limit) {
        this.limit = limit;
    }

    /** A solution that was compiled: the folder of its classes is deleted on close. */
    record Compiled(Path classes, String problem) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }

        /** The class path of a JVM that has this solution. */
        String classPath() {
            return classes + File.pathSeparator + System.getProperty("java.class.path");
        }
    }

    /** The verdict on the solution in {@code folder}. */
    Report grade(Lab lab, Path folder) throws IOException, InterruptedException {
        try (Compiled compiled = compile(lab, folder)) {
            return compiled.problem().isEmpty() ? run(lab, compiled) : Report.of(compiled.problem());
        }
    }

    /** Compiles all Java files in {@code folder} and looks at the shape of the class. */
    static Compiled compile(Lab lab, Path folder) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(folder)) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
        Path classes = Files.createTempDirectory("lab-");
        if (sources.isEmpty()) {
            return new Compiled(classes, "There is no Java file in " + folder + ".");
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            return new Compiled(classes, "This Java has no compiler: run the lab with a JDK, not with a JRE.");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-d",
                    classes.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "--release",
                    "17",
                    "-g",
                    "-proc:none");
            boolean compiled = compiler.getTask(
                            null, files, diagnostics, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            return new Compiled(classes, compiled ? shape(lab, classes) : errors(diagnostics.getDiagnostics()));
        }
    }

    private static String errors(List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        StringBuilder text = new StringBuilder("It does not compile:");
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                JavaFileObject source = diagnostic.getSource();
                text.append("\n  ")
                        .append(source == null ? "" : Path.of(source.getName()).getFileName() + ":")
                        .append(diagnostic.getLineNumber())
                        .append(": ")
                        .append(diagnostic.getMessage(Locale.ROOT).replace("\n", "\n      "));
            }
        }
        return text.toString();
    }

    private static String shape(Lab lab, Path classes) throws IOException {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Solution.constructor(lab, loader);
            return "";
        } catch (ReflectiveOperationException e) {
            return "It compiles, but " + e.getMessage() + ".";
        }
    }

    private Report run(Lab lab, Compiled compiled) throws IOException, InterruptedException {
        List<Clause> clauses = Clause.of(lab.kit());
        Map<Clause, Outcome> outcomes = new LinkedHashMap<>();
        Queue<String> printed = new LinkedBlockingQueue<>(MOST_PRINTED_LINES);
        int timeOuts = 0;
        while (outcomes.size() < clauses.size()) {
            List<Clause> left = clauses.subList(outcomes.size(), clauses.size());
            if (timeOuts == TIME_OUTS) {
                left.forEach(
                        clause -> outcomes.put(clause, new Outcome.NotRun(TIME_OUTS + " clauses ran out of time")));
            } else if (!run(lab, compiled, left, outcomes, printed)) {
                timeOuts++;
            }
        }
        return new Report("", outcomes, String.join("\n", printed));
    }

    /** Runs clauses in one JVM until it ends, at least one of them; answers whether no clause ran out of time. */
    private boolean run(
            Lab lab, Compiled compiled, List<Clause> clauses, Map<Clause, Outcome> outcomes, Queue<String> printed)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(lab, compiled, clauses)).start();
        try {
            process.getOutputStream().close();
            BlockingQueue<Optional<String>> events = new LinkedBlockingQueue<>();
            drain(process.getInputStream(), line -> events.add(Optional.of(line)), () -> events.add(Optional.empty()));
            drain(
                    process.getErrorStream(),
                    line -> {
                        if (!line.isBlank()) {
                            printed.offer(line.substring(0, Math.min(LONGEST_LINE, line.length())));
                        }
                    },
                    () -> {});
            for (Clause clause : clauses) {
                Optional<String> start = next(events, START_LIMIT);
                if (start.isEmpty()) {
                    outcomes.put(
                            clause,
                            new Outcome.Failed("the JVM ended before the clause began: " + String.join("\n", printed)));
                    return true;
                }
                // The other JVM keeps the bound; this one keeps it too, in case that one is past keeping it.
                Optional<String> end = next(events, clause.limit(limit).plusSeconds(20));
                String[] event = end.orElse("").split(" ", 2);
                switch (event[0]) {
                    case ClauseRunner.PASSED -> outcomes.put(clause, new Outcome.Passed());
                    case ClauseRunner.FAILED -> outcomes.put(clause, new Outcome.Failed(decode(event[1])));
                    case ClauseRunner.TIMED_OUT -> {
                        outcomes.put(clause, timedOut(clause, decode(event[1])));
                        return false;
                    }
                    default -> {
                        if (process.isAlive() && !process.waitFor(5, TimeUnit.SECONDS)) {
                            outcomes.put(clause, timedOut(clause, "and its JVM did not answer"));
                            return false;
                        }
                        outcomes.put(
                                clause,
                                new Outcome.Failed("your class ended the JVM (exit code " + process.exitValue() + ")"));
                        return true;
                    }
                }
            }
            return true;
        } finally {
            process.destroyForcibly();
        }
    }

    private Outcome timedOut(Clause clause, String where) {
        return new Outcome.TimedOut("still running after " + clause.limit(limit).toSeconds() + " s, " + where
                + ": an endless loop, or a thread that waits for itself?");
    }

    private List<String> command(Lab lab, Compiled compiled, List<Clause> clauses) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "-Xshare:off"));
        // For the model checker, which looks into the JDK.
        for (String open : new String[] {"jdk.internal.misc", "java.lang"}) {
            command.addAll(List.of("--add-opens", "java.base/" + open + "=ALL-UNNAMED"));
        }
        for (String export : new String[] {"jdk.internal.util", "sun.security.action"}) {
            command.addAll(List.of("--add-exports", "java.base/" + export + "=ALL-UNNAMED"));
        }
        command.addAll(List.of(
                "-cp",
                compiled.classPath(),
                ClauseRunner.class.getName(),
                lab.kit().getName(),
                lab.solution()));
        for (Clause clause : clauses) {
            command.add(clause.method());
            command.add(Long.toString(clause.limit(limit).toMillis()));
        }
        return command;
    }

    private static Optional<String> next(BlockingQueue<Optional<String>> events, Duration limit)
            throws InterruptedException {
        Optional<String> event = events.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        return event == null ? Optional.empty() : event;
    }

    /** Reads lines until the stream ends, which it does when its process does. */
    private static void drain(InputStream stream, Consumer<String> line, Runnable end) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                            line.accept(text);
                        }
                    } catch (IOException e) {
                        if (!"Stream closed".equals(e.getMessage())) { // which ending the process does
                            throw new UncheckedIOException(e);
                        }
                    } finally {
                        end.run();
                    }
                },
                "lab-reader");
        reader.setDaemon(true);
        reader.start();
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
