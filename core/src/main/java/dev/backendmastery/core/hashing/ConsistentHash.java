package dev.backendmastery.core.hashing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Says which node a key belongs to, so that a change of the membership moves few keys. A value: a change gives a new one.
 *
 * <p><b>Guarantee.</b> The same membership gives the same answers, in every process and on every JVM (CH-1); every answer
 * is a member (CH-2). Keys spread over the nodes in proportion to the weights: the coefficient of variation of the load
 * is within the implementation's bound, which for all but the ring and Maglev is 1.2 times the noise of random placement
 * (CH-3, CH-6). A join moves at most the newcomer's fair share times 1.1 and only to the newcomer (CH-4), a leave moves
 * only the keys of the node that left (CH-5), each to the implementation's bound. Replicas are distinct, the key's own
 * node comes first (CH-7), and zones are used evenly before one is used again (CH-8). A change leaves the value that it
 * was asked of as it was (CH-9). A bad membership or change is refused by name (CH-10).
 *
 * <p><b>Threads.</b> Immutable; {@link LiveHash} publishes changes to readers that never block. <b>Cost.</b> Stated by each
 * implementation; look-ups allocate nothing. <b>Not for</b> keys so hot that one alone exceeds a node: replicate them, or
 * use {@link BoundedLoadHash}. Nor for placement that must be moved by hand: keep a table.
 *
 * @param <N> the node
 */
public interface ConsistentHash<N> {

    /** What turns keys and names into 64 bits: XXH3, by hash4j. */
    Hasher64 HASHER = Hashing.xxh3_64();

    /**
     * The node for a key that is hashed already.
     *
     * @param hash all 64 bits must be mixed, as by {@link #HASHER}; an unmixed number goes to {@link #nodeFor(long)}
     */
    N nodeForHash(long hash);

    /**
     * The first member, in this key's own order of preference, that is accepted: the way around a node that is down or
     * full. {@code accepts} sees each member at most once, the key's own node first, and all before nobody is the answer.
     */
    Optional<Member<N>> findFor(long hash, Predicate<? super Member<N>> accepts);

    /**
     * The nodes that hold the copies of a key: distinct, the key's own node first, as many zones as there are before one
     * is used again.
     *
     * @param count at least 1; more than there are members gives all of them
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    List<N> replicas(long hash, int count);

    /** The members, in the order that this implementation depends on; sorted by name where it depends on none. */
    List<Member<N>> members();

    /**
     * This membership and one more.
     *
     * @throws IllegalArgumentException if the name is taken, or the implementation has no weights and this is not 1
     * @throws IllegalStateException if the implementation has no room for one more
     */
    ConsistentHash<N> with(Member<N> member);

    /**
     * This membership without one.
     *
     * @throws IllegalArgumentException if there is no such member, it is the last one, or the implementation cannot let
     *     it go without moving other keys
     */
    ConsistentHash<N> without(String name);

    /** The node for a number, of whatever distribution. */
    default N nodeFor(long key) {
        return nodeForHash(HASHER.hashLongToLong(key));
    }

    /** The node for a text. */
    default N nodeFor(CharSequence key) {
        return nodeForHash(HASHER.hashCharsToLong(key));
    }

    /** The node for bytes. */
    default N nodeFor(byte[] key) {
        return nodeForHash(HASHER.hashBytesToLong(key));
    }
}
