package dev.backendmastery.benchmarks.hashing;

import com.dynatrace.hash4j.consistent.ConsistentBucketSetHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import dev.backendmastery.core.hashing.AnchorHash;
import dev.backendmastery.core.hashing.BinomialHash;
import dev.backendmastery.core.hashing.ConsistentHash;
import dev.backendmastery.core.hashing.HashRing;
import dev.backendmastery.core.hashing.MaglevHash;
import dev.backendmastery.core.hashing.Member;
import dev.backendmastery.core.hashing.RendezvousHash;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The named node of one hash among a thousand. Both rings have the same points; the anchors have room for twice as many
 * nodes. The peer answers with a bucket number, which a table turns into the node.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class PlacementBenchmark {

    private static final int HASHES = 1 << 18;
    private static final int NODES = 1_000;

    @Param({
        "ours-ring",
        "ours-maglev",
        "ours-anchor",
        "ours-binomial",
        "ours-rendezvous",
        "hash4j-jumpback-anchor",
        "naive-treemap-ring"
    })
    public String impl;

    private final long[] hashes = new SplittableRandom(1).longs(HASHES).toArray();
    private LongFunction<String> nodeFor;
    private int next;

    @Setup
    public void create() {
        List<Member<String>> members =
                IntStream.range(0, NODES).mapToObj(i -> Member.of("node-" + i)).toList();
        nodeFor = switch (impl) {
            case "ours-ring" -> HashRing.of(members)::nodeForHash;
            case "ours-maglev" -> MaglevHash.of(members)::nodeForHash;
            case "ours-anchor" -> AnchorHash.of(members, 2 * NODES)::nodeForHash;
            case "ours-binomial" -> BinomialHash.of(members)::nodeForHash;
            case "ours-rendezvous" -> RendezvousHash.of(members)::nodeForHash;
            case "hash4j-jumpback-anchor" -> {
                ConsistentBucketSetHasher peer =
                        ConsistentHashing.jumpBackAnchorHash(PseudoRandomGeneratorProvider.splitMix64_V1());
                String[] nodes = new String[NODES];
                for (Member<String> member : members) {
                    nodes[peer.addBucket()] = member.node();
                }
                yield hash -> nodes[peer.getBucket(hash)];
            }
            case "naive-treemap-ring" -> {
                TreeMap<Long, String> ring = new TreeMap<>(Long::compareUnsigned);
                for (Member<String> member : members) {
                    long name = ConsistentHash.HASHER.hashCharsToLong(member.name());
                    for (int i = 0; i < HashRing.DEFAULT_POINTS; i++) {
                        ring.put(ConsistentHash.HASHER.hashLongIntToLong(name, i), member.node());
                    }
                }
                yield hash -> {
                    Map.Entry<Long, String> point = ring.ceilingEntry(hash);
                    return (point == null ? ring.firstEntry() : point).getValue();
                };
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One look-up among a thousand nodes. */
    @Benchmark
    public String lookup() {
        return nodeFor.apply(hashes[next++ & (HASHES - 1)]);
    }
}
