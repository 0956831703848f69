package dev.backendmastery.core.hashing;

import java.util.List;

/**
 * Jump consistent hash: no table at all, as good a balance as chance gives, members numbered 0 to n - 1.
 *
 * <p><b>Guarantee.</b> All of {@link ConsistentHash} for members that leave in the reverse order of joining; another's
 * {@link #without} is refused. The order of the members is part of the membership. No weights. <b>Cost.</b> ln n steps, each
 * with a division; no allocation.
 *
 * <p><b>Not for</b> new code without a reason: {@link BinomialHash} gives the same guarantee in constant time. It is here
 * because other systems place by it: {@link #bucket} is the published function, bit for bit. <b>Source.</b> Lamping and
 * Veach, <i>A Fast, Minimal Memory, Consistent Hash Algorithm</i> (2014).
 */
public final class JumpHash<N> extends BucketHash<N> {

    private JumpHash(List<Member<N>> members) {
        super(members);
    }

    /**
     * Jump among {@code members}, in this order.
     *
     * @throws IllegalArgumentException if there is no member, a name is there twice, or a weight is not 1
     */
    public static <N> JumpHash<N> of(List<Member<N>> members) {
        return new JumpHash<>(members);
    }

    /**
     * The bucket of a hash.
     *
     * @param buckets at least 1
     * @return from 0 to {@code buckets}, exclusive
     * @throws IllegalArgumentException if {@code buckets} is less than 1
     */
    public static int bucket(long hash, int buckets) {
        BinomialHash.checkBuckets(buckets);
        long state = hash;
        int bucket = -1;
        long next = 0;
        while (next < buckets) {
            bucket = (int) next;
            state = state * 2_862_933_555_777_941_757L + 1;
            next = (long) ((bucket + 1L) * (0x1p31 / ((state >>> 33) + 1L)));
        }
        return bucket;
    }

    @Override
    int indexFor(long hash) {
        return bucket(hash, members().size());
    }

    @Override
    public JumpHash<N> with(Member<N> member) {
        return of(plus(members(), member));
    }

    @Override
    public JumpHash<N> without(String name) {
        return of(withoutLast(members(), name));
    }
}
