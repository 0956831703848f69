package dev.backendmastery.caching.cache;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Cache} in this process that holds at most so many entries.
 *
 * <p><b>Guarantee.</b> {@link Cache}'s clauses. An entry that has expired is never returned; its memory is released when it is looked up, evicted or
 * {@link #cleanUp() cleaned up}.
 *
 * <p><b>Threads.</b> A look-up takes no lock and writes at most one field: with {@code clock}, {@code sieve},
 * {@code s3Fifo} and {@code duel} a count in the entry, and nothing once that is full; with {@code lru}, {@code lfu} and
 * {@code tinyLfu}, and with {@code duel} for the keys that it samples, a slot of a buffer; if the buffer is full and another
 * thread is at the lock, the hit is not recorded rather than waited for. Writers take one lock for a few pointer
 * assignments. <b>Cost.</b> Constant time, amortized; a hit allocates nothing; about 120 bytes an entry with the map's, and
 * what the policy needs besides.
 * <b>Not for</b> values whose age matters to the millisecond on many machines: each process has its own.
 */
public final class BoundedCache<K, V> implements Cache<K, V> {

    /*
     * The map decides what is remembered; the policy only orders. A hit is counted in its entry, where the policy finds
     * it when the entry's turn comes, or noted in a buffer, and whoever fills that, or writes, replays it into the policy
     * under the lock (BP-Wrapper). In one thread nothing is lost, so the order is exact and can be checked against a
     * model; under contention some hits go unrecorded, which costs a little of the order and nothing of the truth.
     */
    private final ConcurrentHashMap<K, Entry<K, V>> map = new ConcurrentHashMap<>();
    private final Flights<K, V> flights = new Flights<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final ReadBuffer<Entry<K, V>> hits = new ReadBuffer<>();
    private final EvictionPolicy<K, V> policy;
    private final int marks;
    private final long maximumSize;
    private final @Nullable BiFunction<? super K, ? super V, Duration> expiry;
    private final Ticker ticker;

    private final LongAdder hit = new LongAdder();
    private final LongAdder miss = new LongAdder();
    private final LongAdder loaded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder expired = new LongAdder();

    private BoundedCache(Builder<K, V> builder, EvictionPolicy<K, V> policy) {
        this.policy = policy;
        this.marks = policy.marks();
        this.maximumSize = builder.maximumSize;
        this.expiry = builder.expiry;
        this.ticker = builder.ticker;
    }

    /** A builder; without further words the cache holds 10,000 entries that never expire. */
    public static <K, V> Builder<K, V> builder() {
        return new Builder<>();
    }

    @Override
    public @Nullable V getIfPresent(K key) {
        Entry<K, V> entry = find(key);
        if (entry == null) {
            miss.increment();
            return null;
        }
        hit.increment();
        return entry.value;
    }

    @Override
    public V get(K key, Function<? super K, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        V value = getIfPresent(key);
        if (value != null) {
            return value;
        }
        return flights.load(key, k -> loadUnlessPresent(k, loader), this::remember);
    }

    /** Another load may have ended between our miss and our turn. */
    private V loadUnlessPresent(K key, Function<? super K, ? extends V> loader) {
        Entry<K, V> entry = find(key);
        if (entry != null) {
            return entry.value;
        }
        try {
            V value = Objects.requireNonNull(loader.apply(key), "loader returned null");
            loaded.increment();
            return value;
        } catch (Throwable e) {
            failed.increment();
            throw e;
        }
    }

    @Override
    public void put(K key, V value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        flights.overtake(key, () -> remember(key, value));
    }

    @Override
    public void remove(K key) {
        Objects.requireNonNull(key, "key");
        flights.overtake(key, () -> {
            Entry<K, V> entry = map.remove(key);
            if (entry != null) {
                unlink(entry);
            }
        });
    }

    @Override
    public void clear() {
        flights.overtakeAll();
        for (K key : map.keySet()) {
            remove(key);
        }
    }

    /** Drops every expired entry now; takes time linear in the size. */
    public void cleanUp() {
        if (expiry == null) {
            return;
        }
        long now = ticker.nanos();
        for (Iterator<Entry<K, V>> i = map.values().iterator(); i.hasNext(); ) {
            Entry<K, V> entry = i.next();
            if (entry.isExpired(now)) {
                expire(entry);
            }
        }
    }

    /** The number of entries in memory, expired ones that were not released yet included. */
    public int size() {
        return map.size();
    }

    @Override
    public CacheStats stats() {
        return new CacheStats(hit.sum(), miss.sum(), loaded.sum(), failed.sum(), evicted.sum(), expired.sum());
    }

    private @Nullable Entry<K, V> find(K key) {
        Entry<K, V> entry = map.get(Objects.requireNonNull(key, "key"));
        if (entry == null) {
            return null;
        }
        if (expiry != null && entry.isExpired(ticker.nanos())) {
            expire(entry);
            return null;
        }
        record(entry);
        return entry;
    }

    private void expire(Entry<K, V> entry) {
        if (map.remove(entry.key, entry)) {
            expired.increment();
            unlink(entry);
        }
    }

    private void record(Entry<K, V> entry) {
        if (marks > 0) {
            entry.mark(marks);
        }
        if (entry.followed && !hits.note(entry) && lock.tryLock()) {
            try {
                replayHits();
                policy.accessed(entry);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Under the lock. */
    private void replayHits() {
        hits.drain(policy::accessed);
    }

    private void remember(K key, V value) {
        if (maximumSize == 0) {
            return;
        }
        long life = expiry == null
                ? Long.MAX_VALUE
                : Math.max(0, expiry.apply(key, value).toNanos());
        Entry<K, V> entry = new Entry<>(key, value, expiry == null ? 0 : ticker.nanos(), life);
        lock.lock();
        try {
            replayHits();
            Entry<K, V> before = map.get(key);
            if (before != null) {
                policy.replaced(before, entry);
            } else {
                makeRoom();
                policy.inserted(entry);
            }
            map.put(key, entry);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock, as every insertion is: only others' removals can come in between, and they make room too. */
    private void makeRoom() {
        while (map.size() >= maximumSize) {
            Entry<K, V> victim = policy.evict();
            if (victim == null) {
                break; // what is beyond the maximum is being removed by others
            }
            if (map.remove(victim.key, victim)) {
                evicted.increment();
            }
        }
    }

    private void unlink(Entry<K, V> entry) {
        lock.lock();
        try {
            policy.removed(entry);
        } finally {
            lock.unlock();
        }
    }

    /** Throws if the invariants are broken; call it when no other thread is at work. */
    void validate() {
        lock.lock();
        try {
            replayHits();
            policy.validate(map.size());
            if (map.size() > maximumSize) {
                throw new IllegalStateException(map.size() + " entries, at most " + maximumSize);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a {@link BoundedCache} shall be like. */
    public static final class Builder<K, V> {
        private long maximumSize = 10_000;
        private @Nullable BiFunction<? super K, ? super V, Duration> expiry;
        private Ticker ticker = Ticker.system();
        private @Nullable RandomGenerator random;

        private Builder() {}

        /**
         * The most entries to hold; 0 remembers nothing.
         *
         * @throws IllegalArgumentException if {@code entries} is negative
         */
        public Builder<K, V> maximumSize(long entries) {
            if (entries < 0) {
                throw new IllegalArgumentException("maximumSize must be at least 0, was " + entries);
            }
            maximumSize = entries;
            return this;
        }

        /**
         * How long after it was written an entry may be returned.
         *
         * @throws IllegalArgumentException if {@code life} is not positive
         */
        public Builder<K, V> expireAfterWrite(Duration life) {
            if (life.isNegative() || life.isZero()) {
                throw new IllegalArgumentException("life must be positive, was " + life);
            }
            return expireAfterWrite((key, value) -> life);
        }

        /** How long after it was written each entry may be returned; one that is not positive is not remembered. */
        public Builder<K, V> expireAfterWrite(BiFunction<? super K, ? super V, Duration> life) {
            expiry = Objects.requireNonNull(life, "life");
            return this;
        }

        /** Where the cache takes its time from. */
        public Builder<K, V> ticker(Ticker elapsed) {
            ticker = Objects.requireNonNull(elapsed, "ticker");
            return this;
        }

        /** Where the policies that leave something to chance take it from; used under the cache's lock. */
        public Builder<K, V> random(RandomGenerator generator) {
            random = Objects.requireNonNull(generator, "random");
            return this;
        }

        /** A cache that evicts what was least recently used. */
        public BoundedCache<K, V> lru() {
            return build(size -> new LruPolicy<>());
        }

        /** A cache that evicts what was least frequently used; of those, what has been so for longest. */
        public BoundedCache<K, V> lfu() {
            return build(size -> new LfuPolicy<>());
        }

        /** A cache that evicts in the order of arrival, but gives what was hit another round. */
        public BoundedCache<K, V> clock() {
            return build(size -> new ClockPolicy<>());
        }

        /** A cache that evicts by SIEVE: a hand walks over the order of arrival and takes what was not hit since it passed. */
        public BoundedCache<K, V> sieve() {
            return build(size -> new SievePolicy<>());
        }

        /** A cache that evicts by S3-FIFO: what is not hit while it is new goes soon. */
        public BoundedCache<K, V> s3Fifo() {
            return build(S3FifoPolicy::new);
        }

        /** A cache that evicts by W-TinyLFU with a window that adapts itself. */
        public BoundedCache<K, V> tinyLfu() {
            return build(size -> new TinyLfuPolicy<>(size, random()));
        }

        /**
         * A cache that evicts by W-TinyLFU with a window of a fixed share of its entries.
         *
         * @throws IllegalArgumentException if {@code window} is not from 0 to 1
         */
        public BoundedCache<K, V> tinyLfu(double window) {
            if (!(window >= 0 && window <= 1)) {
                throw new IllegalArgumentException("window must be from 0 to 1, was " + window);
            }
            return build(size -> new TinyLfuPolicy<>(size, window, false, random()));
        }

        /** A cache that evicts by Duel: the queues of S3-FIFO, and the rule between them chosen by trial while it runs. */
        public BoundedCache<K, V> duel() {
            return build(size -> new DuelPolicy<>(size, random()));
        }

        RandomGenerator random() {
            return random == null ? new SplittableRandom() : random;
        }

        /** A cache that evicts by the policy that {@code policy} makes for the maximum size. */
        BoundedCache<K, V> build(LongFunction<EvictionPolicy<K, V>> policy) {
            return new BoundedCache<>(this, policy.apply(maximumSize));
        }
    }
}
