package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * A {@link Cache} in Redis, shared by all processes; every value has a lifetime.
 *
 * <p><b>Guarantee.</b> {@link Cache}'s clauses across processes, but that a key is loaded by one caller at a time in each
 * process (C-5). The race between a slow load and an invalidation by another process is closed (RC-1): a miss hands out a
 * lease, {@link #remove} and {@link #put} void it, and a value loaded under a void lease is not remembered. When Redis is
 * slow or down, look-ups miss and loaders are asked (RC-2), while {@link #put}, {@link #remove} and {@link #clear} throw,
 * since an old value may still be there until its lifetime ends (RC-3); either within the client's deadline.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a round trip. <b>Cost.</b> One round trip a look-up, two
 * for one that loads; {@link #clear} takes time linear in all keys of the server. <b>Not for</b> the only copy of
 * anything. <b>Source.</b> Leases as in Nishtala et al., NSDI 2013.
 */
public final class RedisCache<V> implements Cache<String, V> {

    private static final Logger log = LoggerFactory.getLogger(RedisCache.class);

    /** All misses since the last invalidation share one lease, so that a stream of misses cannot void each other's. */
    private static final Script GET_OR_LEASE = new Script("""
            local value = redis.call('GET', KEYS[1])
            if value then return {1, value} end
            redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX')
            return {0, redis.call('GET', KEYS[2])}
            """);

    private static final Script FILL = new Script("""
            if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return 1
            """);

    private static final Script PUT = new Script("""
            redis.call('DEL', KEYS[2])
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """);

    private final UnifiedJedis redis;
    private final Codec<V> codec;
    private final String prefix;
    private final BiFunction<? super String, ? super V, Duration> life;
    private final long leaseMillis;
    private final Guard guard;

    /** Remembers nothing; joins the callers that load the same key. */
    private final BoundedCache<String, V> joined =
            BoundedCache.<String, V>builder().maximumSize(0).lru();

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder loads = new LongAdder();

    private RedisCache(Builder<V> builder) {
        redis = builder.redis;
        codec = builder.codec;
        prefix = builder.name + ":";
        life = builder.life;
        leaseMillis = builder.lease.toMillis();
        guard = new Guard(Ticker.system(), builder.retryAfter);
    }

    /**
     * A builder of caches.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells this cache's keys from others'; without curly braces and wildcards
     */
    public static <V> Builder<V> builder(UnifiedJedis redis, String name, Codec<V> codec) {
        return new Builder<>(redis, name, codec);
    }

    @Override
    public @Nullable V getIfPresent(String key) {
        byte[] slot = valueKey(key);
        V value;
        try {
            value = decode(key, guard.call(() -> redis.get(slot)));
        } catch (RedisUnavailableException e) {
            value = null;
        }
        (value == null ? misses : hits).increment();
        return value;
    }

    @Override
    public V get(String key, Function<? super String, ? extends V> loader) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(loader, "loader");
        return joined.get(key, k -> find(k, loader));
    }

    private V find(String key, Function<? super String, ? extends V> loader) {
        List<byte[]> keys = List.of(valueKey(key), leaseKey(key));
        byte[] lease = null;
        try {
            Object answer = guard.call(() -> GET_OR_LEASE.run(
                    redis, keys, List.of(UUID.randomUUID().toString().getBytes(UTF_8), text(leaseMillis))));
            if (answer instanceof List<?> list && list.get(1) instanceof byte[] bytes) {
                if (Long.valueOf(1).equals(list.get(0))) {
                    V value = decode(key, bytes);
                    if (value != null) {
                        hits.increment();
                        return value;
                    }
                    guard.call(() -> redis.del(keys.get(0))); // so that the next miss gets a lease
                } else {
                    lease = bytes;
                }
            }
        } catch (RedisUnavailableException e) {
            log.debug("{}{} is loaded without Redis", prefix, key, e);
        }
        misses.increment();
        V value = Objects.requireNonNull(loader.apply(key), "loader returned null");
        loads.increment();
        fill(keys, lease, key, value);
        return value;
    }

    private void fill(List<byte[]> keys, byte @Nullable [] lease, String key, V value) {
        long millis = life.apply(key, value).toMillis();
        if (lease == null || millis <= 0) {
            return;
        }
        List<byte[]> arguments = List.of(lease, codec.encode(value), text(millis));
        try {
            guard.call(() -> FILL.run(redis, keys, arguments));
        } catch (RedisUnavailableException e) {
            log.debug("{}{} was loaded but not remembered", prefix, key, e);
        }
    }

    /** @throws RedisUnavailableException if Redis does not answer; an earlier value may stay until its lifetime ends */
    @Override
    public void put(String key, V value) {
        long millis = life.apply(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"))
                .toMillis();
        if (millis <= 0) {
            remove(key);
            return;
        }
        List<byte[]> keys = List.of(valueKey(key), leaseKey(key));
        List<byte[]> arguments = List.of(codec.encode(value), text(millis));
        change(key, () -> PUT.run(redis, keys, arguments));
    }

    /** @throws RedisUnavailableException if Redis does not answer; the value may stay until its lifetime ends */
    @Override
    public void remove(String key) {
        byte[] value = valueKey(Objects.requireNonNull(key, "key"));
        byte[] lease = leaseKey(key);
        change(key, () -> redis.del(value, lease));
    }

    /** Redis first: a load that begins after that sees the change, one that began before is left alone by newcomers. */
    private void change(String key, Runnable change) {
        try {
            guard.call(() -> {
                change.run();
                return key;
            });
        } finally {
            joined.remove(key);
        }
    }

    /** @throws RedisUnavailableException if Redis does not answer; any value may stay until its lifetime ends */
    @Override
    public void clear() {
        try {
            String cursor = ScanParams.SCAN_POINTER_START;
            ScanParams mine = new ScanParams().match(prefix + "*").count(1_000);
            do {
                String from = cursor;
                ScanResult<String> found = guard.call(() -> redis.scan(from, mine));
                for (String name : found.getResult()) {
                    guard.call(() -> redis.unlink(name));
                }
                cursor = found.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        } finally {
            joined.clear();
        }
    }

    /** Counts of this process; Redis evicts and expires without telling, so those are 0. */
    @Override
    public CacheStats stats() {
        return new CacheStats(
                hits.sum(), misses.sum(), loads.sum(), joined.stats().failedLoads(), 0, 0);
    }

    /** How many calls Redis did not answer. */
    public long failures() {
        return guard.failures();
    }

    private @Nullable V decode(String key, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return codec.decode(bytes);
        } catch (RuntimeException e) {
            log.warn("{}{} holds what this codec cannot read; it is loaded anew", prefix, key, e);
            return null;
        }
    }

    private byte[] valueKey(String key) {
        return (prefix + "{" + Objects.requireNonNull(key, "key") + "}").getBytes(UTF_8);
    }

    private byte[] leaseKey(String key) {
        return (prefix + "{" + key + "}:lease").getBytes(UTF_8);
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    /** What a {@link RedisCache} shall be like. */
    public static final class Builder<V> {
        private final UnifiedJedis redis;
        private final String name;
        private final Codec<V> codec;
        private BiFunction<? super String, ? super V, Duration> life = (key, value) -> Duration.ofMinutes(10);
        private Duration lease = Duration.ofSeconds(30);
        private Duration retryAfter = Duration.ofSeconds(1);

        private Builder(UnifiedJedis redis, String name, Codec<V> codec) {
            this.redis = Objects.requireNonNull(redis, "redis");
            this.name = Objects.requireNonNull(name, "name");
            this.codec = Objects.requireNonNull(codec, "codec");
            if (!name.matches("[^{}*?\\[\\]\\\\]+")) {
                throw new IllegalArgumentException(
                        "name must not be empty nor have braces, brackets or wildcards, was " + name);
            }
        }

        /**
         * How long a value may be returned, ten minutes if nothing is said.
         *
         * @throws IllegalArgumentException if {@code time} is less than a millisecond
         */
        public Builder<V> expireAfterWrite(Duration time) {
            if (time.toMillis() < 1) {
                throw new IllegalArgumentException("time must be at least 1 ms, was " + time);
            }
            return expireAfterWrite((key, value) -> time);
        }

        /** How long each value may be returned; one with less than a millisecond is not remembered. */
        public Builder<V> expireAfterWrite(BiFunction<? super String, ? super V, Duration> time) {
            life = Objects.requireNonNull(time, "time");
            return this;
        }

        /** How long a load may take and still be remembered, 30 seconds if nothing is said. */
        public Builder<V> lease(Duration time) {
            if (time.toMillis() < 1) {
                throw new IllegalArgumentException("lease must be at least 1 ms, was " + time);
            }
            lease = time;
            return this;
        }

        /** How long after a failure Redis is asked again, one second if nothing is said. */
        public Builder<V> retryAfter(Duration rest) {
            retryAfter = Objects.requireNonNull(rest, "rest");
            return this;
        }

        /** The cache; nothing is sent to Redis yet. */
        public RedisCache<V> build() {
            return new RedisCache<>(this);
        }
    }
}
