package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Values to bytes and back.
 *
 * @param <V> the value
 */
public interface Codec<V> {

    /** The bytes of {@code value}. */
    byte[] encode(V value);

    /** The value of {@code bytes}; throws any runtime exception if they are not one, and then the look-up is a miss. */
    V decode(byte[] bytes);

    /** Strings as UTF-8. */
    static Codec<String> strings() {
        return new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return value.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] bytes) {
                return new String(bytes, UTF_8);
            }
        };
    }
}
