package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.caching.writing.Change;
import dev.backendmastery.caching.writing.DeadLetters;
import dev.backendmastery.caching.writing.Delivery;
import dev.backendmastery.caching.writing.WriteRefusedException;
import dev.backendmastery.caching.writing.Writer;
import dev.backendmastery.caching.writing.WritingCache;
import dev.backendmastery.caching.writing.WritingStats;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.resilience.RetryConfig;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A {@link WritingCache} in Redis: a change is the cached value and an entry of a stream, made by one script; a worker reads
 * the stream, writes to the store and acknowledges after that.
 *
 * <p><b>Guarantee.</b> {@link WritingCache}'s clauses, for all processes that use one name. With a server that runs with
 * {@code appendonly yes} and {@code appendfsync always}, no change whose call has returned is lost: not when the server is
 * killed (RWB-1), and not when the worker is, whose unacknowledged changes the next one claims (RWB-2). A change is written
 * at least once; a key's changes in their order, as one worker writes at a time, held by a lease (RWB-3). A worker that was
 * paused for longer than its lease may come late: {@link Change#version()} lets the store refuse it. When Redis is slow or
 * down, every call throws {@link RedisUnavailableException} within the client's deadline, and a change whose call threw it
 * may have been accepted or not (RWB-4).
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a round trip. One thread of its own writes, unless it is
 * built without, and {@link #close} ends it. <b>Cost.</b> One round trip a change and a look-up; what is pending is in
 * Redis twice; an idle worker asks every {@value #POLL_MILLIS} ms. All keys of a name lie in one slot of a cluster. <b>Not for</b> many writes a second of a server that syncs
 * each to disk. <b>Source.</b> Redis Streams and their consumer groups; Kleppmann 2016 for the version.
 *
 * @param <V> values
 */
public final class RedisWriteBehind<V> implements WritingCache<String, V> {

    private static final Logger log = LoggerFactory.getLogger(RedisWriteBehind.class);

    private static final String GROUP = "writers";

    /** How long a full stream or an empty one is left alone. */
    private static final long POLL_MILLIS = 5;

    private static final Duration POLL = Duration.ofMillis(POLL_MILLIS);

    private static final Script CHANGE = new Script("""
            if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[1]) then return 0 end
            local time = redis.call('TIME')
            local last = tonumber(redis.call('GET', KEYS[3]) or '0')
            local version = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
            redis.call('SET', KEYS[3], version)
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'n', version, 'd', ARGV[3], 'v', ARGV[4])
            redis.call('XADD', KEYS[2], '*', 'k', ARGV[2], 'n', version, 'd', ARGV[3], 'v', ARGV[4])
            return 1
            """);

    /** What is loaded does not replace what was put, nor what was removed a while ago. */
    private static final Script FILL = new Script("""
            if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
            redis.call('HSET', KEYS[1], 'n', '0', 'd', '0', 'v', ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return 1
            """);

    /** From now on the entry may expire, unless it was changed again. */
    private static final Script END = new Script("""
            for i = 4, #ARGV do
                redis.call('XACK', KEYS[2], ARGV[1], ARGV[i])
                redis.call('XDEL', KEYS[2], ARGV[i])
            end
            if redis.call('HGET', KEYS[1], 'n') == ARGV[2] then
                if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
            end
            return 1
            """);

    private static final Script OPEN = new Script("""
            local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
            if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
            return 1
            """);

    private static final Script READ = new Script("""
            local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], '>')
            if not read then return {} end
            return read[1][2]
            """);

    private static final Script CLAIM = new Script("""
            return redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], '0', ARGV[4], 'COUNT', ARGV[3])
            """);

    private final UnifiedJedis redis;
    private final String name;
    private final Codec<V> codec;
    private final Writer<String, V> writer;
    private final DeadLetters<String, V> deadLetters;
    private final int maxPending;
    private final int maxBatch;
    private final Duration putDeadline;
    private final Duration leaseTime;
    /** How long another worker's lease is left alone. */
    private final Duration betweenTries;

    private final long lifeMillis;
    private final RetryConfig retry;
    private final Guard guard;
    private final Ticker ticker = Ticker.system();
    private final Sleeper sleeper = Sleeper.system();
    private final RedisLeaseStore leases;
    private final String id = UUID.randomUUID().toString();
    private final byte[] stream;
    private final byte[] version;
    private final @Nullable Thread worker;
    private volatile boolean closed;

    private final LongAdder written = new LongAdder();
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder abandoned = new LongAdder();

    private RedisWriteBehind(Builder<V> builder) {
        redis = builder.redis;
        name = builder.name;
        codec = builder.codec;
        writer = builder.writer;
        deadLetters = builder.deadLetters;
        maxPending = builder.maxPending;
        maxBatch = builder.maxBatch;
        putDeadline = builder.putDeadline;
        leaseTime = builder.leaseTime;
        betweenTries = leaseTime.dividedBy(10).plus(POLL);
        lifeMillis = builder.life.toMillis();
        retry = builder.retry;
        guard = new Guard(ticker, builder.retryAfter);
        leases = new RedisLeaseStore(redis, name + ":lease", ticker);
        stream = bytes("{" + name + "}:changes");
        version = bytes("{" + name + "}:version");
        worker = builder.hasWorker ? builder.threads.newThread(this::work) : null;
    }

    /**
     * A builder.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells this cache's keys from others'; without curly braces
     * @param deadLetters takes what could not be written; a change that it throws for stays in Redis for the next worker
     */
    public static <V> Builder<V> builder(
            UnifiedJedis redis,
            String name,
            Codec<V> codec,
            Writer<String, V> writer,
            DeadLetters<String, V> deadLetters) {
        return new Builder<>(redis, name, codec, writer, deadLetters);
    }

    @Override
    public @Nullable V getIfPresent(String key) {
        List<byte[]> found = look(key);
        return found.get(1) == null || isRemoval(found.get(0)) ? null : codec.decode(found.get(1));
    }

    /** @throws RedisUnavailableException if Redis does not answer: what the store has may be old */
    @Override
    public @Nullable V get(String key, Function<? super String, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        List<byte[]> found = look(key);
        if (found.get(1) != null) {
            return isRemoval(found.get(0)) ? null : codec.decode(found.get(1));
        }
        V value = Objects.requireNonNull(loader.apply(key), "loader returned null");
        try {
            ask(() -> FILL.run(redis, List.of(entry(key)), List.of(codec.encode(value), text(lifeMillis))));
        } catch (RedisUnavailableException e) {
            log.debug("{} of {} was loaded but not remembered", key, name, e);
        }
        return value;
    }

    private List<byte[]> look(String key) {
        byte[] entry = entry(Objects.requireNonNull(key, "key"));
        return ask(() -> redis.hmget(entry, bytes("d"), bytes("v")));
    }

    private static boolean isRemoval(byte[] mark) {
        return mark.length == 1 && mark[0] == '1';
    }

    @Override
    public void put(String key, V value) {
        change(Objects.requireNonNull(key, "key"), codec.encode(Objects.requireNonNull(value, "value")), "0");
    }

    @Override
    public void remove(String key) {
        change(Objects.requireNonNull(key, "key"), new byte[0], "1");
    }

    private void change(String key, byte[] value, String mark) {
        if (closed) {
            throw new IllegalStateException("this cache is closed");
        }
        List<byte[]> keys = List.of(entry(key), stream, version);
        List<byte[]> arguments = List.of(text(maxPending), bytes(key), bytes(mark), value);
        long start = ticker.nanos();
        while (!Long.valueOf(1).equals(ask(() -> CHANGE.run(redis, keys, arguments)))) {
            if (ticker.nanos() - start >= putDeadline.toNanos()) {
                throw new WriteRefusedException(maxPending + " changes were pending for " + putDeadline);
            }
            try {
                sleeper.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WriteRefusedException("interrupted while " + maxPending + " changes were pending", e);
            }
        }
    }

    @SuppressWarnings("NullAway") // a script's answer may be null
    private <T> T ask(Supplier<T> call) {
        return guard.call(call);
    }

    @Override
    public boolean flush(Duration timeout) throws InterruptedException {
        long start = ticker.nanos();
        while (pending() > 0) {
            if (ticker.nanos() - start >= timeout.toNanos()) {
                return false;
            }
            sleeper.sleep(POLL);
        }
        return true;
    }

    /** How many changes all processes have pending, each counted though a newer one of its key may be; none is lost. */
    @Override
    public int pending() {
        return (int) Math.min(Integer.MAX_VALUE, this.<Long>ask(() -> redis.xlen(stream)));
    }

    /** Counts of this process's worker. */
    @Override
    public WritingStats stats() {
        return new WritingStats(written.sum(), coalesced.sum(), failed.sum(), abandoned.sum(), 0);
    }

    /**
     * Accepts no more; the worker, if this has one, writes what is pending and ends.
     *
     * @return how many changes are left in Redis, for the next worker
     * @throws RedisUnavailableException if Redis does not say how many; the worker has been told to end
     */
    @Override
    public int close(Duration timeout) throws InterruptedException {
        closed = true;
        if (worker != null) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(worker, Math.max(1, timeout.toNanos()));
            } finally {
                worker.interrupt();
            }
        }
        return pending();
    }

    private void work() {
        try {
            while (true) {
                try {
                    Optional<Lease> lease = leases.tryAcquire("worker", id, leaseTime);
                    if (lease.isPresent() ? serve(lease.get()) : closed) {
                        return;
                    }
                } catch (JedisException | LeaseStoreException e) {
                    log.warn("the worker of {} has lost Redis and will come back", name, e);
                    if (closed) {
                        return;
                    }
                }
                sleeper.sleep(betweenTries);
            }
        } catch (InterruptedException e) {
            log.debug("the worker of {} ends with changes under way", name, e);
        }
    }

    /** Writes until the lease is lost; true if this is closed and nothing is left. */
    private boolean serve(Lease first) throws InterruptedException {
        Lease lease = first;
        Inbox inbox = new Inbox();
        try {
            OPEN.run(redis, List.of(stream), List.of(bytes(GROUP)));
            inbox.claim();
            while (true) {
                if (lease.remaining(ticker).compareTo(leaseTime.dividedBy(2)) < 0) {
                    Optional<Lease> renewed = leases.renew(lease, leaseTime);
                    if (renewed.isEmpty()) {
                        return false;
                    }
                    lease = renewed.get();
                }
                inbox.read();
                if (inbox.delivery.nanosUntilDue() == 0) {
                    inbox.delivery.round();
                } else if (closed && inbox.delivery.size() == 0) {
                    return true;
                } else {
                    sleeper.sleep(POLL);
                }
            }
        } finally {
            try {
                leases.release(lease);
            } catch (LeaseStoreException e) {
                log.debug("the lease of {} will run out by itself", name, e);
            }
        }
    }

    /** What the worker has read and not acknowledged. */
    private final class Inbox implements Delivery.Listener<String, V> {

        private record Read(long version, String id) {}

        private final Map<String, List<Read>> unacknowledged = new HashMap<>();
        private final Delivery<String, V> delivery = new Delivery<>(
                writer,
                retry,
                maxBatch,
                ticker,
                () -> ThreadLocalRandom.current().nextDouble(),
                this);

        /** Takes over what workers before have read and not acknowledged. */
        void claim() {
            byte[] cursor = bytes("0-0");
            do {
                Object answer =
                        CLAIM.run(redis, List.of(stream), List.of(bytes(GROUP), bytes(id), text(1_000), cursor));
                List<?> parts = (List<?>) Objects.requireNonNull(answer);
                cursor = (byte[]) parts.get(0);
                take((List<?>) parts.get(1));
            } while (!new String(cursor, UTF_8).equals("0-0"));
        }

        /** Reads until there is a batch of keys, so that what waits together is written as one. */
        void read() {
            for (int count = maxBatch; count == maxBatch && delivery.size() < maxBatch; ) {
                Object answer = READ.run(redis, List.of(stream), List.of(bytes(GROUP), bytes(id), text(maxBatch)));
                count = take((List<?>) Objects.requireNonNull(answer));
            }
        }

        private int take(List<?> entries) {
            for (Object entry : entries) {
                List<?> parts = (List<?>) entry;
                String entryId = new String((byte[]) parts.get(0), UTF_8);
                List<?> fields = (List<?>) parts.get(1);
                String key = new String((byte[]) fields.get(1), UTF_8);
                long number = Long.parseLong(new String((byte[]) fields.get(3), UTF_8));
                V value;
                try {
                    value = isRemoval((byte[]) fields.get(5)) ? null : codec.decode((byte[]) fields.get(7));
                } catch (RuntimeException e) {
                    log.error("a change of {} stays in Redis for a worker that can read it", key, e);
                    continue;
                }
                unacknowledged.computeIfAbsent(key, k -> new ArrayList<>()).add(new Read(number, entryId));
                delivery.add(new Change<>(key, value, number));
            }
            return entries.size();
        }

        @Override
        public void written(Change<String, V> change) {
            written.increment();
            end(change, lifeMillis);
        }

        @Override
        public void superseded(Change<String, V> change) {
            coalesced.increment(); // acknowledged together with the newer one
        }

        @Override
        public void failed(Change<String, V> change, Throwable failure) {
            failed.increment();
            log.debug("{} was not written", change.key(), failure);
        }

        @Override
        public void abandoned(Change<String, V> change, Throwable reason) {
            abandoned.increment();
            try {
                deadLetters.add(change, reason);
            } catch (RuntimeException e) {
                e.addSuppressed(reason);
                log.error("a change of {} stays in Redis: the dead letters did not take it", change.key(), e);
                return;
            }
            end(change, 0);
        }

        private void end(Change<String, V> change, long millis) {
            List<Read> reads = unacknowledged.getOrDefault(change.key(), List.of());
            List<byte[]> arguments = new ArrayList<>(List.of(bytes(GROUP), text(change.version()), text(millis)));
            for (Read read : reads) {
                if (read.version <= change.version()) {
                    arguments.add(bytes(read.id));
                }
            }
            END.run(redis, List.of(entry(change.key()), stream), arguments);
            if (reads.removeIf(read -> read.version <= change.version()) && reads.isEmpty()) {
                unacknowledged.remove(change.key());
            }
        }
    }

    private byte[] entry(String key) {
        return bytes("{" + name + "}:" + key);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] text(long number) {
        return bytes(Long.toString(number));
    }

    /** What a {@link RedisWriteBehind} shall be like. */
    public static final class Builder<V> {
        private final UnifiedJedis redis;
        private final String name;
        private final Codec<V> codec;
        private final Writer<String, V> writer;
        private final DeadLetters<String, V> deadLetters;
        private int maxPending = 100_000;
        private int maxBatch = 100;
        private Duration putDeadline = Duration.ofSeconds(1);
        private Duration leaseTime = Duration.ofSeconds(10);
        private Duration life = Duration.ofMinutes(10);
        private Duration retryAfter = Duration.ofSeconds(1);
        private boolean hasWorker = true;
        private RetryConfig retry = RetryConfig.DEFAULT
                .withMaxAttempts(20)
                .withDeadline(Duration.ofMinutes(5))
                .withBackoff(Backoff.decorrelatedJitter(Duration.ofMillis(50), Duration.ofSeconds(20)));
        private ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "redis-write-behind");
            thread.setDaemon(true);
            return thread;
        };

        private Builder(
                UnifiedJedis redis,
                String name,
                Codec<V> codec,
                Writer<String, V> writer,
                DeadLetters<String, V> deadLetters) {
            this.redis = Objects.requireNonNull(redis, "redis");
            this.name = Objects.requireNonNull(name, "name");
            this.codec = Objects.requireNonNull(codec, "codec");
            this.writer = Objects.requireNonNull(writer, "writer");
            this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
            if (name.isEmpty() || name.contains("{") || name.contains("}")) {
                throw new IllegalArgumentException("name must not be empty nor have curly braces, was " + name);
            }
        }

        /** The most changes that may be pending, of all processes together, 100,000 if nothing is said. */
        public Builder<V> maxPending(int changes) {
            maxPending = atLeastOne("maxPending", changes);
            return this;
        }

        /** The most changes in one write, 100 if nothing is said. */
        public Builder<V> maxBatch(int changes) {
            maxBatch = atLeastOne("maxBatch", changes);
            return this;
        }

        /** How long a change waits for room, a second if nothing is said. */
        public Builder<V> putDeadline(Duration time) {
            putDeadline = notNegative("putDeadline", time);
            return this;
        }

        /** How long after a worker's death another takes over, 10 s if nothing is said; a write must be shorter. */
        public Builder<V> lease(Duration time) {
            if (time.toMillis() < 10) {
                throw new IllegalArgumentException("lease must be at least 10 ms, was " + time);
            }
            leaseTime = time;
            return this;
        }

        /** How long an entry stays once the store has it, 10 min if nothing is said; a load must be shorter. */
        public Builder<V> expireAfterWrite(Duration time) {
            if (time.toMillis() < 1) {
                throw new IllegalArgumentException("time must be at least 1 ms, was " + time);
            }
            life = time;
            return this;
        }

        /** How long after a failure Redis is asked again, a second if nothing is said. */
        public Builder<V> retryAfter(Duration rest) {
            retryAfter = notNegative("retryAfter", rest);
            return this;
        }

        /** When a failed write is tried again, and when no more; 20 times within 5 minutes if nothing is said. */
        public Builder<V> retry(RetryConfig config) {
            retry = Objects.requireNonNull(config, "config");
            return this;
        }

        /** Leaves the writing to other processes. */
        public Builder<V> withoutWorker() {
            hasWorker = false;
            return this;
        }

        /** Makes the worker's thread; a daemon if nothing is said. */
        public Builder<V> threads(ThreadFactory factory) {
            threads = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /** The cache; its worker runs. */
        public RedisWriteBehind<V> build() {
            RedisWriteBehind<V> made = new RedisWriteBehind<>(this);
            if (made.worker != null) {
                made.worker.start();
            }
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
