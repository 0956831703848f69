package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class HashRingTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return HashRing.of(members);
    }

    @Override
    protected long golden() {
        return 2_556_883_328_516_867_212L;
    }

    /** Arcs of random length: 1 / sqrt(points), which the few nodes of the smallest ring may exceed. */
    @Override
    protected double mostVariation(double noise) {
        return 1.4 / Math.sqrt(HashRing.DEFAULT_POINTS) + 1.2 * noise;
    }

    /** Four standard deviations of the length of a newcomer's arcs. */
    @Override
    protected double mostMoved() {
        return 1 + 4 / Math.sqrt(HashRing.DEFAULT_POINTS);
    }

    @Override
    protected double weightTolerance() {
        return 4 / Math.sqrt(HashRing.DEFAULT_POINTS);
    }

    @Test
    void agreesWithATreeOfPoints() {
        SplittableRandom random = new SplittableRandom(1);
        for (int points : new int[] {1, 2, 3, 7, 128}) {
            for (int nodes : new int[] {1, 2, 3, 50}) {
                List<Member<String>> members = members(nodes).stream()
                        .map(member -> member.withWeight(1 + random.nextInt(3)))
                        .toList();
                HashRing<String> ring = HashRing.of(members, points);
                TreeMap<Long, String> tree = new TreeMap<>(Long::compareUnsigned);
                for (Member<String> member : members) {
                    long name = ConsistentHash.HASHER.hashCharsToLong(member.name());
                    for (int i = 0; i < points * member.weight(); i++) {
                        tree.put(ConsistentHash.HASHER.hashLongIntToLong(name, i), member.node());
                    }
                }
                List<Long> hashes = new ArrayList<>(random.longs(2_000).boxed().toList());
                tree.keySet().forEach(point -> hashes.addAll(List.of(point - 1, point, point + 1)));
                hashes.addAll(List.of(0L, -1L, 1L, Long.MAX_VALUE, Long.MIN_VALUE));
                for (long hash : hashes) {
                    Map.Entry<Long, String> next = tree.ceilingEntry(hash);
                    String due = (next == null ? tree.firstEntry() : next).getValue();
                    assertEquals(due, ring.nodeForHash(hash), () -> "hash " + hash + " on " + tree.size() + " points");
                }
            }
        }
    }

    @Test
    void aLeaverIsReplacedInReplicaSetsAndNothingElseChanges() {
        RendezvousHashTest.replacesTheLeaverAlone(HashRing.of(members(10)));
    }

    @Test
    void refusesWhatItCannotHold() {
        assertThrows(IllegalArgumentException.class, () -> HashRing.of(members(1), 0));
        assertThrows(IllegalArgumentException.class, () -> HashRing.of(members(1), (1 << 16) + 1));
        List<Member<String>> heavy = members(2).stream()
                .map(member -> member.withWeight(Member.MAX_WEIGHT))
                .toList();
        assertThrows(IllegalArgumentException.class, () -> HashRing.of(heavy, 1 << 16));
    }
}
