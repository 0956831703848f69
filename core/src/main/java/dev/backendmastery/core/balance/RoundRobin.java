package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One node after the other.
 *
 * <p><b>Guarantee.</b> {@link LoadBalancer}'s; in n picks of n nodes each comes once. <b>Threads.</b> Wait-free: one shared
 * addition a pick. <b>Cost.</b> Constant. <b>Not for</b> nodes that differ: a slow one gets as much as a fast one, and its
 * queue grows until every caller waits in it.
 */
public final class RoundRobin<N> extends HostBalancer<N, Boolean> {

    private final AtomicInteger next;

    private RoundRobin(int start) {
        super(Ticker.system(), true);
        next = new AtomicInteger(start);
    }

    /** Starts anywhere, so that many clients do not walk in step. */
    public static <N> RoundRobin<N> create() {
        return new RoundRobin<>(ThreadLocalRandom.current().nextInt());
    }

    @Override
    Host<N> choose(Hosts<N, Boolean> hosts) {
        return hosts.list()
                .get(Integer.remainderUnsigned(
                        next.getAndIncrement(), hosts.list().size()));
    }

    @Override
    Boolean prepare(List<Host<N>> hosts) {
        return true;
    }
}
