package dev.backendmastery.caching.redis;

import dev.backendmastery.core.sketch.BloomFilter;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows in this process which keys are surely not there, so that asking for them costs no round trip: a shield against look-ups of
 * keys that were made up.
 *
 * <p><b>Guarantee.</b> A key that was written through {@link #write}, added, or named by the stream of the last rebuild is always looked up
 * (BG-1), also when rebuilds and writes overlap in any way (BG-2): a key whose write has begun is in every filter from then on. What
 * is surely absent is not looked up (BG-3), of other keys at most the stated part are (BG-4). A rebuild that fails leaves all as it was
 * (BG-5); one that succeeds forgets what its stream does not name any more (BG-6).
 *
 * <p>Until the first rebuild has ended nothing is known and everything is looked up. A key that another process writes is
 * known here only after {@link #add}: feed it from a message that is handled before the write is acknowledged, or rebuild often and accept
 * that a new key is not found until then.
 *
 * <p><b>Threads.</b> Safe for any number of threads; a look-up takes no lock. <b>Cost.</b> A look-up that is answered here costs one cache
 * line; memory as {@link BloomFilter}, twice that during a rebuild. <b>Not for</b> keys that mostly exist, nor for an attacker who can find
 * false positives: the hash is not keyed. <b>Source.</b> Bloom, <i>Space/time trade-offs in hash coding with allowable errors</i>, 1970.
 */
public final class BloomGuard {

    /**
     * The filter that answers and the one that is being filled.
     *
     * @param current null before the first rebuild
     * @param next null when none is being filled
     */
    private record Filters(
            @Nullable BloomFilter current, @Nullable BloomFilter next) {
        void add(String key) {
            if (current != null) {
                current.add(key);
            }
            if (next != null) {
                next.add(key);
            }
        }
    }

    private final long items;
    private final double falsePositives;
    private final LongAdder spared = new LongAdder();

    /** Guards the writes under way and the change of filters. */
    private final Object lock = new Object();

    private final Map<String, Integer> writing = new HashMap<>();
    private volatile Filters filters = new Filters(null, null);

    private BloomGuard(long items, double falsePositives) {
        BloomFilter.of(items, falsePositives);
        this.items = items;
        this.falsePositives = falsePositives;
    }

    /**
     * A guard that knows nothing yet.
     *
     * @param items how many keys there will be, at least 1; with more the part of false positives grows
     * @param falsePositives the part of absent keys that are looked up in vain, from 0.00001 to 0.5
     * @throws IllegalArgumentException if one is out of its range
     */
    public static BloomGuard of(long items, double falsePositives) {
        return new BloomGuard(items, falsePositives);
    }

    /** Whether {@code key} is surely not there. */
    public boolean isAbsent(String key) {
        BloomFilter filter = filters.current;
        return filter != null && !filter.mightContain(key);
    }

    /** What {@code lookup} finds for {@code key}, or null without asking it if the key is surely not there. */
    public <V> @Nullable V find(String key, Function<? super String, ? extends @Nullable V> lookup) {
        if (isAbsent(key)) {
            spared.increment();
            return null;
        }
        return lookup.apply(key);
    }

    /**
     * Writes {@code key} where look-ups find it; from before that on the key is looked up.
     *
     * @param write what it throws is passed on, and the key is looked up nevertheless
     */
    public <T> T write(String key, Supplier<T> write) {
        Objects.requireNonNull(key, "key");
        synchronized (lock) {
            writing.merge(key, 1, Integer::sum);
            filters.add(key);
        }
        try {
            return write.get();
        } finally {
            synchronized (lock) {
                writing.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /**
     * From now on {@code key} is looked up; say it before it is written. A rebuild whose stream was opened before the write, and that
     * begins after this, may forget it: {@link #write} is safe from that.
     */
    public void add(String key) {
        Objects.requireNonNull(key, "key");
        synchronized (lock) {
            filters.add(key);
        }
    }

    /**
     * Fills a new filter with the keys of a stream and then answers by that.
     *
     * @param keys opened after the writes that come from now on are noted, and closed; all keys that are there
     * @throws IllegalStateException if another rebuild is under way; it goes on
     * @throws RuntimeException what the stream throws; nothing has changed
     */
    public void rebuild(Supplier<? extends Stream<String>> keys) {
        BloomFilter fresh = BloomFilter.of(items, falsePositives);
        synchronized (lock) {
            if (filters.next != null) {
                throw new IllegalStateException("another rebuild is under way");
            }
            // Whoever writes from here on adds to both; whoever is at it is added now; whoever has ended is in the
            // stream.
            filters = new Filters(filters.current, fresh);
            writing.keySet().forEach(fresh::add);
        }
        boolean done = false;
        try {
            try (Stream<String> stream = keys.get()) {
                for (Iterator<String> i = stream.iterator(); i.hasNext(); ) {
                    fresh.add(i.next());
                }
            }
            done = true;
        } finally {
            synchronized (lock) {
                filters = new Filters(done ? fresh : filters.current, null);
            }
        }
    }

    /** How many look-ups were answered without asking. */
    public long spared() {
        return spared.sum();
    }
}
