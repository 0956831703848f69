package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.loading.Loaded;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What a {@link dev.backendmastery.caching.loading.ReadThrough} remembers, as bytes: so that a {@link RedisCache} can be its
 * store.
 *
 * <p><b>Guarantee.</b> What is decoded equals what was encoded; bytes of another version are refused, so that the entry is
 * loaded anew. <b>Threads.</b> Safe if the values' codec is. <b>Cost.</b> 42 bytes besides the value's. <b>Not for</b>
 * keeping what another version of this library shall read.
 *
 * @param <V> the value
 */
public final class LoadedCodec<V> implements Codec<Loaded<V>> {

    private static final byte VERSION = 1;
    private static final int HEAD = 2 + 5 * Long.BYTES;

    private final Codec<V> values;

    /** Of entries whose values {@code values} encodes. */
    public LoadedCodec(Codec<V> values) {
        this.values = Objects.requireNonNull(values, "values");
    }

    @Override
    public byte[] encode(Loaded<V> loaded) {
        V value = loaded.value();
        byte[] bytes = value == null ? new byte[0] : values.encode(value);
        return ByteBuffer.allocate(HEAD + bytes.length)
                .put(VERSION)
                .put((byte) (value == null ? 0 : 1))
                .putLong(loaded.loadedAt())
                .putLong(loaded.refreshNanos())
                .putLong(loaded.lifeNanos())
                .putLong(loaded.staleNanos())
                .putLong(loaded.costNanos())
                .put(bytes)
                .array();
    }

    /** @throws IllegalArgumentException if {@code bytes} are not of this version */
    @Override
    public Loaded<V> decode(byte[] bytes) {
        if (bytes.length < HEAD || bytes[0] != VERSION || bytes[1] < 0 || bytes[1] > 1) {
            throw new IllegalArgumentException("bytes must be an entry of version " + VERSION);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 2, bytes.length - 2);
        long loadedAt = in.getLong();
        long refresh = in.getLong();
        long life = in.getLong();
        long stale = in.getLong();
        long cost = in.getLong();
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return new Loaded<>(bytes[1] == 0 ? null : values.decode(rest), loadedAt, refresh, life, stale, cost);
    }
}
