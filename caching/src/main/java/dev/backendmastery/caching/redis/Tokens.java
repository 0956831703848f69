package dev.backendmastery.caching.redis;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Sixteen bytes that no other call gets: eight that are this object's by chance, eight that count. */
final class Tokens {

    /** The length of a token. */
    static final int LENGTH = 16;

    private final long origin = UUID.randomUUID().getLeastSignificantBits();
    private final AtomicLong count = new AtomicLong();

    byte[] next() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(origin)
                .putLong(count.incrementAndGet())
                .array();
    }
}
