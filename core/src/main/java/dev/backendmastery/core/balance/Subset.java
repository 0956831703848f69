package dev.backendmastery.core.balance;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Lets each of many clients talk to a part of the nodes only, so that a fleet does not keep clients x nodes connections.
 *
 * <p>Clients are numbered. Clients 0 to slices - 1 share the nodes among them, the next ones share them again in another
 * order, and so on.
 *
 * <p><b>Guarantee.</b> Whoever computes it gets the same part (SU-1). Each round of clients covers each node once, so nodes
 * have the same number of clients but for the last round (SU-2). When one node joins or leaves, at most two members of a
 * client's part change (SU-3). <b>Threads.</b> As the inner balancer. <b>Cost.</b> A change of n nodes costs a sort of n.
 * <b>Not for</b> parts of fewer than about ten nodes: then one bad node is too large a share. <b>Source.</b> After Google,
 * <i>Site Reliability Engineering</i>, chapter 20, whose shuffle gives way to a ranking by hash that survives changes.
 */
public final class Subset<N> implements LoadBalancer<N> {

    private final LoadBalancer<N> inner;
    private final int client;
    private final int slices;
    private final Function<? super N, String> name;

    private Subset(LoadBalancer<N> inner, int client, int slices, Function<? super N, String> name) {
        check(client, slices);
        this.inner = Objects.requireNonNull(inner, "inner");
        this.client = client;
        this.slices = slices;
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Around {@code inner}, which gets this client's part of the nodes that are set here.
     *
     * @param client the number of this client, from 0
     * @param slices into how many parts the nodes are divided, from 1
     * @param name tells nodes apart, the same way in all clients
     */
    public static <N> Subset<N> around(
            LoadBalancer<N> inner, int client, int slices, Function<? super N, String> name) {
        return new Subset<>(inner, client, slices, name);
    }

    private static void check(int client, int slices) {
        if (client < 0) {
            throw new IllegalArgumentException("client must be at least 0, was " + client);
        }
        if (slices < 1) {
            throw new IllegalArgumentException("slices must be at least 1, was " + slices);
        }
    }

    /** The part of {@code nodes} for {@code client}; empty if there are fewer nodes than slices and it got none. */
    public static <N> List<N> part(
            Collection<? extends N> nodes, int client, int slices, Function<? super N, String> name) {
        check(client, slices);
        Hasher64 hasher = Hashing.komihash5_0(client / slices);
        record Ranked<N>(N node, long rank, String name) {}
        List<Ranked<N>> ranked = new ArrayList<>(nodes.size());
        for (N node : nodes) {
            String text = name.apply(node);
            ranked.add(new Ranked<>(node, hasher.hashCharsToLong(text), text));
        }
        ranked.sort(Comparator.<Ranked<N>>comparingLong(Ranked::rank).thenComparing(Ranked::name));
        int slice = client % slices;
        int from = (int) ((long) slice * nodes.size() / slices);
        int to = (int) ((slice + 1L) * nodes.size() / slices);
        return ranked.subList(from, to).stream().<N>map(Ranked::node).toList();
    }

    @Override
    public void setNodes(Collection<? extends N> nodes) {
        inner.setNodes(part(nodes, client, slices, name));
    }

    @Override
    public Pick<N> pick() {
        return inner.pick();
    }
}
