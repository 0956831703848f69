package dev.backendmastery.benchmarks.hashing;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.google.common.hash.Hashing;
import dev.backendmastery.core.hashing.BinomialHash;
import dev.backendmastery.core.hashing.JumpHash;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongToIntFunction;
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

/** The bucket of one hash among n, by functions without state. The hashes are random, so branches are as hard as they are. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class BucketBenchmark {

    private static final int HASHES = 1 << 17;

    @Param({"ours-binomial", "ours-jump", "hash4j-jumpback", "guava"})
    public String impl;

    @Param({"10", "1000", "1023", "1024", "1025"})
    public int buckets;

    private final long[] hashes = new SplittableRandom(1).longs(HASHES).toArray();
    private LongToIntFunction bucket;
    private int next;

    @Setup
    public void create() {
        int n = buckets;
        bucket = switch (impl) {
            case "ours-binomial" -> hash -> BinomialHash.bucket(hash, n);
            case "ours-jump" -> hash -> JumpHash.bucket(hash, n);
            case "hash4j-jumpback" -> {
                ConsistentBucketHasher peer = ConsistentHashing.jumpBackHashSplitMix64();
                yield hash -> peer.getBucket(hash, n);
            }
            case "guava" -> hash -> Hashing.consistentHash(hash, n);
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One bucket. */
    @Benchmark
    public int bucket() {
        return bucket.applyAsInt(hashes[next++ & (HASHES - 1)]);
    }
}
