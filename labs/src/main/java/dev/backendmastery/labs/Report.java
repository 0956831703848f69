package dev.backendmastery.labs;

import java.io.PrintStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The verdict on a solution.
 *
 * @param problem why nothing could be run, such as the compiler's errors; empty if the clauses were run
 * @param outcomes by clause, in the order of the clauses
 * @param printed the beginning of what the solution printed
 */
record Report(String problem, Map<Clause, Outcome> outcomes, String printed) {

    static Report of(String problem) {
        return new Report(problem, Map.of(), "");
    }

    boolean passed() {
        return problem.isEmpty() && held() == outcomes.size();
    }

    long held() {
        return outcomes.values().stream()
                .filter(Outcome.Passed.class::isInstance)
                .count();
    }

    /** The ids of the clauses that ended as {@code outcome}, sorted. */
    Set<String> ids(Class<? extends Outcome> outcome) {
        return outcomes.entrySet().stream()
                .filter(entry -> outcome.isInstance(entry.getValue()))
                .map(entry -> entry.getKey().id())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Writes what a learner reads. */
    void print(PrintStream out) {
        if (!problem.isEmpty()) {
            out.println(problem);
            return;
        }
        outcomes.forEach((clause, outcome) -> {
            out.println(
                    (outcome instanceof Outcome.Passed ? "  ✔ " : outcome instanceof Outcome.NotRun ? "  - " : "  ✘ ")
                            + clause.id() + " " + clause.sentence());
            String evidence = evidence(outcome);
            if (!evidence.isEmpty()) {
                out.println(evidence.indent(8).stripTrailing());
            }
        });
        if (!printed.isEmpty()) {
            out.println();
            out.println("Your class printed:");
            out.println(printed.indent(4).stripTrailing());
        }
        out.println();
        out.println(held() + " of " + outcomes.size() + " clauses hold." + (passed() ? " Well done." : ""));
    }

    private static String evidence(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            return failed.evidence();
        }
        if (outcome instanceof Outcome.TimedOut timedOut) {
            return timedOut.evidence();
        }
        return outcome instanceof Outcome.NotRun notRun ? "not run: " + notRun.reason() : "";
    }
}
