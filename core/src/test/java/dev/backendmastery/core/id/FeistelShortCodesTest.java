package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FeistelShortCodesTest extends ShortCodesContract {

    @Override
    protected ShortCodes create(byte[] key, int length) {
        return new FeistelShortCodes(key, length);
    }

    @Test
    void hashesAsTheReferenceDoes() {
        // Key 00..0f, message 00..0f: vector 16 of the authors' reference implementation.
        assertEquals(
                0x3f2acc7f57c29bdbL,
                SipHash.hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 11})
    void refusesALengthOutOfRange(int length) {
        assertThrows(IllegalArgumentException.class, () -> new FeistelShortCodes(new byte[16], length));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17, 32})
    void refusesAKeyOfAnotherSize(int bytes) {
        assertThrows(IllegalArgumentException.class, () -> new FeistelShortCodes(new byte[bytes], 7));
    }

    @Test
    void keepsItsCodesForEver() {
        // Codes are stored and printed: another result here breaks every link in use.
        byte[] key = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        assertEquals("QuWpYV4", new FeistelShortCodes(key, 7).encode(0));
    }
}
