package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class JumpHashTest extends ConsistentHashContract {

    @Override
    protected ConsistentHash<String> create(List<Member<String>> members) {
        return JumpHash.of(members);
    }

    @Override
    protected long golden() {
        return 1_865_049_935_138_699_367L;
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
    void isThePublishedFunction() {
        // Answers of other implementations of the paper.
        assertEquals(0, JumpHash.bucket(1, 1));
        assertEquals(43, JumpHash.bucket(42, 57));
        assertEquals(0, JumpHash.bucket(0xDEAD10CCL, 1));
        assertEquals(361, JumpHash.bucket(0xDEAD10CCL, 666));
        assertEquals(520, JumpHash.bucket(256, 1024));
        assertThrows(IllegalArgumentException.class, () -> JumpHash.bucket(1, 0));
    }

    @Test
    void staysInRangeUpToTheLargestCount() {
        for (long hash : new SplittableRandom(1).longs(10_000).toArray()) {
            int bucket = JumpHash.bucket(hash, Integer.MAX_VALUE);
            assertTrue(bucket >= 0 && bucket < Integer.MAX_VALUE);
        }
    }
}
