package dev.backendmastery.core.hashing;

import java.util.List;
import java.util.function.IntPredicate;

/** Members numbered in the order of joining, placed by a function of hash and count alone. */
abstract class BucketHash<N> extends Snapshot<N> {

    private static final int DRAWS_PER_MEMBER = 4;

    BucketHash(List<Member<N>> members) {
        super(unweighted(distinct(members)));
    }

    @Override
    boolean prefer(long hash, IntPredicate accepts) {
        return preferByDraws(this, hash, accepts);
    }

    /** Further choices of a key by placing further hashes made of it: each as stable as the first. */
    static boolean preferByDraws(Snapshot<?> placement, long hash, IntPredicate accepts) {
        int draws = DRAWS_PER_MEMBER * placement.members().size();
        for (int i = 0; i < draws; i++) {
            if (accepts.test(placement.indexFor(Mix.draw(hash, i)))) {
                return true;
            }
        }
        return false;
    }

    /** The members without the last, whose name this must be. */
    static <N> List<Member<N>> withoutLast(List<Member<N>> members, String name) {
        List<Member<N>> fewer = minus(members, name);
        String last = members.get(members.size() - 1).name();
        if (!last.equals(name)) {
            throw new IllegalArgumentException("name must be that of the member that joined last, " + last + ", was "
                    + name + ": where any member may leave, use AnchorHash");
        }
        return fewer;
    }
}
