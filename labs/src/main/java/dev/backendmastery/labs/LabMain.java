package dev.backendmastery.labs;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The commands of {@code ./lab}: {@code list}, {@code start ID}, {@code test ID}, {@code race ID}.
 *
 * <p><b>Guarantee.</b> The exit code is 0 if what was asked for was done and the solution, if one was tested, holds all
 * clauses; 1 if it does not; 2 if the command could not be carried out, and then one line says why. {@code start} never
 * overwrites work.
 *
 * <p><b>Threads.</b> One. <b>Not for</b> solutions that are not trusted: they run with the rights of who calls.
 */
public final class LabMain {

    private static final int DONE = 0;
    private static final int NOT_YET = 1;
    private static final int CANNOT = 2;
    private static final String USAGE = "usage: ./lab list | start ID | test ID | race ID";
    private static final Duration RACE_LIMIT = Duration.ofMinutes(5);

    private final Path labs;
    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource clock;
    private final Grader grader;

    LabMain(Path labs, PrintStream out, PrintStream err, InstantSource clock, Grader grader) {
        this.labs = labs;
        this.out = out;
        this.err = err;
        this.clock = clock;
        this.grader = grader;
    }

    /** Arguments: the folder of the labs, the command, its argument. */
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        if (args.length == 0) {
            err.println(USAGE);
            System.exit(CANNOT);
        }
        LabMain lab = new LabMain(Path.of(args[0]), out, err, InstantSource.system(), new Grader(Grader.USUAL_LIMIT));
        System.exit(lab.run(List.of(args).subList(1, args.length)));
    }

    int run(List<String> args) throws IOException, InterruptedException {
        if (args.equals(List.of("list"))) {
            return list();
        }
        if (args.size() != 2 || !List.of("start", "test", "race").contains(args.get(0))) {
            return cannot(USAGE);
        }
        Optional<Lab> found = Lab.find(args.get(1));
        if (found.isEmpty()) {
            return cannot("there is no lab " + args.get(1) + ": ./lab list names those that there are");
        }
        Lab lab = found.get();
        if (args.get(0).equals("start")) {
            return start(lab);
        }
        if (!Files.isDirectory(work(lab))) {
            return cannot("nothing to " + args.get(0) + " yet: begin with ./lab start " + lab.id());
        }
        return args.get(0).equals("test") ? test(lab) : race(lab);
    }

    private int list() throws IOException {
        Properties progress = progress();
        for (Lab lab : Lab.ALL) {
            String state = Files.isDirectory(work(lab)) ? "started" : "not started";
            out.println(lab.id() + "  " + lab.title() + "  (" + progress.getProperty(lab.id(), state) + ")");
        }
        return DONE;
    }

    private int start(Lab lab) throws IOException {
        Path work = work(lab);
        if (Files.exists(work)) {
            return cannot(work + " exists already and is left as it is: move it away to start anew");
        }
        Path starter = labs.resolve(lab.id()).resolve("starter");
        Files.createDirectories(work);
        try (Stream<Path> files = Files.list(starter)) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, work.resolve(starter.relativize(file)));
            }
        }
        out.println("Write your solution in " + work.resolve(lab.solution() + ".java"));
        out.println("The task is in " + labs.resolve(lab.id()).resolve("README.md"));
        out.println("Then: ./lab test " + lab.id());
        return DONE;
    }

    private int test(Lab lab) throws IOException, InterruptedException {
        out.println(lab.title() + ": " + Clause.of(lab.kit()).size() + " clauses");
        Report report = grader.grade(lab, work(lab));
        report.print(out);
        Properties progress = progress();
        String held = report.problem().isEmpty()
                ? report.held() + " of " + report.outcomes().size() + " clauses hold"
                : "did not compile to what is asked for";
        progress.setProperty(lab.id(), held + ", tested " + clock.instant().truncatedTo(ChronoUnit.SECONDS));
        try (Writer writer = Files.newBufferedWriter(progressFile())) {
            progress.store(writer, null);
        }
        return report.passed() ? DONE : NOT_YET;
    }

    private int race(Lab lab) throws IOException, InterruptedException {
        out.println("Testing first: only a solution that holds its clauses may race.");
        Report report = grader.grade(lab, work(lab));
        if (!report.passed()) {
            err.println("no race: "
                    + (report.problem().isEmpty()
                            ? report.held() + " of " + report.outcomes().size() + " clauses hold"
                            : "it does not compile to what is asked for")
                    + "; see ./lab test " + lab.id());
            return NOT_YET;
        }
        out.println("Racing for about half a minute, with one thread, each racer in a JVM of its own.");
        try (Grader.Compiled compiled = Grader.compile(lab, work(lab))) {
            Process race = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            compiled.classPath(),
                            RaceMain.class.getName(),
                            RateLimiterRace.class.getName())
                    .inheritIO()
                    .start();
            try {
                if (!race.waitFor(RACE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    return cannot("the race was not over after " + RACE_LIMIT.toMinutes() + " minutes and was stopped");
                }
            } finally {
                race.descendants().forEach(ProcessHandle::destroyForcibly);
                race.destroyForcibly();
            }
            out.println("One machine, one run, whatever else it was doing: a difference within the spread is none.");
            return race.exitValue() == 0 ? DONE : NOT_YET;
        }
    }

    private int cannot(String why) {
        err.println("lab: " + why);
        return CANNOT;
    }

    private Path work(Lab lab) {
        return labs.resolve("work").resolve(lab.id());
    }

    private Path progressFile() {
        return labs.resolve("work").resolve("progress.properties");
    }

    private Properties progress() throws IOException {
        Properties progress = new Properties();
        if (Files.exists(progressFile())) {
            try (Reader reader = Files.newBufferedReader(progressFile())) {
                progress.load(reader);
            }
        }
        return progress;
    }
}
