package dev.backendmastery.core.hashing;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Highest random weight: every member scores every key, and the best score has it.
 *
 * <p><b>Guarantee.</b> All of {@link ConsistentHash}, in any order of joining, with any weights, and exactly: loads differ
 * by nothing but the noise of random placement, and a change of one member's weight moves keys to or from it alone.
 * Replicas are the next best scores, so a set changes by one member when the membership does. <b>Cost.</b> One mixing of
 * bits for each member, and one logarithm for each distinct weight where there is more than one; no allocation.
 *
 * <p><b>Not for</b> look-ups among thousands of members: {@link HashRing}, {@link MaglevHash}. <b>Source.</b> Thaler and
 * Ravishankar, <i>Using Name-Based Mappings to Increase Hit Rates</i> (1998); the weights of Schindelhauer and Schomaker,
 * <i>Weighted Distributed Hash Tables</i> (SPAA 2005): -ln(u) / weight is exponential, and the least of exponentials is
 * each one's in proportion to its rate.
 */
public final class RendezvousHash<N> extends Snapshot<N> {

    /** Members by weight: within one weight the score is decided without a logarithm. */
    private final int[] indexes;

    private final long[] seeds;
    private final int[] ends;
    private final double[] weights;

    private RendezvousHash(List<Member<N>> members) {
        super(members);
        indexes = IntStream.range(0, members.size())
                .boxed()
                .sorted(Comparator.comparingInt(index -> members.get(index).weight()))
                .mapToInt(Integer::intValue)
                .toArray();
        seeds = new long[indexes.length];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = seed(members.get(indexes[i]));
        }
        weights = IntStream.of(indexes)
                .mapToDouble(index -> members.get(index).weight())
                .distinct()
                .toArray();
        ends = new int[weights.length];
        int end = 0;
        for (int group = 0; group < ends.length; group++) {
            while (end < indexes.length && members.get(indexes[end]).weight() == (int) weights[group]) {
                end++;
            }
            ends[group] = end;
        }
    }

    /**
     * Rendezvous among {@code members}.
     *
     * @throws IllegalArgumentException if there is no member or a name is there twice
     */
    public static <N> RendezvousHash<N> of(List<Member<N>> members) {
        return new RendezvousHash<>(byName(members));
    }

    private static long seed(Member<?> member) {
        return HASHER.hashCharsToLong(member.name());
    }

    /** The draw of one member for one key, as a signed number. */
    private static long draw(long hash, long seed) {
        return Mix.mix(hash ^ seed);
    }

    /** How late the member comes: exponential with its weight as rate. StrictMath, so that every JVM agrees. */
    private static double arrival(long draw, double weight) {
        double uniform = (((draw ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
        return -StrictMath.log(uniform) / weight;
    }

    @Override
    int indexFor(long hash) {
        int winner = best(hash, 0, ends[0]);
        if (ends.length > 1) {
            double earliest = arrival(draw(hash, seeds[winner]), weights[0]);
            for (int group = 1; group < ends.length; group++) {
                int candidate = best(hash, ends[group - 1], ends[group]);
                double arrival = arrival(draw(hash, seeds[candidate]), weights[group]);
                if (arrival < earliest) {
                    earliest = arrival;
                    winner = candidate;
                }
            }
        }
        return indexes[winner];
    }

    private int best(long hash, int from, int to) {
        int best = from;
        long highest = draw(hash, seeds[from]);
        for (int i = from + 1; i < to; i++) {
            long draw = draw(hash, seeds[i]);
            if (draw > highest) {
                highest = draw;
                best = i;
            }
        }
        return best;
    }

    @Override
    boolean prefer(long hash, IntPredicate accepts) {
        double[] arrivals = new double[seeds.length];
        int group = 0;
        for (int i = 0; i < seeds.length; i++) {
            group += i == ends[group] ? 1 : 0;
            arrivals[indexes[i]] = arrival(draw(hash, seeds[i]), weights[group]);
        }
        return offer(arrivals, accepts);
    }

    /** Offers all members by their score for {@code hash}, best first, where no placement has computed their seeds. */
    static boolean preferByScore(long hash, List<? extends Member<?>> members, IntPredicate accepts) {
        double[] arrivals = members.stream()
                .mapToDouble(member -> arrival(draw(hash, seed(member)), member.weight()))
                .toArray();
        return offer(arrivals, accepts);
    }

    private static boolean offer(double[] arrivals, IntPredicate accepts) {
        return IntStream.range(0, arrivals.length)
                .boxed()
                .sorted(Comparator.comparingDouble(index -> arrivals[index]))
                .anyMatch(accepts::test);
    }

    @Override
    public RendezvousHash<N> with(Member<N> member) {
        return of(plus(members(), member));
    }

    @Override
    public RendezvousHash<N> without(String name) {
        return of(minus(members(), name));
    }
}
