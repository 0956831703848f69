package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MaglevHashTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return MaglevHash.of(members);
    }

    @Override
    protected long golden() {
        return 4_366_606_429_285_786_673L;
    }

    @Override
    protected boolean survivorsKeepTheirKeys() {
        return false;
    }

    /** What tables of a hundred slots and more a node were seen to move, and some. */
    @Override
    protected double mostMoved() {
        return 3;
    }

    @Test
    void givesEachItsSlots() {
        List<Member<String>> members = new ArrayList<>();
        int[] weights = {1, 2, 3, 10};
        for (int weight : weights) {
            members.add(Member.of("node-" + weight).withWeight(weight));
        }
        MaglevHash<String> placement = MaglevHash.of(members, 10_007);
        Map<String, Integer> slots = new HashMap<>();
        for (int slot = 0; slot < 10_007; slot++) {
            long hash = (((long) slot << 32) / 10_007 + 1) << 32;
            slots.merge(placement.nodeForHash(hash), 1, Integer::sum);
        }
        for (int weight : weights) {
            assertEquals(10_007.0 * weight / 16, slots.getOrDefault("node-" + weight, 0), 2, "slots of " + weight);
        }
    }

    @Test
    void takesATableThatIsLargeEnoughAndPrime() {
        assertEquals(MaglevHash.DEFAULT_SLOTS, MaglevHash.of(members(3)).slots());
        assertEquals(100_003, MaglevHash.of(members(1_000)).slots());
        assertThrows(IllegalArgumentException.class, () -> MaglevHash.of(members(3), 10_000));
        assertThrows(IllegalArgumentException.class, () -> MaglevHash.of(members(3), 2));
        MaglevHash<String> full = MaglevHash.of(members(3), 3);
        assertThrows(IllegalStateException.class, () -> full.with(Member.of("fourth")));
    }
}
