package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link ShortCodes} must hold. Extend it, say how to create yours, run it. */
@DisplayName("ShortCodes")
public abstract class ShortCodesContract {

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 7;
    private static final int SAMPLES = 10_000;

    /** Codes of {@code length} characters, 2 to 10, under a key of 16 bytes. */
    protected abstract ShortCodes create(byte[] key, int length);

    private static byte[] key(int seed) {
        byte[] key = new byte[16];
        new SplittableRandom(seed).nextBytes(key);
        return key;
    }

    @Test
    @DisplayName("SC-1 gives every counter a code of its own, and uses every code")
    void bijection() {
        for (int length = 2; length <= 3; length++) {
            ShortCodes codes = create(key(1), length);
            Set<String> seen = new HashSet<>();
            for (long counter = 0; counter < codes.capacity(); counter++) {
                seen.add(codes.encode(counter));
            }
            assertEquals(length == 2 ? 3_844 : 238_328, codes.capacity());
            assertEquals(codes.capacity(), seen.size());
        }
    }

    @Test
    @DisplayName("SC-2 turns codes back into counters")
    void turnsBack() {
        for (int length = 2; length <= 10; length++) {
            ShortCodes codes = create(key(2), length);
            long last = codes.capacity() - 1;
            LongStream.concat(LongStream.of(0, 1, last - 1, last), new SplittableRandom(3).longs(500, 0, last))
                    .forEach(counter -> assertEquals(counter, codes.decode(codes.encode(counter))));
        }
    }

    @Test
    @DisplayName("SC-3 writes codes of its length in 0-9A-Za-z")
    void alphabet() {
        for (int length = 2; length <= 10; length++) {
            ShortCodes codes = create(key(4), length);
            for (long counter = 0; counter < 500; counter++) {
                assertTrue(codes.encode(counter).matches("[0-9A-Za-z]{" + length + "}"));
            }
        }
    }

    @Test
    @DisplayName("SC-4 gives unrelated codes under another key")
    void keys() {
        byte[] near = key(5);
        near[15] ^= 1;
        ShortCodes codes = create(key(5), LENGTH);
        ShortCodes others = create(near, LENGTH);
        Set<Long> distances = new HashSet<>();
        for (long counter = 0; counter < SAMPLES; counter++) {
            distances.add(value(codes.encode(counter)) - value(others.encode(counter)));
        }
        assertTrue(distances.size() > SAMPLES * 9 / 10, () -> distances.size() + " distances between two keys");
    }

    @Test
    @DisplayName("SC-5 shows nothing of a change of the counter in any digit")
    void avalanche() {
        ShortCodes codes = create(key(6), LENGTH);
        // Of two counters one stride apart each digit should move by each of 62 amounts equally often: 161 of 10,000
        // times, with a standard deviation of 13. A digit that moves by one amount 250 times tells something.
        for (long stride = 1; stride < codes.capacity(); stride *= 62) {
            int[][] moves = new int[LENGTH][62];
            for (long counter = 0; counter < SAMPLES; counter++) {
                String from = codes.encode(counter);
                String to = codes.encode(counter + stride);
                for (int i = 0; i < LENGTH; i++) {
                    moves[i][Math.floorMod(digit(to, i) - digit(from, i), 62)]++;
                }
            }
            int most = Arrays.stream(moves).flatMapToInt(Arrays::stream).max().orElseThrow();
            assertTrue(most < 250, "at stride " + stride + " a digit moves by one amount " + most + " times");
        }
    }

    @Test
    @DisplayName("SC-6 leaves the next code open to whoever knows the ones before")
    void unpredictable() {
        ShortCodes codes = create(key(7), LENGTH);
        Map<Long, Integer> differences = new HashMap<>();
        Map<Long, Integer> masks = new HashMap<>();
        long previous = value(codes.encode(0));
        for (long counter = 1; counter <= SAMPLES; counter++) {
            long code = value(codes.encode(counter));
            differences.merge(Math.floorMod(code - previous, codes.capacity()), 1, Integer::sum);
            masks.merge(code ^ previous, 1, Integer::sum);
            previous = code;
        }
        // Among 3.5e12 differences 10,000 random ones hardly ever repeat.
        assertTrue(differences.size() >= SAMPLES - 3, () -> differences.size() + " differences");
        assertTrue(masks.size() >= SAMPLES - 3, () -> masks.size() + " masks");
    }

    @Test
    @DisplayName("SC-7 refuses counters out of range and texts that are no codes")
    void refuses() {
        ShortCodes codes = create(key(8), LENGTH);
        for (long counter : new long[] {-1, Long.MIN_VALUE, codes.capacity(), Long.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> codes.encode(counter));
        }
        for (String text :
                new String[] {"", "000000", "00000000", "000000-", "00000\u06600", "\u00e900000a", "      0"}) {
            assertThrows(IllegalArgumentException.class, () -> codes.decode(text));
        }
    }

    private static long value(String code) {
        long value = 0;
        for (int i = 0; i < code.length(); i++) {
            value = value * 62 + digit(code, i);
        }
        return value;
    }

    private static int digit(String code, int at) {
        return DIGITS.indexOf(code.charAt(at));
    }
}
