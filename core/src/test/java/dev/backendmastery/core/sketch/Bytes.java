package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/** What the bytes of every sketch must hold. */
final class Bytes {

    private Bytes() {}

    /** A check sum of another kind than the one inside, so that bytes can be compared with those of long ago. */
    static long checkSum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }

    /**
     * Checks that the bytes are those of long ago and that whatever else is refused.
     *
     * @param golden {@link #checkSum} when the class was written
     * @param read makes a sketch of bytes
     */
    static void check(byte[] bytes, long golden, Consumer<byte[]> read) {
        assertEquals(golden, checkSum(bytes), "the bytes of the machine on which this was written");
        read.accept(bytes);
        for (int length = 0; length < bytes.length; length += 1 + length / 8) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(SketchFormatException.class, () -> read.accept(cut), () -> "cut to " + cut.length);
        }
        assertThrows(SketchFormatException.class, () -> read.accept(Arrays.copyOf(bytes, bytes.length + 1)));
        for (int i = 0; i < bytes.length; i += 1 + i / 32) {
            for (int bit = i < 32 ? 0 : i % Byte.SIZE; bit < Byte.SIZE; bit += i < 32 ? 1 : Byte.SIZE) {
                byte[] damaged = bytes.clone();
                damaged[i] ^= (byte) (1 << bit);
                int at = i;
                assertThrows(SketchFormatException.class, () -> read.accept(damaged), () -> "damaged at " + at);
            }
        }
        // Whole, and of another kind: there are not that many.
        byte[] other = Format.seal(Format.write((byte) 100, 0));
        assertThrows(SketchFormatException.class, () -> read.accept(other));
    }
}
