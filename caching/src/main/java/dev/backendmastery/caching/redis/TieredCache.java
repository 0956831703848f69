package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.core.time.Ticker;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A {@link RedisCache} with copies in this process, which Redis itself keeps right: it tells of every change on a connection of
 * its own.
 *
 * <p><b>Guarantee.</b> {@link Cache}'s and {@link RedisCache}'s clauses, and of the copies: one is answered without a round trip
 * (TC-1). What this process puts, removes or clears its own look-ups see at once (TC-2), what another process changes as soon as the
 * message of it has come (TC-3). A value that was read before a change is not kept if the message overtakes it (TC-4). When the
 * tracking connection is lost no copy from its time is answered any more, and none is kept until there is another (TC-5); when it
 * is dead without a word that is noticed within heartbeat plus time-out, which is the longest that an old value is answered
 * (TC-6), but for this JVM's own delays. No copy outlives its value in Redis (TC-7). After {@link #close} this is the
 * {@link RedisCache} alone (TC-8).
 *
 * <p>The tracking is Redis' broadcast mode on this cache's prefixes: it costs the server no memory a key, holds whichever connection a
 * value was read on, and has no state but the one connection, whose loss loses everything at once and so can be seen. The price: each process
 * hears of each write of this cache. The default mode tells only of keys that were read, but must be set up again on each pooled
 * connection, and what one of them forgets nobody notices.
 *
 * <p><b>Threads.</b> Safe for any number of threads; a hit takes no lock, two threads of its own keep the connection until
 * {@link #close}. <b>Cost.</b> A hit is one of the near cache and a volatile read; a load is not kept near, only what was then found in
 * Redis is. <b>Not for</b> values that callers change: all get the same object; for more than one server, that is a
 * cluster or fail-over by Sentinel; nor for what is written about as often as read. <b>Source.</b> Redis' client side caching
 * (RESP3), 2020.
 */
public final class TieredCache<V> implements Cache<String, V>, AutoCloseable {

    private static final int STRIPES = 256;

    /**
     * A value in this process, and the session in which it is known to be right.
     *
     * @param <V> the value
     */
    public static final class Copy<V> {
        final V value;
        final Tracking.Session session;
        final long lifeNanos;

        Copy(V value, Tracking.Session session, long lifeNanos) {
            this.value = value;
            this.session = session;
            this.lifeNanos = lifeNanos;
        }
    }

    /** Orders the messages of change and the copies of the keys of one hash. */
    private static final class Stripe {
        private long changes;

        synchronized long changes() {
            return changes;
        }
    }

    private final RedisCache<V> far;
    private final BoundedCache<String, Copy<V>> near;
    private final Tracking tracking;
    private final Ticker ticker;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private final LongAdder outdated = new LongAdder();

    private TieredCache(Builder<V> builder) {
        far = builder.far;
        ticker = builder.ticker;
        near = builder.near.apply(BoundedCache.<String, Copy<V>>builder()
                .ticker(ticker)
                .expireAfterWrite((key, copy) -> Duration.ofNanos(copy.lifeNanos)));
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
        Slices slices = far.slices();
        tracking = new Tracking(
                JedisURIHelper.getHostAndPort(builder.address),
                RedisClients.config(builder.address, builder.timeout.multipliedBy(3)),
                builder.address.getHost() + ":" + builder.address.getPort(),
                slices.prefixes(),
                builder.heartbeat,
                builder.timeout,
                new Tracking.Listener() {
                    @Override
                    public void changed(String key) {
                        if (slices.isGeneration(key)) {
                            forgetAll();
                        } else {
                            forget(slices.keyIn(key));
                        }
                    }

                    @Override
                    public void changedAll() {
                        forgetAll();
                    }
                });
    }

    /**
     * A builder of caches.
     *
     * @param far the cache in Redis, which may be used beside this one too
     * @param address the server of {@code far}, {@code redis://HOST:PORT}
     * @throws IllegalArgumentException if {@code far} is on a cluster, or {@code address} no address
     */
    public static <V> Builder<V> builder(RedisCache<V> far, URI address) {
        return new Builder<>(far, address);
    }

    @Override
    public @Nullable V getIfPresent(String key) {
        Copy<V> copy = near.getIfPresent(key);
        if (copy != null) {
            if (copy.session.live) {
                return copy.value;
            }
            outdated.increment();
        }
        return far.getIfPresent(key, keeper(key));
    }

    @Override
    public V get(String key, Function<? super String, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        Copy<V> copy = near.getIfPresent(key);
        if (copy != null) {
            if (copy.session.live) {
                return copy.value;
            }
            outdated.increment();
        }
        return far.get(key, loader, keeper(key));
    }

    /** Made before Redis is asked, so that a change since then is known when the answer is there. */
    private Found<V> keeper(String key) {
        Stripe stripe = stripe(key);
        Tracking.Session session = tracking.session();
        long changes = stripe.changes();
        long asked = ticker.nanos();
        return (value, millisLeft) -> {
            long left = millisLeft * 1_000_000 - (ticker.nanos() - asked);
            if (left <= 0) {
                return;
            }
            synchronized (stripe) {
                if (session.live && stripe.changes == changes) {
                    near.put(key, new Copy<>(value, session, left));
                }
            }
        };
    }

    private void forget(String key) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            stripe.changes++;
            near.remove(key);
        }
    }

    private void forgetAll() {
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.changes++;
            }
        }
        near.clear();
    }

    private Stripe stripe(String key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return stripes[hash >>> 24];
    }

    /** @throws RedisUnavailableException if Redis does not answer; others may see an earlier value until its lifetime ends */
    @Override
    public void put(String key, V value) {
        try {
            far.put(key, value);
        } finally {
            forget(key);
        }
    }

    /** @throws RedisUnavailableException if Redis does not answer; the value may stay until its lifetime ends */
    @Override
    public void remove(String key) {
        try {
            far.remove(key);
        } finally {
            forget(key);
        }
    }

    /** @throws RedisUnavailableException if Redis does not answer; any value may stay until its lifetime ends */
    @Override
    public void clear() {
        try {
            far.clear();
        } finally {
            forgetAll();
        }
    }

    /** Counts of this process: hits of both tiers, misses and loads of Redis, evictions and expirations of the copies. */
    @Override
    public CacheStats stats() {
        CacheStats copies = near.stats();
        CacheStats all = far.stats();
        return new CacheStats(
                copies.hits() - outdated.sum() + all.hits(),
                all.misses(),
                all.loads(),
                all.failedLoads(),
                copies.evictions(),
                copies.expirations());
    }

    /** Whether there is a tracking connection, so that copies are kept and answered. */
    public boolean isTracking() {
        return tracking.session().live;
    }

    /** Ends the tracking; what is in Redis stays, and can be used through this as through the {@link RedisCache}. */
    @Override
    public void close() {
        tracking.close();
    }

    Tracking tracking() {
        return tracking;
    }

    /** What a {@link TieredCache} shall be like. */
    public static final class Builder<V> {
        private final RedisCache<V> far;
        private final URI address;
        private Function<BoundedCache.Builder<String, Copy<V>>, BoundedCache<String, Copy<V>>> near =
                BoundedCache.Builder::s3Fifo;
        private Duration heartbeat = Duration.ofSeconds(1);
        private Duration timeout = Duration.ofMillis(500);
        private Ticker ticker = Ticker.system();

        private Builder(RedisCache<V> far, URI address) {
            this.far = Objects.requireNonNull(far, "far");
            this.address = Objects.requireNonNull(address, "address");
            if (far.isClustered()) {
                throw new IllegalArgumentException("far must be on one server, was on a cluster");
            }
            RedisClients.config(address, timeout);
        }

        /**
         * The size and policy of the copies' cache, 10,000 by S3-FIFO if nothing is said; its lifetimes and ticker are set and must
         * be left.
         */
        public Builder<V> near(Function<BoundedCache.Builder<String, Copy<V>>, BoundedCache<String, Copy<V>>> cache) {
            near = Objects.requireNonNull(cache, "near");
            return this;
        }

        /**
         * How often the tracking connection is asked whether it is there, and how long it may take to answer: one second, and
         * half of one, if nothing is said. Together the longest that an old value is answered.
         *
         * @throws IllegalArgumentException if {@code timeout} is not from a millisecond to {@code interval}, or that is over a day
         */
        public Builder<V> heartbeat(Duration interval, Duration timeout) {
            if (timeout.toMillis() < 1
                    || timeout.compareTo(interval) > 0
                    || interval.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(
                        "timeout must be from 1 ms to interval, and that at most a day, were " + timeout + ", "
                                + interval);
            }
            heartbeat = interval;
            this.timeout = timeout;
            return this;
        }

        /** Where the copies take their time from. */
        public Builder<V> ticker(Ticker elapsed) {
            ticker = Objects.requireNonNull(elapsed, "ticker");
            return this;
        }

        /** The cache; it begins to connect, and until it has, Redis is asked for everything. */
        public TieredCache<V> build() {
            return new TieredCache<>(this);
        }
    }
}
