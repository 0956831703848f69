package dev.backendmastery.core.hashing;

import java.util.List;

/**
 * Constant-time consistent hashing without a table: jump's guarantee by a few shifts and one mixing of bits.
 *
 * <p>The buckets form levels, of which level d holds the 2^d buckets from 2^d up, and bucket 0 stands before them. The
 * highest set bit of the hash, among as many bits as it takes to number the buckets, chooses the level: each level has
 * half of the keys below the next. A mixing of the hash and the level chooses the bucket in it. Only the last level can be
 * incomplete; a key that falls on a bucket that is not there yet draws again, and a draw in the lower half sends it down
 * to the full levels. A bucket more changes the answer only of the keys of which some draw falls on that bucket.
 *
 * <p><b>Guarantee.</b> All of {@link ConsistentHash} for members that leave in the reverse order of joining; another's
 * {@link #without} is refused. The order of the members is part of the membership. No weights. <b>Cost.</b> One mixing,
 * and less than one more on average where the last level is incomplete; no allocation. <b>Not for</b> members that leave in
 * any order: {@link AnchorHash}. <b>Source.</b> after Coluzzi et al., <i>BinomialHash</i> (2024), with a draw of its own for
 * each level in place of their relocation, and draws that end at 2^-64 instead of a fixed few.
 */
public final class BinomialHash<N> extends BucketHash<N> {

    private static final int MOST_DRAWS = 64;

    private BinomialHash(List<Member<N>> members) {
        super(members);
    }

    /**
     * Binomial hashing among {@code members}, in this order.
     *
     * @throws IllegalArgumentException if there is no member, a name is there twice, or a weight is not 1
     */
    public static <N> BinomialHash<N> of(List<Member<N>> members) {
        return new BinomialHash<>(members);
    }

    /**
     * The bucket of a hash.
     *
     * @param hash all 64 bits must be mixed
     * @param buckets at least 1
     * @return from 0 to {@code buckets}, exclusive
     * @throws IllegalArgumentException if {@code buckets} is less than 1
     */
    public static int bucket(long hash, int buckets) {
        checkBuckets(buckets);
        int mask = -1 >>> Integer.numberOfLeadingZeros((buckets - 1) | 1); // a power of two, less one
        int bucket = inLevelOf((int) hash & mask, hash);
        return bucket < buckets ? bucket : drawAgain(hash, buckets, mask);
    }

    /** The bucket that {@code bits} and {@code hash} choose: {@code bits} the level, {@code hash} the place in it. */
    private static int inLevelOf(int bits, long hash) {
        int level = Integer.highestOneBit(bits);
        int places = level - 1;
        places &= ~(places >> 31); // bucket 0 is alone; without a branch, as the hash alone decides
        return level | ((int) Mix.mix(hash + level * Mix.GOLDEN) & places);
    }

    private static int drawAgain(long hash, int buckets, int mask) {
        int half = (mask >>> 1) + 1;
        for (int i = 0; i < MOST_DRAWS; i++) {
            int bucket = (int) Mix.draw(~hash, i) & mask;
            if (bucket < buckets) {
                return bucket < half ? inLevelOf((int) hash & (half - 1), hash) : bucket;
            }
        }
        return inLevelOf((int) hash & (half - 1), hash);
    }

    static void checkBuckets(int buckets) {
        if (buckets < 1) {
            throw new IllegalArgumentException("buckets must be at least 1, was " + buckets);
        }
    }

    @Override
    int indexFor(long hash) {
        return bucket(hash, members().size());
    }

    @Override
    public BinomialHash<N> with(Member<N> member) {
        return of(plus(members(), member));
    }

    @Override
    public BinomialHash<N> without(String name) {
        return of(withoutLast(members(), name));
    }
}
