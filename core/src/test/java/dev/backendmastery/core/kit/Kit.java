package dev.backendmastery.core.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.function.Executable;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.MultipleFailuresError;

/** Runs a contract kit on a planted wrong implementation and says which clauses convict it. */
public final class Kit {

    private static final int AT_ONCE = 2;

    private Kit() {}

    /**
     * Makes all of these trials, a few at a time, and fails with all that failed: for kits that wait more than they work, and
     * that share nothing which they change.
     */
    public static void inParallel(Executable... trials) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Optional<Throwable>>> results = new ArrayList<>();
            for (Executable trial : trials) {
                results.add(pool.submit(() -> failureOf(trial)));
            }
            List<Throwable> failures = new ArrayList<>();
            for (Future<Optional<Throwable>> result : results) {
                result.get().ifPresent(failures::add);
            }
            if (!failures.isEmpty()) {
                throw new MultipleFailuresError("of " + trials.length + " trials", failures);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static Optional<Throwable> failureOf(Executable trial) {
        try {
            trial.execute();
            return Optional.empty();
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    /**
     * Passes if exactly these clauses fail: a fault that no clause sees, and a clause that fails for another reason, are
     * both errors.
     *
     * @param wrong a concrete subclass of a contract kit that creates the planted wrong implementation
     * @param clauses the ids, such as {@code "RL-3"}, that start the display names of the clauses that must fail
     */
    public static void convicts(Class<?> wrong, String... clauses) {
        assertEquals(
                new TreeSet<>(Arrays.asList(clauses)),
                failedClauses(wrong),
                () -> "clauses that convict " + wrong.getSimpleName());
    }

    /**
     * As {@link #convicts(Class, String...)}, of a fault that also meets other clauses when one thread is quicker than another.
     *
     * @param always must fail
     * @param perhaps may fail
     */
    public static void convicts(Class<?> wrong, Set<String> always, Set<String> perhaps) {
        Set<String> failed = failedClauses(wrong);
        Set<String> without = new TreeSet<>(failed);
        without.removeAll(perhaps);
        assertEquals(
                new TreeSet<>(always),
                without,
                () -> "clauses that convict " + wrong.getSimpleName() + ", which failed " + failed);
    }

    /** The ids of the clauses that fail on {@code kit}, sorted; empty if it holds them all. */
    public static Set<String> failedClauses(Class<?> kit) {
        var events = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(kit))
                .execute()
                .testEvents();
        if (events.started().count() == 0) {
            throw new IllegalArgumentException(kit.getName() + " has no clauses to run");
        }
        return events.failed().stream()
                .map(event -> event.getTestDescriptor().getDisplayName().split(" ", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
