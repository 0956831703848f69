package dev.backendmastery.caching.writing;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.resilience.RetryConfig;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers a change in this process, returns, and writes it to the store soon after.
 *
 * <p><b>Guarantee.</b> {@link WritingCache}'s clauses. A crash of this process loses what is {@link #pending()}, never more
 * than {@code maxPending} changes, and no change that {@link #flush} has waited for. A change that was given up is no longer
 * seen. While the store is slow or down, changes wait up to the bound and then push back; look-ups do not wait.
 *
 * <p><b>Threads.</b> Safe for any number of threads; one thread of its own writes, so keys wait for each other's writes but
 * not for each other's failures, and {@link #close} ends it. <b>Cost.</b> A lock of a few instructions and an entry of two
 * maps a change; a look-up is one of a map and one of the cache. <b>Not for</b> what must not be lost:
 * {@code RedisWriteBehind}, or {@link WriteThrough}.
 */
public final class WriteBehind<K, V> implements WritingCache<K, V> {

    /*
     * A change waits in the inbox, where a newer one of its key takes its place; the worker moves it to its delivery, and
     * what comes then waits for the next round, so the store sees a key's changes in their order. The newest change of each
     * key is in the overlay until it is written and the cache has it: look-ups ask there first.
     */
    private static final Logger log = LoggerFactory.getLogger(WriteBehind.class);

    private record Waiting<K, V>(Change<K, V> change, long since) {}

    private final Cache<K, V> cache;
    private final DeadLetters<K, V> deadLetters;
    private final int maxPending;
    private final int maxBatch;
    private final long lingerNanos;
    private final Duration putDeadline;
    private final Ticker ticker;
    private final Delivery<K, V> delivery;
    private final Thread worker;

    private final ConcurrentHashMap<K, Change<K, V>> overlay = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final Map<K, Waiting<K, V>> inbox = new LinkedHashMap<>();
    private int pending;
    private long version;
    private int flushing;
    private boolean closed;
    private boolean over;

    private final LongAdder written = new LongAdder();
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder abandoned = new LongAdder();
    private final LongAdder cacheFailures = new LongAdder();

    private WriteBehind(Builder<K, V> builder) {
        cache = builder.cache;
        deadLetters = builder.deadLetters;
        maxPending = builder.maxPending;
        maxBatch = builder.maxBatch;
        lingerNanos = builder.linger.toNanos();
        putDeadline = builder.putDeadline;
        ticker = builder.ticker;
        delivery = new Delivery<>(builder.writer, builder.retry, maxBatch, ticker, builder.random, new Outcomes());
        worker = builder.threads.newThread(this::work);
    }

    /**
     * A builder.
     *
     * @param deadLetters takes what could not be written
     */
    public static <K, V> Builder<K, V> builder(Cache<K, V> cache, Writer<K, V> writer, DeadLetters<K, V> deadLetters) {
        return new Builder<>(cache, writer, deadLetters);
    }

    @Override
    public @Nullable V getIfPresent(K key) {
        Change<K, V> change = overlay.get(Objects.requireNonNull(key, "key"));
        return change != null ? change.value() : cache.getIfPresent(key);
    }

    @Override
    public @Nullable V get(K key, Function<? super K, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        Change<K, V> change = overlay.get(Objects.requireNonNull(key, "key"));
        return change != null ? change.value() : cache.get(key, loader);
    }

    @Override
    public void put(K key, V value) {
        accept(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    }

    @Override
    public void remove(K key) {
        accept(Objects.requireNonNull(key, "key"), null);
    }

    private void accept(K key, @Nullable V value) {
        lock.lock();
        try {
            awaitRoom(key);
            Change<K, V> change = new Change<>(key, value, ++version);
            Waiting<K, V> older = inbox.get(key);
            // In the place of the older one, so that a key that changes all the time is written all the same.
            inbox.put(key, new Waiting<>(change, older == null ? ticker.nanos() : older.since));
            if (older == null) {
                pending++;
            } else {
                coalesced.increment();
            }
            overlay.put(key, change);
            if (inbox.size() == 1 || inbox.size() == maxBatch) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom(K key) {
        long left = putDeadline.toNanos();
        for (; ; ) {
            if (closed) {
                throw new IllegalStateException("this cache is closed");
            }
            if (pending < maxPending || inbox.containsKey(key)) {
                return;
            }
            if (left <= 0) {
                throw new WriteRefusedException(maxPending + " changes were pending for " + putDeadline);
            }
            try {
                left = room.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WriteRefusedException("interrupted while " + maxPending + " changes were pending", e);
            }
        }
    }

    @Override
    public boolean flush(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        flushing++;
        try {
            work.signal();
            while (pending > 0) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            flushing--;
            lock.unlock();
        }
    }

    @Override
    public int pending() {
        lock.lock();
        try {
            return pending;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public WritingStats stats() {
        return new WritingStats(written.sum(), coalesced.sum(), failed.sum(), abandoned.sum(), cacheFailures.sum());
    }

    @Override
    public int close(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            work.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            TimeUnit.NANOSECONDS.timedJoin(worker, Math.max(1, timeout.toNanos()));
        } finally {
            worker.interrupt();
        }
        return giveUpTheRest();
    }

    private int giveUpTheRest() {
        List<Change<K, V>> left;
        lock.lock();
        try {
            if (over) {
                return 0;
            }
            over = true;
            left = new ArrayList<>(overlay.values());
            inbox.clear();
            pending = 0;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        WriteRefusedException reason = new WriteRefusedException("closed before it was written");
        for (Change<K, V> change : left) {
            bury(change, reason);
            overlay.remove(change.key(), change);
        }
        return left.size();
    }

    private void bury(Change<K, V> change, Throwable reason) {
        abandoned.increment();
        try {
            deadLetters.add(change, reason);
        } catch (RuntimeException e) {
            e.addSuppressed(reason);
            log.error("a change of {} was lost: the dead letters did not take it", change.key(), e);
        }
    }

    private void work() {
        try {
            while (take()) {
                delivery.round();
            }
        } catch (InterruptedException e) {
            log.debug("ended with changes under way", e);
        }
    }

    /** Moves a batch from the inbox to the delivery as soon as something is to be done; false if nothing ever will. */
    private boolean take() throws InterruptedException {
        List<Change<K, V>> batch = new ArrayList<>();
        lock.lockInterruptibly();
        try {
            for (long wait = nanosUntilWork(); wait > 0 && !over; wait = nanosUntilWork()) {
                if (closed && pending == 0) {
                    return false;
                }
                work.awaitNanos(wait);
            }
            if (over) {
                return false;
            }
            for (Iterator<Waiting<K, V>> i = inbox.values().iterator(); i.hasNext() && batch.size() < maxBatch; ) {
                batch.add(i.next().change);
                i.remove();
            }
        } finally {
            lock.unlock();
        }
        batch.forEach(delivery::add);
        return true;
    }

    private long nanosUntilWork() {
        long retries = delivery.nanosUntilDue();
        if (inbox.isEmpty()) {
            return retries;
        }
        if (closed || flushing > 0 || inbox.size() >= maxBatch) {
            return 0;
        }
        long age = ticker.nanos() - inbox.values().iterator().next().since;
        return Math.min(retries, Math.max(0, lingerNanos - age));
    }

    private final class Outcomes implements Delivery.Listener<K, V> {

        @Override
        public void written(Change<K, V> change) {
            V value = change.value();
            try {
                if (value == null) {
                    cache.remove(change.key());
                } else {
                    cache.put(change.key(), value);
                }
            } catch (RuntimeException e) {
                cacheFailures.increment();
                log.warn("{} was written, but the cache may return an older value until its entry ends", change, e);
            }
            written.increment();
            end(change);
        }

        @Override
        public void superseded(Change<K, V> change) {
            coalesced.increment();
            end(change);
        }

        @Override
        public void abandoned(Change<K, V> change, Throwable reason) {
            bury(change, reason);
            end(change);
        }

        @Override
        public void failed(Change<K, V> change, Throwable failure) {
            failed.increment();
            log.debug("{} was not written", change.key(), failure);
        }

        private void end(Change<K, V> change) {
            overlay.remove(change.key(), change);
            lock.lock();
            try {
                if (over) {
                    return;
                }
                pending--;
                room.signal();
                if (pending == 0) {
                    idle.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** What a {@link WriteBehind} shall be like. */
    public static final class Builder<K, V> {
        private final Cache<K, V> cache;
        private final Writer<K, V> writer;
        private final DeadLetters<K, V> deadLetters;
        private int maxPending = 10_000;
        private int maxBatch = 100;
        private Duration linger = Duration.ofMillis(10);
        private Duration putDeadline = Duration.ofSeconds(1);
        private RetryConfig retry = RetryConfig.DEFAULT
                .withMaxAttempts(20)
                .withDeadline(Duration.ofMinutes(5))
                .withBackoff(Backoff.decorrelatedJitter(Duration.ofMillis(50), Duration.ofSeconds(20)));
        private Ticker ticker = Ticker.system();
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        private ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "write-behind");
            thread.setDaemon(true);
            return thread;
        };

        private Builder(Cache<K, V> cache, Writer<K, V> writer, DeadLetters<K, V> deadLetters) {
            this.cache = Objects.requireNonNull(cache, "cache");
            this.writer = Objects.requireNonNull(writer, "writer");
            this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
        }

        /** The most changes that may wait or be under way, 10,000 if nothing is said: what a crash may lose. */
        public Builder<K, V> maxPending(int changes) {
            maxPending = atLeastOne("maxPending", changes);
            return this;
        }

        /** The most changes in one write, 100 if nothing is said. */
        public Builder<K, V> maxBatch(int changes) {
            maxBatch = atLeastOne("maxBatch", changes);
            return this;
        }

        /** How long a change waits for others and for newer ones of its key, 10 ms if nothing is said. */
        public Builder<K, V> linger(Duration time) {
            linger = notNegative("linger", time);
            return this;
        }

        /** How long a change waits for room, a second if nothing is said. */
        public Builder<K, V> putDeadline(Duration time) {
            putDeadline = notNegative("putDeadline", time);
            return this;
        }

        /** When a failed write is tried again, and when no more; 20 times within 5 minutes if nothing is said. */
        public Builder<K, V> retry(RetryConfig config) {
            retry = Objects.requireNonNull(config, "config");
            return this;
        }

        /** Tells how long changes have waited; the worker sleeps by the machine's clock. */
        public Builder<K, V> ticker(Ticker elapsed) {
            ticker = Objects.requireNonNull(elapsed, "ticker");
            return this;
        }

        /** Numbers from 0 to 1 for the backoff's jitter. */
        public Builder<K, V> random(DoubleSupplier numbers) {
            random = Objects.requireNonNull(numbers, "numbers");
            return this;
        }

        /** Makes the worker's thread; a daemon if nothing is said. */
        public Builder<K, V> threads(ThreadFactory factory) {
            threads = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /** The cache; its worker runs. */
        public WriteBehind<K, V> build() {
            WriteBehind<K, V> made = new WriteBehind<>(this);
            made.worker.start();
            return made;
        }

        private static int atLeastOne(String name, int number) {
            if (number < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, was " + number);
            }
            return number;
        }

        private static Duration notNegative(String name, Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException(name + " must be at least 0, was " + time);
            }
            return time;
        }
    }
}
