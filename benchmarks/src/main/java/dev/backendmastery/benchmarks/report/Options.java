package dev.backendmastery.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a command was called with: pairs of a name and a value. */
public final class Options {

    private Options() {}

    /** By name; empty if an argument has no pair, or a name is not known. */
    public static Optional<Map<String, String>> of(List<String> arguments, Set<String> known) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            options.put(arguments.get(i), arguments.get(i + 1));
        }
        boolean right = arguments.size() % 2 == 0 && known.containsAll(options.keySet());
        return right ? Optional.of(options) : Optional.empty();
    }
}
