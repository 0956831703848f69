package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * Each node as often as its weight says, spread as evenly as that goes.
 *
 * <p><b>Guarantee.</b> {@link LoadBalancer}'s, with shares by weight. Over a cycle, as many picks as the weights add up to
 * after division by their common divisor, each node comes exactly as often as its weight says, and a heavy one does not come
 * in a row while a light one waits (LB-8). <b>Threads.</b> Wait-free: one shared addition a pick. <b>Cost.</b> Constant; a
 * change of nodes computes the cycle. <b>Not for</b> weights that do not stand still. <b>Source.</b> nginx, smooth weighted
 * round robin (2012).
 */
public final class SmoothWeighted<N> extends HostBalancer<N, int[]> {

    private static final int LONGEST = 1 << 16;

    private final ToIntFunction<? super N> weight;
    private final AtomicInteger next = new AtomicInteger();

    private SmoothWeighted(ToIntFunction<? super N> weight) {
        super(Ticker.system(), new int[0]);
        this.weight = Objects.requireNonNull(weight, "weight");
    }

    /** Weights are read when nodes are set; from 1 to 10,000, and a cycle of at most 65,536 picks. */
    public static <N> SmoothWeighted<N> by(ToIntFunction<? super N> weight) {
        return new SmoothWeighted<>(weight);
    }

    @Override
    Host<N> choose(Hosts<N, int[]> hosts) {
        int[] cycle = hosts.prepared();
        return hosts.list().get(cycle[Integer.remainderUnsigned(next.getAndIncrement(), cycle.length)]);
    }

    @Override
    int[] prepare(List<Host<N>> hosts) {
        int[] weights = new int[hosts.size()];
        BigInteger common = BigInteger.ZERO;
        long total = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weight.applyAsInt(hosts.get(i).node);
            if (weights[i] < 1 || weights[i] > 10_000) {
                throw new IllegalArgumentException(
                        "weight of " + hosts.get(i).node + " must be from 1 to 10000, was " + weights[i]);
            }
            total += weights[i];
            common = common.gcd(BigInteger.valueOf(weights[i]));
        }
        int divisor = Math.max(1, common.intValue());
        if (total / divisor > LONGEST) {
            throw new IllegalArgumentException(
                    "weights must make a cycle of at most " + LONGEST + " picks, make " + total / divisor);
        }
        int[] cycle = new int[(int) (total / divisor)];
        long[] credit = new long[weights.length];
        for (int i = 0; i < cycle.length; i++) {
            int best = 0;
            for (int host = 0; host < weights.length; host++) {
                credit[host] += weights[host];
                best = credit[host] > credit[best] ? host : best;
            }
            credit[best] -= total;
            cycle[i] = best;
        }
        return cycle;
    }
}
