package dev.backendmastery.labs;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The JVM in which a learner's code runs: one clause after the other, a line of output at the start and the end of each.
 * A clause that exceeds its bound ends the JVM, for a thread that loops can be ended in no other way.
 */
final class ClauseRunner {

    static final String START = "start";
    static final String PASSED = "passed";
    static final String FAILED = "failed";
    static final String TIMED_OUT = "timed-out";

    // What JUnit appends to a sentence that says it better.
    private static final Pattern PLAIN = Pattern.compile(" ==> expected: <(true|false)> but was: <(true|false)>$");

    private ClauseRunner() {}

    /** Arguments: the kit, the learner's class, then pairs of a method of the kit and its bound in milliseconds. */
    public static void main(String[] args) throws InterruptedException {
        PrintStream events = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what the learner's code prints must not look like an event
        Launcher launcher = LauncherFactory.create();
        for (int i = 2; i < args.length; i += 2) {
            String method = args[i];
            long limit = Long.parseLong(args[i + 1]);
            events.println(START + " " + method);
            AtomicReference<String> event = new AtomicReference<>("");
            Thread worker = new Thread(() -> event.set(run(launcher, args[0], method, args[1])), "clause");
            worker.setDaemon(true);
            worker.start();
            worker.join(limit);
            if (worker.isAlive()) {
                events.println(TIMED_OUT + " " + encode(where(worker.getStackTrace(), args[1])));
                Runtime.getRuntime().halt(0);
            }
            events.println(event.get());
        }
        Runtime.getRuntime().halt(0); // not exit: the learner's code may have left threads and hooks behind
    }

    private static String run(Launcher launcher, String kit, String method, String solution) {
        AtomicReference<TestExecutionResult> result = new AtomicReference<>();
        try {
            launcher.execute(
                    LauncherDiscoveryRequestBuilder.request()
                            .selectors(selectMethod(kit, method))
                            .configurationParameter(LauncherConstants.STACKTRACE_PRUNING_ENABLED_PROPERTY_NAME, "false")
                            .build(),
                    new TestExecutionListener() {
                        @Override
                        public void executionFinished(TestIdentifier test, TestExecutionResult finished) {
                            if (test.isTest()) {
                                result.set(finished);
                            }
                        }
                    });
        } catch (Throwable e) { // an OutOfMemoryError, which JUnit passes on: it is an answer as well
            return FAILED + " " + encode(describe(e, kit, solution));
        }
        TestExecutionResult finished = result.get();
        if (finished == null) {
            return FAILED + " " + encode("the clause was not found; this is a fault of the grader");
        }
        return finished.getStatus() == TestExecutionResult.Status.SUCCESSFUL
                ? PASSED
                : FAILED + " "
                        + encode(finished.getThrowable()
                                .map(e -> describe(e, kit, solution))
                                .orElse("aborted"));
    }

    /** The assertion's message, or the exception that the learner's class threw, and where. */
    private static String describe(Throwable e, String kit, String solution) {
        if (e instanceof AssertionError && !isLincheck(e)) {
            String message = e.getMessage() == null
                    ? "an assertion failed"
                    : PLAIN.matcher(e.getMessage()).replaceFirst("");
            // An exception of the learner's that the assertion did not expect says more than the assertion.
            return message
                    + (e.getCause() == null
                            ? whereIn(e.getStackTrace(), "Contract")
                            : "\n" + describe(e.getCause(), kit, solution));
        }
        if (isLincheck(e)) {
            return e.getMessage() == null ? e.toString() : e.getMessage().strip();
        }
        return "threw " + e + ", " + where(e.getStackTrace(), solution);
    }

    private static boolean isLincheck(Throwable e) {
        return e.getClass().getName().startsWith("org.jetbrains.");
    }

    private static String whereIn(StackTraceElement[] stack, String ending) {
        return Arrays.stream(stack)
                .filter(frame -> frame.getClassName().endsWith(ending))
                .findFirst()
                .map(frame -> " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .orElse("");
    }

    /** The innermost frame in the learner's class. */
    private static String where(StackTraceElement[] stack, String solution) {
        return Arrays.stream(stack)
                .filter(frame -> frame.getClassName().equals(solution)
                        || frame.getClassName().startsWith(solution + "$"))
                .findFirst()
                .map(frame ->
                        "at " + frame.getMethodName() + " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .orElse("outside " + solution);
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
