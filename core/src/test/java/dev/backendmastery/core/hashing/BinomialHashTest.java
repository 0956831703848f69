package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BinomialHashTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return BinomialHash.of(members);
    }

    @Override
    protected long golden() {
        return -6_949_498_279_132_409_270L;
    }

    @Override
    protected boolean hasWeights() {
        return false;
    }

    @Override
    protected boolean orderless() {
        return false;
    }

    @Override
    protected boolean anyMayLeave() {
        return false;
    }

    @Test
    void addsBucketsOneByOneWithoutMovingAKeyElsewhere() {
        for (long hash : new SplittableRandom(1).longs(2_000).toArray()) {
            int before = BinomialHash.bucket(hash, 1);
            assertEquals(0, before);
            for (int buckets = 2; buckets <= 300; buckets++) {
                int after = BinomialHash.bucket(hash, buckets);
                assertTrue(after == before || after == buckets - 1, before + " to " + after + " of " + buckets);
                before = after;
            }
        }
    }

    @Test
    void keepsItsBalanceAcrossPowersOfTwo() {
        for (int buckets : new int[] {2, 3, 5, 8, 9, 13, 16, 17, 33, 64, 65, 127}) {
            int keys = 200_000;
            int[] loads = new int[buckets];
            new SplittableRandom(buckets).longs(keys).forEach(hash -> loads[BinomialHash.bucket(hash, buckets)]++);
            double mean = (double) keys / buckets;
            double chiSquare = 0;
            for (int load : loads) {
                chiSquare += (load - mean) * (load - mean) / mean;
            }
            double freedom = buckets - 1;
            double most = freedom + 4 * Math.sqrt(2 * freedom) + 4;
            double found = chiSquare;
            assertTrue(found <= most, () -> "chi-square of " + buckets + " buckets was " + found + " above " + most);
        }
    }

    @Test
    void staysInRangeUpToTheLargestCount() {
        for (long hash : new SplittableRandom(2).longs(10_000).toArray()) {
            for (int buckets : new int[] {Integer.MAX_VALUE, (1 << 30) + 1, 1 << 30, 1_000_000_007}) {
                int bucket = BinomialHash.bucket(hash, buckets);
                assertTrue(bucket >= 0 && bucket < buckets);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> BinomialHash.bucket(1, 0));
    }
}
