package dev.backendmastery.docs.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

/** A secret that is told letter by letter. */
final class SecretGalleryTest {

    private static final String DIGITS = "0123456789abcdef";
    private static final String MESSAGE = "pay=1000&to=mallory";
    private static final int LENGTH = 64;

    /** Whoever believes codes. */
    @FunctionalInterface
    private interface Believes {
        boolean isGenuine(CharSequence code) throws Exception;
    }

    /** A code that counts how many of its letters are read: what a clock tells who asks often enough. */
    private static final class Watched implements CharSequence {
        private final String code;
        private int read;

        Watched(String code) {
            this.code = code;
        }

        @Override
        public int length() {
            return code.length();
        }

        @Override
        public char charAt(int index) {
            read++;
            return code.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            read += end - start;
            return code.substring(start, end);
        }

        @Override
        public String toString() {
            read += code.length();
            return code;
        }
    }

    /** Changes each letter in turn for the one with which more letters are read. */
    private static String forge(Believes server) throws Exception {
        StringBuilder code = new StringBuilder("0".repeat(LENGTH));
        int asked = 0;
        for (int i = 0; i < LENGTH; i++) {
            char best = '0';
            int most = -1;
            for (int j = 0; j < DIGITS.length(); j++) {
                code.setCharAt(i, DIGITS.charAt(j));
                Watched watched = new Watched(code.toString());
                asked++;
                if (server.isGenuine(watched)) {
                    return "forged after " + asked + " questions";
                }
                if (most >= 0 && watched.read != most) {
                    best = watched.read > most ? DIGITS.charAt(j) : best;
                    break; // of two that differ, the one that is read further is right
                }
                most = watched.read;
            }
            code.setCharAt(i, best);
        }
        return "not forged after " + asked + " questions";
    }

    @Test
    void equalsOnMac() throws Exception {
        byte[] key = "a key of this test, which Mallory has not".getBytes(StandardCharsets.US_ASCII);
        EqualsOnMac broken = new EqualsOnMac(key);
        assertEquals(true, broken.isGenuine(MESSAGE, broken.sign(MESSAGE)));
        byte[] expected = broken.sign(MESSAGE).getBytes(StandardCharsets.US_ASCII);
        GalleryTest.shows(
                "EqualsOnMac:   the code of a message by Mallory is forged after 625 questions",
                "MessageDigest: the code of a message by Mallory is not forged after 1024 questions",
                "EqualsOnMac:   the code of a message by Mallory is " + forge(code -> broken.isGenuine(MESSAGE, code)),
                "MessageDigest: the code of a message by Mallory is "
                        + forge(code ->
                                MessageDigest.isEqual(expected, code.toString().getBytes(StandardCharsets.US_ASCII))));
    }
}
