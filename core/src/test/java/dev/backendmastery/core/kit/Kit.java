package dev.backendmastery.core.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs a contract kit on a planted wrong implementation and says which clauses convict it. */
public final class Kit {

    private Kit() {}

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
