package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a clock tells. Two kinds of calls are timed in turn, 250 of each, and a rank test (Mann and Whitney) says how probable it is that one of the first takes longer than one of the second.
 * With equal work that is a half with a deviation of 0.026; what leaks gives almost 0 or 1. The line between is drawn at 0.25 from the half.
 */
final class TimingTest {

    private static final int SAMPLES = 250;
    private static final int LONG = 1 << 18;

    private static volatile boolean sink;

    /** Whether the times of the two tell them apart, each time anew: a machine that does something else does so once. */
    private static boolean leaks(Runnable first, Runnable second) {
        for (int i = 0; i < 3; i++) {
            if (!differ(first, second)) {
                return false;
            }
        }
        return true;
    }

    private static boolean differ(Runnable first, Runnable second) {
        Random random = new Random(5);
        for (int i = 0; i < 100; i++) {
            first.run();
            second.run();
        }
        long[] a = new long[SAMPLES];
        long[] b = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            if (random.nextBoolean()) {
                a[i] = time(first);
                b[i] = time(second);
            } else {
                b[i] = time(second);
                a[i] = time(first);
            }
        }
        double longer = 0;
        for (long x : a) {
            for (long y : b) {
                longer += x > y ? 1 : x == y ? 0.5 : 0;
            }
        }
        return Math.abs(longer / SAMPLES / SAMPLES - 0.5) > 0.25;
    }

    private static long time(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return System.nanoTime() - begin;
    }

    private static boolean tellsWhereItDiffers(BiPredicate<byte[], byte[]> same) {
        byte[] stored = new byte[LONG];
        byte[] atTheBegin = stored.clone();
        atTheBegin[0] = 1;
        byte[] atTheEnd = stored.clone();
        atTheEnd[LONG - 1] = 1;
        return leaks(() -> sink = same.test(atTheBegin, stored), () -> sink = same.test(atTheEnd, stored));
    }

    @Test
    @DisplayName("PH-14 the comparison takes as long wherever hashes differ; equals does not (ASVS 11.2.4)")
    void comparison() {
        assertTrue(tellsWhereItDiffers(Arrays::equals), "a clock that sees nothing");
        assertFalse(tellsWhereItDiffers(SchemeHasher::same));
    }

    @Test
    @DisplayName("PH-4 by the clock too: nobody takes as long as somebody; an early return does not (ASVS 6.3.8)")
    void nobody() {
        SchemeHasher hasher = SchemeHasher.of(new Argon2id(256, 1, 1)).build();
        String stored = hasher.hash("right password");
        AtomicInteger matches = new AtomicInteger();
        Runnable known =
                () -> matches.addAndGet(hasher.verify(stored, "wrong password").matches() ? 1 : 0);
        Runnable unknown =
                () -> matches.addAndGet(hasher.verify(null, "wrong password").matches() ? 1 : 0);
        Runnable early = () -> matches.addAndGet("nobody".isEmpty() ? 1 : 0);
        assertTrue(leaks(known, early), "a clock that sees nothing");
        assertFalse(leaks(known, unknown));
        assertTrue(matches.get() == 0);
    }
}
