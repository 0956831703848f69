package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RendezvousHashTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return RendezvousHash.of(members);
    }

    @Override
    protected long golden() {
        return 3_105_476_984_657_159_045L;
    }

    @Test
    void aLeaverIsReplacedInReplicaSetsAndNothingElseChanges() {
        replacesTheLeaverAlone(RendezvousHash.of(members(10)));
    }

    static void replacesTheLeaverAlone(ConsistentHash<String> ten) {
        ConsistentHash<String> nine = ten.without("node-4");
        for (long hash : new SplittableRandom(2).longs(5_000).toArray()) {
            List<String> before = new ArrayList<>(ten.replicas(hash, 4));
            before.remove("node-4");
            assertEquals(before.subList(0, 3), nine.replicas(hash, 4).subList(0, 3));
        }
    }

    @Test
    void aChangeOfOneWeightMovesKeysToThatNodeAlone() {
        RendezvousHash<String> before = RendezvousHash.of(
                members(10).stream().map(member -> member.withWeight(2)).toList());
        RendezvousHash<String> after =
                before.without("node-4").with(Member.of("node-4").withWeight(3));
        int moved = 0;
        for (long hash : new SplittableRandom(3).longs(100_000).toArray()) {
            if (!before.nodeForHash(hash).equals(after.nodeForHash(hash))) {
                moved++;
                assertEquals("node-4", after.nodeForHash(hash));
            }
        }
        double due = 100_000 * (3.0 / 21 - 2.0 / 20);
        assertEquals(due, moved, due * 0.1);
    }

    @Test
    void agreesWithScoresComputedOneByOne() {
        SplittableRandom random = new SplittableRandom(4);
        List<Member<String>> members = members(30).stream()
                .map(member -> member.withWeight(1 + random.nextInt(4)))
                .toList();
        RendezvousHash<String> placement = RendezvousHash.of(members);
        for (long hash : random.longs(5_000).toArray()) {
            String due = members.stream()
                    .min(Comparator.comparingDouble(member -> {
                        long draw = Mix.mix(hash ^ ConsistentHash.HASHER.hashCharsToLong(member.name()));
                        double uniform = (((draw ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
                        return -StrictMath.log(uniform) / member.weight();
                    }))
                    .orElseThrow()
                    .node();
            assertEquals(due, placement.nodeForHash(hash));
        }
    }
}
