package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class SubsetTest extends SubsetContract {

    @Override
    protected List<String> part(List<String> nodes, int client, int slices) {
        return Subset.part(nodes, client, slices, node -> node);
    }

    @Test
    void picksFromItsPartOnly() {
        List<String> nodes = List.of("a", "b", "c", "d");
        Set<String> seen = new TreeSet<>();
        for (int client = 0; client < 2; client++) {
            Subset<String> balancer = Subset.around(RoundRobin.create(), client, 2, node -> node);
            balancer.setNodes(nodes);
            Set<String> mine = new TreeSet<>();
            for (int i = 0; i < 10; i++) {
                mine.add(balancer.pick().node());
            }
            assertEquals(2, mine.size());
            seen.addAll(mine);
        }
        assertEquals(4, seen.size());
        assertThrows(IllegalArgumentException.class, () -> Subset.part(nodes, -1, 2, node -> node));
        assertThrows(IllegalArgumentException.class, () -> Subset.part(nodes, 0, 0, node -> node));
    }
}
