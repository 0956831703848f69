package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Of two nodes at random the one with fewer calls in flight.
 *
 * <p><b>Guarantee.</b> {@link LoadBalancer}'s. A slow node, whose calls pile up, gets less (LB-6); a node that fails fast gets
 * <i>more</i>, for its calls are over soonest: put an {@link OutlierEjection} around it. <b>Threads.</b> Wait-free; no
 * word is shared but the counts of the nodes. <b>Cost.</b> Constant, whatever the number of nodes. <b>Not for</b> nodes
 * that may fail without being ejected. <b>Source.</b> Mitzenmacher, "The power of two choices", IEEE TPDS 12(10), 2001.
 */
public final class LeastRequest<N> extends HostBalancer<N, Boolean> {

    private final DoubleSupplier random;

    private LeastRequest(DoubleSupplier random) {
        super(Ticker.system(), true);
        this.random = Objects.requireNonNull(random, "random");
    }

    /** On the machine's randomness. */
    public static <N> LeastRequest<N> create() {
        return create(() -> ThreadLocalRandom.current().nextDouble());
    }

    /** On {@code random}: numbers from 0 to 1, safe for any number of threads. */
    public static <N> LeastRequest<N> create(DoubleSupplier random) {
        return new LeastRequest<>(random);
    }

    @Override
    Host<N> choose(Hosts<N, Boolean> hosts) {
        List<Host<N>> list = hosts.list();
        int first = one(random, list.size());
        int second = other(random, list.size(), first);
        return list.get(first).inFlight.get() <= list.get(second).inFlight.get() ? list.get(first) : list.get(second);
    }

    static int one(DoubleSupplier random, int size) {
        return (int) (random.getAsDouble() * size);
    }

    /** Any but {@code first}, each as likely, unless there is no other. */
    static int other(DoubleSupplier random, int size, int first) {
        if (size == 1) {
            return first;
        }
        int second = (int) (random.getAsDouble() * (size - 1));
        return second < first ? second : second + 1;
    }

    @Override
    Boolean prepare(List<Host<N>> hosts) {
        return true;
    }
}
