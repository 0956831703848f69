package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AnchorHashTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return AnchorHash.of(members, Math.max(256, 2 * members.size()));
    }

    @Override
    protected long golden() {
        return -6_248_564_568_647_695_048L;
    }

    @Override
    protected boolean hasWeights() {
        return false;
    }

    @Override
    protected boolean orderless() {
        return false;
    }

    @Test
    void holdsAllClausesThroughALongHistory() {
        SplittableRandom random = new SplittableRandom(1);
        AnchorHash<String> placement = AnchorHash.of(members(20), 64);
        long[] hashes = random.longs(20_000).toArray();
        int joined = 20;
        for (int change = 0; change < 400; change++) {
            List<String> names = placement.members().stream().map(Member::name).toList();
            boolean join = names.size() == 1 || (names.size() < 64 && random.nextBoolean());
            String name = join ? "node-" + joined++ : names.get(random.nextInt(names.size()));
            AnchorHash<String> next = join ? placement.with(Member.of(name)) : placement.without(name);
            for (int i = 0; i < 200; i++) {
                long hash = hashes[(change * 200 + i) % hashes.length];
                String before = placement.nodeForHash(hash);
                String after = next.nodeForHash(hash);
                assertTrue(before.equals(after) || (join ? after : before).equals(name));
            }
            placement = next;
        }
        double mean = (double) hashes.length / placement.members().size();
        Map<String, Integer> loads = new HashMap<>();
        for (long hash : hashes) {
            loads.merge(placement.nodeForHash(hash), 1, Integer::sum);
        }
        for (Member<String> member : placement.members()) {
            assertEquals(mean, loads.getOrDefault(member.name(), 0), 5 * Math.sqrt(mean), member.name());
        }
    }

    @Test
    void tellsWhenItIsFull() {
        AnchorHash<String> full = AnchorHash.of(members(3), 3);
        assertThrows(IllegalStateException.class, () -> full.with(Member.of("fourth")));
        assertEquals(
                3, full.without("node-0").with(Member.of("fourth")).members().size());
        assertEquals(3, full.capacity());
        assertThrows(IllegalArgumentException.class, () -> AnchorHash.of(members(3), 2));
        assertThrows(IllegalArgumentException.class, () -> AnchorHash.of(members(3), AnchorHash.MAX_CAPACITY + 1));
    }
}
