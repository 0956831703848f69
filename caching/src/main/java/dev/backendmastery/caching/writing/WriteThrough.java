package dev.backendmastery.caching.writing;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.concurrent.SingleFlight;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a change to the store, then to the cache, then returns.
 *
 * <p><b>Guarantee.</b> {@link WritingCache}'s clauses. If the write fails, whether or not it had an effect is unknown, so the
 * key is forgotten by the cache and read anew. If the cache fails after that, its exception is thrown: the store has
 * the change, the cache may have an older value until its entry ends.
 *
 * <p><b>Threads.</b> Safe for any number of threads; changes of one key come one after the other, those of different keys do
 * not wait for each other. <b>Cost.</b> A write of the store a change. <b>Not for</b> stores that are slower than their
 * callers can wait: {@link WriteBehind}.
 */
public final class WriteThrough<K, V> implements WritingCache<K, V> {

    private final Cache<K, V> cache;
    private final Writer<K, V> writer;
    private final SingleFlight<K, K> turns = new SingleFlight<>();
    private final AtomicLong version = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final LongAdder written = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean closed;

    /** Over {@code cache}, in front of {@code writer}; both stay the caller's. */
    public WriteThrough(Cache<K, V> cache, Writer<K, V> writer) {
        this.cache = Objects.requireNonNull(cache, "cache");
        this.writer = Objects.requireNonNull(writer, "writer");
    }

    @Override
    public @Nullable V getIfPresent(K key) {
        return cache.getIfPresent(key);
    }

    @Override
    public V get(K key, Function<? super K, ? extends V> loader) {
        return cache.get(key, loader);
    }

    @Override
    public void put(K key, V value) {
        change(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    }

    @Override
    public void remove(K key) {
        change(Objects.requireNonNull(key, "key"), null);
    }

    private void change(K key, @Nullable V value) {
        if (closed) {
            throw new IllegalStateException("this cache is closed");
        }
        underWay.incrementAndGet();
        try {
            turns.change(key, () -> {
                write(new Change<>(key, value, version.incrementAndGet()));
                if (value == null) {
                    cache.remove(key);
                } else {
                    cache.put(key, value);
                }
            });
        } finally {
            underWay.decrementAndGet();
        }
    }

    private void write(Change<K, V> change) {
        try {
            writer.write(List.of(change));
            written.increment();
        } catch (Exception e) {
            failed.increment();
            WriteFailedException failure = new WriteFailedException(change.key(), e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            try {
                cache.remove(change.key());
            } catch (RuntimeException also) {
                failure.addSuppressed(also);
            }
            throw failure;
        }
    }

    /** True: nothing waits but in the calls that are under way. */
    @Override
    public boolean flush(Duration timeout) {
        return true;
    }

    @Override
    public int pending() {
        return underWay.get();
    }

    @Override
    public WritingStats stats() {
        return new WritingStats(written.sum(), 0, failed.sum(), 0, 0);
    }

    /** Accepts no more; 0, as what is under way is its callers' to see. */
    @Override
    public int close(Duration timeout) {
        closed = true;
        return 0;
    }
}
