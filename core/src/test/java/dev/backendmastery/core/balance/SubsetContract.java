package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every deterministic subsetting must hold. Extend it, say how yours computes a part, run it. */
@DisplayName("A subsetting")
public abstract class SubsetContract {

    /** The part of {@code nodes} for {@code client}, where {@code slices} clients cover all nodes once. */
    protected abstract List<String> part(List<String> nodes, int client, int slices);

    private static List<String> nodes(int count) {
        return new ArrayList<>(
                IntStream.range(0, count).mapToObj(i -> "node-" + i).toList());
    }

    @Test
    @DisplayName("SU-1 gives the same part to whoever asks, in whatever order the nodes are")
    void deterministic() {
        List<String> nodes = nodes(103);
        List<String> shuffled = nodes(103);
        Collections.shuffle(shuffled, new Random(1));
        for (int client = 0; client < 30; client++) {
            assertEquals(new HashSet<>(part(nodes, client, 10)), new HashSet<>(part(shuffled, client, 10)));
        }
    }

    @Test
    @DisplayName("SU-2 gives each node the same number of clients, and clients of different rounds different parts")
    void balanced() {
        for (int count : new int[] {100, 103, 7}) {
            Map<String, Integer> clients = new HashMap<>();
            Set<Set<String>> parts = new HashSet<>();
            for (int client = 0; client < 50; client++) {
                List<String> part = part(nodes(count), client, 10);
                assertTrue(Math.abs(part.size() - count / 10.0) < 1, () -> part.size() + " of " + count);
                parts.add(new HashSet<>(part));
                part.forEach(node -> clients.merge(node, 1, Integer::sum));
            }
            assertEquals(count, clients.size());
            assertEquals(Set.of(5), new HashSet<>(clients.values()), "five rounds");
            assertTrue(count < 10 || parts.size() == 50, "no two clients share all their nodes");
        }
    }

    @Test
    @DisplayName("SU-3 changes at most two members of any part when one node joins or leaves")
    void churn() {
        List<String> before = nodes(100);
        List<List<String>> changes = new ArrayList<>();
        for (int gone = 0; gone < 100; gone += 7) {
            List<String> after = nodes(100);
            after.remove(gone);
            changes.add(after);
        }
        changes.add(nodes(101));
        for (List<String> after : changes) {
            for (int client = 0; client < 50; client++) {
                Set<String> kept = new HashSet<>(part(before, client, 10));
                int size = kept.size();
                kept.retainAll(part(after, client, 10));
                assertTrue(size - kept.size() <= 2, () -> size - kept.size() + " of " + size + " members changed");
            }
        }
    }
}
