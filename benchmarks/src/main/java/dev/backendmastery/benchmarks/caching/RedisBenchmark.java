package dev.backendmastery.benchmarks.caching;

import dev.backendmastery.caching.redis.Codec;
import dev.backendmastery.caching.redis.RedisCache;
import dev.backendmastery.caching.redis.RedisClients;
import dev.backendmastery.caching.redis.RedisLeaseStore;
import dev.backendmastery.caching.redis.RedisRateLimiter;
import dev.backendmastery.caching.redis.TieredCache;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Engines;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.redisson.Redisson;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RLock;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.RedisClient;

/** What costs round trips, on the real server: a lock taken and freed, a permit, and a look-up that the near cache cannot answer. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class RedisBenchmark {

    static final int KEYS = 1_000;

    /** The server and both clients of it. */
    static final class Clients implements AutoCloseable {
        final URI address = URI.create(Engines.redis().uri());
        final RedisClient jedis = RedisClients.connect(address, 32, Duration.ofSeconds(9));
        final RedissonClient redisson;

        Clients() {
            Config config = new Config();
            config.setCodec(StringCodec.INSTANCE);
            config.useSingleServer().setAddress(address.toString());
            redisson = Redisson.create(config);
        }

        /** A tiered cache of {@code near} copies, with all keys in Redis. */
        TieredCache<String> tiered(int near) {
            RedisCache<String> far = RedisCache.builder(jedis, "race", Codec.strings())
                    .expireAfterWrite(Duration.ofHours(1))
                    .build();
            for (int i = 0; i < KEYS; i++) {
                far.put(key(i), "value " + i);
            }
            TieredCache<String> tiered = TieredCache.builder(far, address)
                    .near(cache -> cache.maximumSize(near).s3Fifo())
                    .build();
            while (!tiered.isTracking()) {
                Thread.onSpinWait();
            }
            return tiered;
        }

        /** The same of Redisson. */
        RLocalCachedMap<String, String> localCachedMap(int near) {
            RLocalCachedMap<String, String> map =
                    redisson.getLocalCachedMap(LocalCachedMapOptions.<String, String>name("race-map")
                            .cacheSize(near)
                            .evictionPolicy(LocalCachedMapOptions.EvictionPolicy.LRU));
            for (int i = 0; i < KEYS; i++) {
                map.fastPut(key(i), "value " + i);
            }
            return map;
        }

        @Override
        public void close() {
            redisson.shutdown();
            jedis.close();
        }
    }

    static String key(int number) {
        return "key" + number;
    }

    /** One thread's lock and place among the keys. */
    @State(Scope.Thread)
    public static class Own {
        private static final AtomicInteger THREADS = new AtomicInteger();
        private final String name = "lock" + THREADS.incrementAndGet();
        private int at = THREADS.get() * KEYS / 2;

        private String key() {
            return RedisBenchmark.key(at++ % KEYS);
        }
    }

    /** Who locks. */
    @State(Scope.Benchmark)
    public static class Locks {
        @Param({"ours-lease", "redisson-lock"})
        public String impl;

        private Clients clients;
        private RedisLeaseStore store;

        /** Connects. */
        @Setup
        public void open() {
            clients = new Clients();
            store = new RedisLeaseStore(clients.jedis, "race", Ticker.system());
        }

        /** Ends the connections. */
        @TearDown
        public void close() {
            clients.close();
        }
    }

    /** Who limits. */
    @State(Scope.Benchmark)
    public static class Limits {
        @Param({"ours-limiter", "ours-sliding-window", "redisson-limiter"})
        public String impl;

        private Clients clients;
        private RedisRateLimiter ours;
        private RRateLimiter redisson;

        /** Connects; the limit is never reached. */
        @Setup
        public void open() {
            clients = new Clients();
            Rate rate = new Rate(1_000_000, Duration.ofSeconds(1));
            ours = impl.equals("ours-limiter")
                    ? RedisRateLimiter.builder(clients.jedis, "race", rate, 1_000_000)
                            .build()
                    : RedisRateLimiter.slidingWindow(clients.jedis, "race-window", rate)
                            .build();
            redisson = clients.redisson.getRateLimiter("race-limiter");
            redisson.trySetRate(RateType.OVERALL, 1_000_000, Duration.ofSeconds(1));
        }

        /** Ends the connections. */
        @TearDown
        public void close() {
            clients.close();
        }
    }

    /** Who looks up. */
    @State(Scope.Benchmark)
    public static class Caches {
        @Param({"ours-tiered", "redisson-local-cached-map"})
        public String impl;

        private Clients clients;
        private TieredCache<String> ours;
        private RLocalCachedMap<String, String> redisson;

        /** Fills Redis; there is room for one copy, and the same key comes again after all others. */
        @Setup
        public void open() {
            clients = new Clients();
            ours = clients.tiered(1);
            redisson = clients.localCachedMap(1);
        }

        /** Ends the connections. */
        @TearDown
        public void close() {
            ours.close();
            clients.close();
        }
    }

    /** A lock that nobody else wants, taken for half a minute and freed. */
    @Benchmark
    public boolean lock(Locks locks, Own own) throws InterruptedException {
        if (locks.impl.equals("ours-lease")) {
            Lease lease = locks.store
                    .tryAcquire(own.name, own.name, Duration.ofSeconds(30))
                    .orElseThrow();
            return locks.store.release(lease);
        }
        RLock lock = locks.clients.redisson.getLock(own.name);
        if (!lock.tryLock(0, 30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody else should hold it");
        }
        lock.unlock();
        return true;
    }

    /** One permit of a limit that all threads share. */
    @Benchmark
    public boolean limit(Limits limits) {
        return limits.impl.startsWith("ours") ? limits.ours.tryAcquire("key") : limits.redisson.tryAcquire();
    }

    /** A value that is in Redis and not near. */
    @Benchmark
    public String miss(Caches caches, Own own) {
        String value = caches.impl.equals("ours-tiered")
                ? caches.ours.getIfPresent(own.key())
                : caches.redisson.get(own.key());
        if (value == null) {
            throw new IllegalStateException("it should be there");
        }
        return value;
    }
}
