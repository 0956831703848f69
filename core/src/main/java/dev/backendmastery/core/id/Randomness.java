package dev.backendmastery.core.id;

import java.security.SecureRandom;
import java.util.function.LongSupplier;

/** Sources of 64 random bits, safe for any number of threads. */
final class Randomness {

    private static final int BATCH = 32;

    private Randomness() {}

    /**
     * Draws from {@code source} in batches of 256 bytes a thread: a draw from the operating system costs about the same
     * for 8 bytes as for 256. A number that was handed out is erased from the batch.
     */
    static LongSupplier batched(SecureRandom source) {
        ThreadLocal<Batch> batches = ThreadLocal.withInitial(Batch::new);
        return () -> batches.get().next(source);
    }

    private static final class Batch {
        private final byte[] bytes = new byte[BATCH * Long.BYTES];
        private int used = bytes.length;

        long next(SecureRandom source) {
            if (used == bytes.length) {
                source.nextBytes(bytes);
                used = 0;
            }
            long value = 0;
            for (int end = used + Long.BYTES; used < end; used++) {
                value = (value << 8) | (bytes[used] & 0xff);
                bytes[used] = 0;
            }
            return value;
        }
    }
}
