package dev.backendmastery.benchmarks.hashing;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.google.common.hash.Hashing;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.core.hashing.AnchorHash;
import dev.backendmastery.core.hashing.BinomialHash;
import dev.backendmastery.core.hashing.ConsistentHash;
import dev.backendmastery.core.hashing.HashRing;
import dev.backendmastery.core.hashing.JumpHash;
import dev.backendmastery.core.hashing.MaglevHash;
import dev.backendmastery.core.hashing.Member;
import dev.backendmastery.core.hashing.RendezvousHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * What placements move and how evenly they load, on a million keys and under five sets of names and keys.
 *
 * <p>{@code moved n} is what a join moves of the keys, over the newcomer's fair share of them, 1/(n + 1); {@code load n} the
 * coefficient of variation of the load, over that of random placement, root-mean-square over {@code 1000/n} sets of keys.
 * Below 1.00 is chance: what is placed at random misses its share a little.
 */
public final class MovementRace {

    private static final int SEEDS = 5;
    private static final int KEYS = 1_000_000;

    private MovementRace() {}

    /** The placement of n nodes, as a function of the hash. */
    private interface Placement {
        LongFunction<String> of(List<Member<String>> members);

        /** The placement after the last of {@code members} has joined the others. */
        default LongFunction<String> afterJoin(List<Member<String>> members) {
            return of(members);
        }
    }

    /** Runs all; about a minute. */
    public static List<Measurement> run() {
        Map<String, Placement> contestants = new TreeMap<>();
        contestants.put("ours-ring", joining(HashRing::of));
        contestants.put("ours-rendezvous", joining(RendezvousHash::of));
        contestants.put("ours-jump", joining(JumpHash::of));
        contestants.put("ours-binomial", joining(BinomialHash::of));
        contestants.put("ours-anchor", joining(members -> AnchorHash.of(members, 2_000)));
        contestants.put("ours-maglev", joining(MaglevHash::of));
        contestants.put("ours-maglev-large", joining(members -> MaglevHash.of(members, 1_000_003)));
        ConsistentBucketHasher jumpBack = ConsistentHashing.jumpBackHashSplitMix64();
        contestants.put(
                "hash4j-jumpback",
                members -> hash ->
                        members.get(jumpBack.getBucket(hash, members.size())).node());
        contestants.put(
                "guava",
                members -> hash -> members.get(Hashing.consistentHash(hash, members.size()))
                        .node());
        contestants.put(
                "naive-remainder",
                members -> hash -> members.get((int) Long.remainderUnsigned(hash, members.size()))
                        .node());
        List<Measurement> measurements = new ArrayList<>();
        contestants.forEach((name, placement) -> {
            for (int nodes : new int[] {10, 100, 1_000}) {
                List<Double> moved = new ArrayList<>();
                List<Double> load = new ArrayList<>();
                for (int seed = 0; seed < SEEDS; seed++) {
                    moved.add(movedOverIdeal(placement, nodes, seed));
                    load.add(variationOverChance(placement, nodes, seed));
                }
                measurements.add(new Measurement("moved " + nodes, 1, name, "x ideal", false, moved));
                measurements.add(new Measurement("load " + nodes, 1, name, "x chance", false, load));
            }
        });
        return measurements;
    }

    private static Placement joining(Function<List<Member<String>>, ConsistentHash<String>> algorithm) {
        return new Placement() {
            @Override
            public LongFunction<String> of(List<Member<String>> members) {
                return algorithm.apply(members)::nodeForHash;
            }

            @Override
            public LongFunction<String> afterJoin(List<Member<String>> members) {
                int last = members.size() - 1;
                return algorithm.apply(members.subList(0, last)).with(members.get(last))::nodeForHash;
            }
        };
    }

    private static List<Member<String>> members(int nodes, int seed) {
        return IntStream.range(0, nodes)
                .mapToObj(i -> Member.of("node-" + seed + "-" + i))
                .toList();
    }

    private static double movedOverIdeal(Placement placement, int nodes, int seed) {
        LongFunction<String> before = placement.of(members(nodes, seed));
        LongFunction<String> after = placement.afterJoin(members(nodes + 1, seed));
        long moved = new SplittableRandom(seed)
                .longs(KEYS)
                .filter(hash -> !before.apply(hash).equals(after.apply(hash)))
                .count();
        return moved * (nodes + 1.0) / KEYS;
    }

    private static double variationOverChance(Placement placement, int nodes, int seed) {
        LongFunction<String> nodeFor = placement.of(members(nodes, seed));
        int rounds = Math.max(1, Math.min(20, 1_000 / nodes));
        double mean = (double) KEYS / nodes;
        double squares = 0;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < rounds; round++) {
            Map<String, int[]> loads = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                loads.computeIfAbsent(nodeFor.apply(random.nextLong()), node -> new int[1])[0]++;
            }
            squares += (nodes - loads.size()) * mean * mean; // nodes without a key
            for (int[] load : loads.values()) {
                squares += (load[0] - mean) * (load[0] - mean);
            }
        }
        return Math.sqrt(squares / rounds / nodes) / mean / Math.sqrt((1 - 1.0 / nodes) / mean);
    }
}
