package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

/**
 * A {@link Cache} in Redis, shared by all processes; every value has a lifetime.
 *
 * <p><b>Guarantee.</b> {@link Cache}'s clauses across processes, but that a key is loaded by one caller at a time in each
 * process (C-5). The race between a slow load and an invalidation by another process is closed (RC-1): a miss hands out a
 * lease, {@link #remove}, {@link #put} and {@link #clear} void it, and a value loaded under a void lease is not remembered.
 * When Redis is slow or down, look-ups miss and loaders are asked (RC-2), while {@link #put}, {@link #remove} and {@link
 * #clear} throw, since an old value may still be there until its lifetime ends (RC-3); either within the client's deadline.
 * What the codec cannot read is loaded anew (RC-4), and a script cache that was lost is refilled (RC-5). A long value may
 * lie compressed (RC-6). After {@link #clear} has returned no process reads what was there before it, at a cost that does
 * not grow with the number of values (RC-7). Many keys at once cost one round trip a node (RC-8), a miss costs one and one to
 * remember what was loaded (RC-9). Lifetimes may be spread, so that what was written together does not expire together
 * (RC-10). When Redis is out of memory a {@link #put} forgets the key, a load is not remembered, everything else goes on
 * (RC-11).
 *
 * <p><b>Layout.</b> A key lies in one of {@link Builder#slices} slices, which is its hash tag on a cluster: {@code
 * v:{NAME.SLICE}:KEY} is the value, {@code l:{NAME.SLICE}:KEY} its lease, {@code g:{NAME.SLICE}} the slice's generation, sixteen
 * bytes that begin each value written under it. Both are read together, by one command on one node; a value of another
 * generation is a miss. {@link #clear} deletes the generations: the next miss or write makes a new one, unlike all before,
 * so a generation that the server evicts or loses clears its slice and can never bring an old value back.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a round trip. <b>Cost.</b> One round trip a look-up, two
 * for one that loads; {@link #clear} is one command a slice, and what it cleared keeps its memory until its lifetime ends or it
 * is written again. <b>Not for</b> the only copy of anything. <b>Source.</b> Leases as in Nishtala et al., NSDI 2013.
 */
public final class RedisCache<V> implements Cache<String, V> {

    private static final Logger log = LoggerFactory.getLogger(RedisCache.class);

    /** Keys in one command: long enough to be worth a command, short enough not to hold up the server's other clients. */
    private static final int CHUNK = 500;

    private static final String FAILED = """
            local function failed(answer) return type(answer) == 'table' and answer.err end
            """;

    private static final Script LOOK = new Script("""
            local pair = redis.call('MGET', KEYS[1], KEYS[2])
            if pair[1] and pair[2] and string.sub(pair[2], 1, 16) == pair[1] then
                return {1, pair[2], redis.call('PTTL', KEYS[2])}
            end
            return {0}
            """);

    /** All misses since the last invalidation share one lease, so that a stream of misses cannot void each other's. */
    private static final Script GET_OR_LEASE = new Script(FAILED + """
            local generation, value = unpack(redis.call('MGET', KEYS[1], KEYS[2]))
            if not generation then
                generation = ARGV[1]
                if failed(redis.pcall('SET', KEYS[1], generation)) then return {0} end
            elseif value and string.sub(value, 1, 16) == generation then
                return {1, value, redis.call('PTTL', KEYS[2])}
            end
            local lease = redis.call('GET', KEYS[3])
            if not lease or string.sub(lease, 1, 16) ~= generation then
                lease = generation .. ARGV[1]
                if failed(redis.pcall('SET', KEYS[3], lease, 'PX', ARGV[2])) then return {0} end
            end
            return {0, lease}
            """);

    private static final Script FILL = new Script(FAILED + """
            local generation, lease = unpack(redis.call('MGET', KEYS[1], KEYS[3]))
            if lease ~= ARGV[1] or generation ~= string.sub(lease, 1, 16) then return 0 end
            if failed(redis.pcall('SET', KEYS[2], generation .. ARGV[2], 'PX', ARGV[3])) then return -1 end
            return 1
            """);

    /** Values, and their lifetimes where 0 removes. Out of memory, a key is forgotten rather than left with its old value. */
    private static final Script PUT = new Script(FAILED + """
            local generation = redis.call('GET', KEYS[1])
            local room = true
            if not generation then
                generation = ARGV[1]
                room = not failed(redis.pcall('SET', KEYS[1], generation))
            end
            local forgotten = 0
            for i = 2, #KEYS, 2 do
                local value, life = ARGV[i], tonumber(ARGV[i + 1])
                local kept = room and life > 0
                        and not failed(redis.pcall('SET', KEYS[i], generation .. value, 'PX', life))
                if kept then
                    redis.call('DEL', KEYS[i + 1])
                else
                    redis.call('DEL', KEYS[i], KEYS[i + 1])
                    if life > 0 then forgotten = forgotten + 1 end
                end
            end
            return forgotten
            """);

    private final UnifiedJedis redis;
    private final Codec<V> codec;
    private final String name;
    private final Slices slices;
    private final int compressAbove;
    private final BiFunction<? super String, ? super V, Duration> life;
    private final double jitter;
    private final DoubleSupplier chance;
    private final byte[] leaseMillis;
    private final Guard guard;
    private final Tokens tokens = new Tokens();

    /** Remembers nothing; joins the callers that load the same key. */
    private final BoundedCache<String, V> joined =
            BoundedCache.<String, V>builder().maximumSize(0).lru();

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder loads = new LongAdder();
    private final LongAdder forgotten = new LongAdder();

    private RedisCache(Builder<V> builder) {
        redis = builder.redis;
        codec = builder.codec;
        name = builder.name;
        slices = new Slices(builder.name, builder.slices);
        compressAbove = builder.compressAbove;
        life = builder.life;
        jitter = builder.jitter;
        chance = builder.chance;
        leaseMillis = text(builder.lease.toMillis());
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
        int slice = slices.of(Objects.requireNonNull(key, "key"));
        byte[][] both = {slices.generation(slice), slices.value(slice, key)};
        V value;
        try {
            List<byte[]> pair = guard.call(() -> redis.mget(both));
            value = decode(key, pair.get(0), pair.get(1));
        } catch (RedisUnavailableException e) {
            value = null;
        }
        (value == null ? misses : hits).increment();
        return value;
    }

    /** As {@link #getIfPresent(String)}; {@code found} is told of a hit. */
    @Nullable
    V getIfPresent(String key, Found<V> found) {
        V value = null;
        try {
            List<byte[]> keys = keys(key);
            Object answer = guard.call(() -> LOOK.run(redis, keys.subList(0, 2), List.of()));
            value = answer instanceof List<?> list ? take(key, list, found) : null;
        } catch (RedisUnavailableException e) {
            log.debug("{} of {} is not looked up", key, name, e);
        }
        (value == null ? misses : hits).increment();
        return value;
    }

    @Override
    public V get(String key, Function<? super String, ? extends V> loader) {
        return get(key, loader, (value, millisLeft) -> {});
    }

    /** As {@link #get(String, Function)}; {@code found} is told of a hit, by the caller that has waited for no other. */
    V get(String key, Function<? super String, ? extends V> loader, Found<V> found) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(loader, "loader");
        return joined.get(key, k -> find(k, loader, found));
    }

    private V find(String key, Function<? super String, ? extends V> loader, Found<V> found) {
        List<byte[]> keys = keys(key);
        byte[] lease = null;
        try {
            Object answer = guard.call(() -> GET_OR_LEASE.run(redis, keys, List.of(tokens.next(), leaseMillis)));
            if (answer instanceof List<?> list) {
                if (Long.valueOf(1).equals(list.get(0))) {
                    V value = take(key, list, found);
                    if (value != null) {
                        hits.increment();
                        return value;
                    }
                    guard.call(() -> redis.del(keys.get(1))); // so that the next miss gets a lease
                } else {
                    lease = list.size() > 1 ? (byte[]) list.get(1) : null;
                }
            }
        } catch (RedisUnavailableException e) {
            log.debug("{} of {} is loaded without Redis", key, name, e);
        }
        misses.increment();
        V value = Objects.requireNonNull(loader.apply(key), "loader returned null");
        loads.increment();
        fill(keys, lease, key, value);
        return value;
    }

    private @Nullable V take(String key, List<?> answer, Found<V> found) {
        if (answer.size() == 3 && answer.get(1) instanceof byte[] bytes && answer.get(2) instanceof Long left) {
            V value = decode(key, bytes);
            if (value != null) {
                found.found(value, left);
            }
            return value;
        }
        return null;
    }

    private void fill(List<byte[]> keys, byte @Nullable [] lease, String key, V value) {
        long millis = lifeOf(key, value);
        if (lease == null || millis <= 0) {
            return;
        }
        List<byte[]> arguments = List.of(lease, encode(value), text(millis));
        try {
            if (Long.valueOf(-1).equals(guard.call(() -> FILL.run(redis, keys, arguments)))) {
                forgotten.increment();
            }
        } catch (RedisUnavailableException e) {
            log.debug("{} of {} was loaded but not remembered", key, name, e);
        }
    }

    /**
     * The values that are remembered for {@code keys}, in the order of the keys; what is not remembered, and everything while
     * Redis does not answer, is left out. One round trip a node.
     *
     * @throws NullPointerException if a key is null; nothing is asked
     */
    public Map<String, V> getAll(Collection<String> keys) {
        Map<Integer, List<String>> bySlice = bySlice(keys);
        Map<String, V> found = new LinkedHashMap<>();
        try {
            guard.call(() -> {
                Map<List<String>, Response<List<byte[]>>> answers = new LinkedHashMap<>();
                try (AbstractPipeline pipeline = redis.pipelined()) {
                    bySlice.forEach((slice, all) -> chunks(all).forEach(chunk -> {
                        byte[][] asked = new byte[chunk.size() + 1][];
                        asked[0] = slices.generation(slice);
                        for (int i = 0; i < chunk.size(); i++) {
                            asked[i + 1] = slices.value(slice, chunk.get(i));
                        }
                        answers.put(chunk, pipeline.mget(asked));
                    }));
                    pipeline.sync();
                }
                answers.forEach((chunk, response) -> {
                    List<byte[]> values = Pipelines.answer(response);
                    for (int i = 0; i < chunk.size(); i++) {
                        V value = decode(chunk.get(i), values.get(0), values.get(i + 1));
                        if (value != null) {
                            found.put(chunk.get(i), value);
                        }
                    }
                });
                return true;
            });
        } catch (RedisUnavailableException e) {
            log.debug("{} keys of {} are not all looked up", keys.size(), name, e);
        }
        Map<String, V> ordered = new LinkedHashMap<>();
        for (String key : new LinkedHashSet<>(keys)) {
            V value = found.get(key);
            (value == null ? misses : hits).increment();
            if (value != null) {
                ordered.put(key, value);
            }
        }
        return ordered;
    }

    /** @throws RedisUnavailableException if Redis does not answer; an earlier value may stay until its lifetime ends */
    @Override
    public void put(String key, V value) {
        Objects.requireNonNull(key, "key");
        int slice = slices.of(key);
        Put put = new Put(slice, tokens.next());
        put.add(key, value);
        change(List.of(key), () -> forgotten.add((Long) Objects.requireNonNull(put.run())));
    }

    /**
     * Remembers all of {@code values}, each as {@link #put} does; one round trip a node. Not atomic: others may see some of
     * them before the rest.
     *
     * @throws NullPointerException if a key or value is null; nothing is changed
     * @throws RedisUnavailableException if Redis, or a node of it, does not answer; some are written, others may keep their earlier
     *     value until its lifetime ends
     */
    public void putAll(Map<String, ? extends V> values) {
        List<Put> puts = new ArrayList<>();
        bySlice(values.keySet()).forEach((slice, keys) -> chunks(keys).forEach(chunk -> {
            Put put = new Put(slice, tokens.next());
            for (String key : chunk) {
                put.add(key, Objects.requireNonNull(values.get(key), "value"));
            }
            puts.add(put);
        }));
        change(values.keySet(), () -> {
            List<Response<Object>> answers = new ArrayList<>();
            try (AbstractPipeline pipeline = redis.pipelined()) {
                for (Put put : puts) {
                    answers.add(PUT.add(pipeline, put.keys, put.arguments));
                }
                pipeline.sync();
            }
            for (int i = 0; i < puts.size(); i++) {
                Put put = puts.get(i);
                Object lost = PUT.answer(answers.get(i), redis, put.keys, put.arguments);
                forgotten.add((Long) Objects.requireNonNull(lost));
            }
        });
    }

    /** One run of the script that writes, for keys of one slice. */
    private final class Put {
        private final int slice;
        private final List<byte[]> keys = new ArrayList<>();
        private final List<byte[]> arguments = new ArrayList<>();

        Put(int slice, byte[] token) {
            this.slice = slice;
            keys.add(slices.generation(slice));
            arguments.add(token);
        }

        void add(String key, V value) {
            long millis = lifeOf(key, Objects.requireNonNull(value, "value"));
            keys.add(slices.value(slice, key));
            keys.add(slices.lease(slice, key));
            arguments.add(millis <= 0 ? new byte[0] : encode(value));
            arguments.add(text(Math.max(0, millis)));
        }

        @Nullable
        Object run() {
            return PUT.run(redis, keys, arguments);
        }
    }

    /** @throws RedisUnavailableException if Redis does not answer; the value may stay until its lifetime ends */
    @Override
    public void remove(String key) {
        int slice = slices.of(Objects.requireNonNull(key, "key"));
        byte[] value = slices.value(slice, key);
        byte[] lease = slices.lease(slice, key);
        change(List.of(key), () -> redis.del(value, lease));
    }

    /** Redis first: a load that begins after that sees the change, one that began before is left alone by newcomers. */
    private void change(Collection<String> keys, Runnable change) {
        try {
            guard.call(() -> {
                change.run();
                return true;
            });
        } finally {
            keys.forEach(joined::remove);
        }
    }

    /**
     * As {@link Cache#clear()}, in a time that does not depend on how much is remembered.
     *
     * @throws RedisUnavailableException if Redis, or a node of it, does not answer; any value may stay until its lifetime ends
     */
    @Override
    public void clear() {
        try {
            guard.call(() -> {
                List<Response<Long>> answers = new ArrayList<>();
                try (AbstractPipeline pipeline = redis.pipelined()) {
                    for (int slice = 0; slice < slices.count(); slice++) {
                        answers.add(pipeline.del(slices.generation(slice)));
                    }
                    pipeline.sync();
                }
                answers.forEach(Pipelines::answer);
                return true;
            });
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

    /** How many calls Redis did not answer, or could not remember a value for want of memory. */
    public long failures() {
        return guard.failures() + forgotten.sum();
    }

    Slices slices() {
        return slices;
    }

    boolean isClustered() {
        return redis instanceof RedisClusterClient;
    }

    private @Nullable V decode(String key, byte @Nullable [] generation, byte @Nullable [] bytes) {
        boolean current = generation != null
                && bytes != null
                && bytes.length >= Tokens.LENGTH
                && Arrays.equals(generation, 0, generation.length, bytes, 0, Tokens.LENGTH);
        return current ? decode(key, bytes) : null;
    }

    private @Nullable V decode(String key, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return codec.decode(Frame.unwrap(bytes, Tokens.LENGTH));
        } catch (RuntimeException e) {
            log.warn("{} of {} holds what this codec cannot read; it is loaded anew", key, name, e);
            return null;
        }
    }

    private byte[] encode(V value) {
        return Frame.wrap(codec.encode(value), compressAbove);
    }

    private long lifeOf(String key, V value) {
        long millis = life.apply(key, value).toMillis();
        return jitter == 0 || millis <= 0 ? millis : Math.max(1, (long) (millis * (1 - jitter * chance.getAsDouble())));
    }

    /** Its slice's generation, its value, its lease. */
    private List<byte[]> keys(String key) {
        int slice = slices.of(Objects.requireNonNull(key, "key"));
        return List.of(slices.generation(slice), slices.value(slice, key), slices.lease(slice, key));
    }

    private Map<Integer, List<String>> bySlice(Collection<String> keys) {
        Map<Integer, List<String>> bySlice = new LinkedHashMap<>();
        for (String key : new LinkedHashSet<>(keys)) {
            bySlice.computeIfAbsent(slices.of(Objects.requireNonNull(key, "key")), slice -> new ArrayList<>())
                    .add(key);
        }
        return bySlice;
    }

    private static List<List<String>> chunks(List<String> keys) {
        List<List<String>> chunks = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += CHUNK) {
            chunks.add(keys.subList(from, Math.min(keys.size(), from + CHUNK)));
        }
        return chunks;
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
        private double jitter;
        private DoubleSupplier chance = () -> ThreadLocalRandom.current().nextDouble();
        private Duration lease = Duration.ofSeconds(30);
        private Duration retryAfter = Duration.ofSeconds(1);
        private int compressAbove = Integer.MAX_VALUE;
        private int slices = 64;

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

        /** As {@link #jitter(double, DoubleSupplier)}, by the thread's own random numbers. */
        public Builder<V> jitter(double part) {
            return jitter(part, chance);
        }

        /**
         * Shortens each lifetime by up to {@code part} of it, none if nothing is said.
         *
         * @param random numbers from 0 to less than 1; asked by many threads
         * @throws IllegalArgumentException if {@code part} is not from 0 to 1
         */
        public Builder<V> jitter(double part, DoubleSupplier random) {
            if (!(part >= 0 && part <= 1)) {
                throw new IllegalArgumentException("part must be from 0 to 1, was " + part);
            }
            jitter = part;
            chance = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Values whose codec makes more bytes than this are compressed; none are if nothing is said. Processes may differ.
         *
         * @throws IllegalArgumentException if {@code bytes} is negative
         */
        public Builder<V> compressAbove(int bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("compressAbove must be at least 0, was " + bytes);
            }
            compressAbove = bytes;
            return this;
        }

        /**
         * Over how many slots of a cluster the keys are spread, and how many commands a {@link #clear} takes; 64 if nothing is
         * said. All processes must say the same, or they see different caches.
         *
         * @throws IllegalArgumentException if {@code count} is not from 1 to 16384
         */
        public Builder<V> slices(int count) {
            if (count < 1 || count > 16_384) {
                throw new IllegalArgumentException("slices must be from 1 to 16384, was " + count);
            }
            slices = count;
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

        /** How long after a failure Redis is asked again, on a cluster also its other nodes; one second if nothing is said. */
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
