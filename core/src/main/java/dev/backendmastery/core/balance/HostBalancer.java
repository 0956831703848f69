package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the algorithms share: an immutable list of hosts, replaced as a whole, and leases that count.
 *
 * @param <N> a node
 * @param <S> what a subclass prepares for a list of hosts
 */
abstract sealed class HostBalancer<N, S> implements LoadBalancer<N>
        permits RoundRobin, SmoothWeighted, LeastRequest, PeakEwma {

    final Ticker ticker;
    private volatile Hosts<N, S> hosts;

    HostBalancer(Ticker ticker, S none) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.hosts = new Hosts<>(List.of(), none);
    }

    /** The hosts at a moment. */
    record Hosts<N, S>(List<Host<N>> list, S prepared) {}

    /** One of {@code hosts}, which are not empty. */
    abstract Host<N> choose(Hosts<N, S> hosts);

    /** What {@link #choose} needs for these hosts. */
    abstract S prepare(List<Host<N>> hosts);

    /** A host that has just joined {@code others}. */
    Host<N> join(N node, List<Host<N>> others) {
        return new Host<>(node, 0, ticker.nanos());
    }

    /** A call has ended. */
    void ended(Host<N> host, long start, boolean success) {}

    @Override
    public final synchronized void setNodes(Collection<? extends N> nodes) {
        Map<N, Host<N>> known = new HashMap<>();
        hosts.list().forEach(host -> known.put(host.node, host));
        List<Host<N>> next = new ArrayList<>(nodes.size());
        Map<N, Boolean> seen = new HashMap<>();
        for (N node : nodes) {
            if (seen.put(Objects.requireNonNull(node, "node"), true) != null) {
                throw new IllegalArgumentException("nodes must differ, " + node + " came twice");
            }
            Host<N> host = known.get(node);
            next.add(host == null ? join(node, hosts.list()) : host);
        }
        List<Host<N>> list = List.copyOf(next);
        hosts = new Hosts<>(list, prepare(list));
    }

    @Override
    public final Pick<N> pick() {
        Hosts<N, S> now = hosts;
        if (now.list().isEmpty()) {
            throw new NoNodeException();
        }
        Host<N> host = choose(now);
        host.inFlight.incrementAndGet();
        return new Lease(host, ticker.nanos());
    }

    /** Calls in flight to {@code node}; 0 if it is not one of the nodes. */
    public final int inFlight(N node) {
        for (Host<N> host : hosts.list()) {
            if (host.node.equals(node)) {
                return host.inFlight.get();
            }
        }
        return 0;
    }

    private final class Lease extends AtomicBoolean implements Pick<N> {
        private static final long serialVersionUID = 1L;

        private final transient Host<N> host;
        private final long start;

        Lease(Host<N> host, long start) {
            this.host = host;
            this.start = start;
        }

        private boolean end() {
            boolean first = compareAndSet(false, true);
            if (first) {
                host.inFlight.decrementAndGet();
            }
            return first;
        }

        @Override
        public N node() {
            return host.node;
        }

        @Override
        public void succeeded() {
            if (end()) {
                ended(host, start, true);
            }
        }

        @Override
        public void failed() {
            if (end()) {
                ended(host, start, false);
            }
        }

        @Override
        public void ignored() {
            end();
        }
    }
}
