package dev.backendmastery.core.balance;

import java.util.Collection;

/**
 * Says which of several equal nodes takes the next call, and learns from how the calls end.
 *
 * <p><b>Guarantee.</b> Equal nodes get equal shares and none starves (LB-1). Calls in flight are counted once each and come
 * back to zero (LB-2). After {@link #setNodes} returns no node is picked that is not in it, and every one that is can be
 * (LB-3); what was known of the nodes that stay is kept. Without a node there is a typed refusal (LB-4). Bad input changes
 * nothing (LB-5). What each implementation avoids (LB-6, LB-7) is in the table of this package.
 *
 * <p><b>Threads.</b> Safe for any number; nodes may change while others pick. <b>Cost.</b> A pick allocates its lease and
 * takes constant time. <b>Not for</b> sending the same key to the same node: that is consistent hashing.
 *
 * @param <N> a node: an address or a client of one, with {@code equals}
 */
public interface LoadBalancer<N> {

    /**
     * The node for one call, as a lease that must be reported back.
     *
     * @throws NoNodeException if there is none
     */
    Pick<N> pick();

    /**
     * Replaces the nodes.
     *
     * @throws IllegalArgumentException if a node comes twice; nothing changed
     */
    void setNodes(Collection<? extends N> nodes);

    /**
     * A node for one call. Exactly one report counts; more are ignored.
     *
     * @param <N> as above
     */
    interface Pick<N> {

        /** Where to send the call. */
        N node();

        /** The call has been answered. */
        void succeeded();

        /** The call has failed in a way that speaks against the node. */
        void failed();

        /** The call was not made, or says nothing about the node. */
        void ignored();
    }
}
