package dev.backendmastery.caching.cache;

import dev.backendmastery.caching.cache.Flights.Flight;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Wheel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToIntBiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LocalCache} that holds at most so many entries, or so much weight.
 *
 * <p><b>Guarantee.</b> {@link LocalCache}'s clauses. The maximum is never exceeded, not even while many write (C-20). An entry
 * that has expired is never returned; its memory is released while others are written, or by {@link #cleanUp}. Of keys that
 * have one and the same hash code no more than {@value Table#CROWD} are kept, so that nobody can make look-ups slow by choosing
 * keys (C-21). References are strong: what is in the cache is not left to the garbage collector.
 *
 * <p><b>Threads.</b> A look-up takes no lock and writes at most one field: with {@code clock}, {@code sieve},
 * {@code s3Fifo} and {@code duel} a count in the entry, and nothing once that is full; with {@code lru}, {@code lfu} and
 * {@code tinyLfu}, and with {@code duel} for the keys that it samples, a slot of a buffer; if the buffer is full and another
 * thread is at the lock, the hit is not recorded rather than waited for. A time after access is a field of its own, and the
 * count of hits another. A write of a key that is there takes no lock either, where entries have neither weights nor times.
 * Other writers take one lock for a few pointer assignments; functions and listeners that were handed in are called without
 * it. <b>Cost.</b> Constant time, amortized; a hit allocates nothing; 40 bytes an entry and 4 to 8 of table, 96 and as much
 * where entries expire after a write, 112 after access, and what the policy needs besides. {@link #clear} and
 * {@link #snapshot} take time linear in the size, during which writers of new keys wait.
 * <b>Not for</b> values whose age matters to the millisecond on many machines: each process has its own.
 */
public final class BoundedCache<K, V> implements LocalCache<K, V> {

    /*
     * One table decides what is remembered; the policy only orders. All changes are made under one lock, in which nobody's
     * code runs but keys' equals. A hit is counted in its entry, where the policy finds it when the entry's turn comes, or noted
     * in a buffer, and whoever fills that, or writes, replays it into the policy under the lock (BP-Wrapper). In one
     * thread nothing is lost, so the order is exact and can be checked against a model; under contention some hits go
     * unrecorded, which costs a little of the order and nothing of the truth.
     */
    private static final Logger log = LoggerFactory.getLogger(BoundedCache.class);

    /** Entries that one write moves or releases in the wheel at most: more than the moves of the one that it may add. */
    private static final int RELEASED_A_WRITE = 8;

    /** About a millisecond: expired entries are not returned, and leave memory up to so much later. */
    private static final int TICK_SHIFT = 20;

    /** What would live longer than 70 years does not end. */
    private static final long FOR_EVER = Long.MAX_VALUE / 4;

    /** What is guarded by the lock, on cache lines of its own: readers need not feel the writers. */
    private static final class Guarded {
        @SuppressWarnings("unused") // padding
        private long p0, p1, p2, p3, p4, p5, p6, p7;

        long weight;
        int size;
        int writes;
        long loaded;
        long failed;
        long evicted;
        long expired;

        @SuppressWarnings("unused") // padding
        private long q0, q1, q2, q3, q4, q5, q6, q7;
    }

    private record Removal<K, V>(K key, V value, RemovalCause cause) {}

    /** A value to be remembered, or none; the flight that brings it, if one does, and what it was made from. */
    private record Write<K, V>(
            @Nullable Entry<K, V> entry,
            @Nullable Flight<K, V> flight,
            @Nullable V before) {}

    private final CombiningLock<Write<K, V>> lock = new CombiningLock<>(this::apply, this::tellAll);
    private final Table<K, V> table = new Table<>(lock);
    private final Flights<K, V> flights = new Flights<>();

    /** What the listener has to be told once the lock is free. */
    private final Queue<Removal<K, V>> untold = new ConcurrentLinkedQueue<>();

    private final Guarded guarded = new Guarded();
    private final ReadBuffer<Entry<K, V>> notes = new ReadBuffer<>();
    private final EvictionPolicy<K, V> policy;
    private final int marks;

    /** A hit on an entry that has fewer hits is of interest. */
    private final int noticed;

    private final int writesBetweenReplays;
    private final long maximum;
    private final @Nullable ToIntBiFunction<? super K, ? super V> weigher;
    private final @Nullable BiFunction<? super K, ? super V, Duration> life;
    private final @Nullable BiFunction<? super K, ? super V, Duration> idle;
    private final boolean ends;
    private final @Nullable Wheel wheel;
    private final Ticker ticker;
    private final long origin;
    private final @Nullable RemovalListener<? super K, ? super V> listener;
    private final Executor executor;
    private final @Nullable LongAdder hits;
    private final @Nullable LongAdder misses;

    private BoundedCache(Builder<K, V> builder, EvictionPolicy<K, V> policy) {
        this.policy = policy;
        this.marks = policy.marks();
        if (marks > Entry.MOST_HITS) {
            throw new IllegalArgumentException("marks must be at most " + Entry.MOST_HITS + ", was " + marks);
        }
        this.noticed = marks == 0 ? 1 : marks;
        this.writesBetweenReplays = policy.writesBetweenReplays();
        this.maximum = builder.maximum;
        this.weigher = builder.weigher;
        this.life = builder.life;
        this.idle = builder.idle;
        this.ends = life != null || idle != null;
        this.wheel = ends ? new Wheel(Long.MAX_VALUE >>> TICK_SHIFT) : null;
        this.ticker = builder.ticker;
        this.origin = ticker.nanos();
        this.listener = builder.listener;
        this.executor = builder.executor;
        this.hits = builder.counts ? new LongAdder() : null;
        this.misses = builder.counts ? new LongAdder() : null;
    }

    /** A builder; without further words the cache holds 10,000 entries that never expire. */
    public static <K, V> Builder<K, V> builder() {
        return new Builder<>();
    }

    @Override
    public @Nullable V getIfPresent(K key) {
        V value = find(key, Entry.hash(Objects.requireNonNull(key, "key")));
        count(value == null ? misses : hits);
        return value;
    }

    @Override
    public V get(K key, Function<? super K, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        int hash = Entry.hash(Objects.requireNonNull(key, "key"));
        V value = find(key, hash);
        if (value != null) {
            count(hits);
            return value;
        }
        count(misses);
        return load(key, hash, loader);
    }

    private V load(K key, int hash, Function<? super K, ? extends V> loader) {
        Flight<K, V> mine = new Flight<>(key, hash, true);
        for (Flight<K, V> other = flights.begin(mine); other != null; other = flights.begin(mine)) {
            if (other.shared) {
                return other.await();
            }
            other.awaitEnd();
        }
        V value;
        Entry<K, V> entry;
        try {
            value = find(key, hash); // another load may have ended since we missed
            if (value != null) {
                end(mine, value);
                return value;
            }
            value = Objects.requireNonNull(loader.apply(key), "loader returned null");
            entry = entry(key, hash, value);
        } catch (Throwable e) {
            fail(mine, e);
            throw e;
        }
        try {
            lock.execute(new Write<>(entry, mine, null));
        } finally {
            end(mine, value);
        }
        return value;
    }

    private void fail(Flight<K, V> mine, Throwable failure) {
        lock.lock();
        try {
            guarded.failed += mine.shared ? 1 : 0;
        } finally {
            mine.land();
            mine.completeExceptionally(failure);
            lock.unlock();
        }
        flights.drop(mine);
    }

    private void end(Flight<K, V> mine, @Nullable V value) {
        mine.land();
        flights.drop(mine);
        mine.complete(value);
    }

    @Override
    public void put(K key, V value) {
        int hash = Entry.hash(Objects.requireNonNull(key, "key"));
        if (!putInPlace(key, hash, Objects.requireNonNull(value, "value"))) {
            lock.execute(new Write<>(entry(key, hash, value), null, null));
        }
    }

    /** Where values have no weight and no time, one can take another's place without the lock. */
    private boolean putInPlace(K key, int hash, V value) {
        if (weigher != null || ends) {
            return false;
        }
        Entry<K, V> entry = table.find(key, hash);
        V before = entry == null ? null : entry.value();
        if (entry == null || before == null || !entry.change(before, value)) {
            return false;
        }
        record(entry);
        if (listener != null) {
            tell(new Removal<>(entry.key, before, RemovalCause.REPLACED));
        }
        return true;
    }

    @Override
    public void remove(K key) {
        int hash = Entry.hash(Objects.requireNonNull(key, "key"));
        lock.lock();
        try {
            flights.overtake(key, hash);
            Entry<K, V> entry = present(key, hash);
            if (entry != null) {
                drop(entry, RemovalCause.EXPLICIT);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable V compute(K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> change) {
        Objects.requireNonNull(change, "change");
        int hash = Entry.hash(Objects.requireNonNull(key, "key"));
        Flight<K, V> mine = new Flight<>(key, hash, false);
        V before;
        for (; ; ) {
            Flight<K, V> other = flights.begin(mine);
            if (other != null) {
                other.awaitEnd();
                continue;
            }
            before = find(key, hash);
            if (mine.isInForce()) {
                break;
            }
            // What ended the flight may have come before the look, and what came before must not overtake.
            end(mine, null);
            mine = new Flight<>(key, hash, false);
        }
        V value;
        try {
            value = change.apply(key, before);
            Entry<K, V> entry = value == null ? null : entry(key, hash, value);
            if (before != null || entry != null) {
                lock.execute(new Write<>(entry, mine, before));
            }
        } catch (Throwable e) {
            fail(mine, e);
            throw e;
        }
        end(mine, value);
        return value;
    }

    @Override
    public void clear() {
        lock.lock();
        try {
            flights.overtakeAll();
            table.forEach(entry -> drop(entry, hasEnded(entry) ? RemovalCause.EXPIRED : RemovalCause.EXPLICIT));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Map<K, V> snapshot() {
        Map<K, V> copy = new HashMap<>();
        lock.lock();
        try {
            table.forEach(entry -> {
                V value = entry.value();
                if (value != null && !hasEnded(entry)) {
                    copy.put(entry.key, value);
                }
            });
        } finally {
            lock.unlock();
        }
        return copy;
    }

    @Override
    public void cleanUp() {
        lock.lock();
        try {
            replay();
            while (release(Integer.MAX_VALUE)) {
                // the wheel stops between its levels
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return guarded.size;
        } finally {
            lock.unlock();
        }
    }

    /** The weights of all entries in memory together; their number if no weigher was given. */
    public long weight() {
        lock.lock();
        try {
            return guarded.weight;
        } finally {
            lock.unlock();
        }
    }

    /** Counts since creation; of look-ups only if {@link Builder#countLookups} was not switched off. */
    @Override
    public CacheStats stats() {
        lock.lock();
        try {
            return new CacheStats(
                    hits == null ? 0 : hits.sum(),
                    misses == null ? 0 : misses.sum(),
                    guarded.loaded,
                    guarded.failed,
                    guarded.evicted,
                    guarded.expired);
        } finally {
            lock.unlock();
        }
    }

    private static void count(@Nullable LongAdder counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    private @Nullable V find(K key, int hash) {
        Entry<K, V> entry = table.find(key, hash);
        if (entry == null) {
            return null;
        }
        if (ends && entry instanceof TimedEntry<K, V> timed && !timed.lookUp(ticker.nanos(), idle != null)) {
            expire(timed);
            return null;
        }
        V value = entry.value();
        if (value == null) {
            return findLocked(key, hash); // taken out since, and there may be another
        }
        if (entry.hits() < noticed) {
            record(entry);
        }
        return value;
    }

    private @Nullable V findLocked(K key, int hash) {
        lock.lock();
        try {
            Entry<K, V> entry = present(key, hash);
            return entry == null ? null : entry.value();
        } finally {
            lock.unlock();
        }
    }

    private void record(Entry<K, V> entry) {
        if ((marks == 0 || entry.mark(marks)) && entry.followed() && !notes.note(entry)) {
            catchUp(entry);
        }
    }

    /** Releases what a look-up found to be over, unless somebody is at the lock: then it is left to the wheel. */
    private void expire(TimedEntry<K, V> entry) {
        if (lock.tryLock()) {
            try {
                if (entry.list != null) {
                    drop(entry, RemovalCause.EXPIRED);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void catchUp(Entry<K, V> entry) {
        if (lock.tryLock()) {
            try {
                replay();
                policy.accessed(entry);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Tells the listener of what was removed under the lock. */
    private void tellAll() {
        if (listener != null) {
            for (Removal<K, V> removal = untold.poll(); removal != null; removal = untold.poll()) {
                tell(removal);
            }
        }
    }

    private void tell(Removal<K, V> removal) {
        try {
            executor.execute(() -> listen(removal));
        } catch (RejectedExecutionException e) {
            log.warn("the executor takes no more; the listener is called here", e);
            listen(removal);
        }
    }

    private void listen(Removal<K, V> removal) {
        try {
            if (listener != null) {
                listener.removed(removal.key, removal.value, removal.cause);
            }
        } catch (RuntimeException e) {
            log.error("the listener failed on the removal of {}", removal.key, e);
        }
    }

    /** A new entry, weighed and timed; functions that were handed in are called here, without the lock. */
    private Entry<K, V> entry(K key, int hash, V value) {
        if (weigher == null && !ends) {
            return new Entry<>(key, value, hash);
        }
        int weight = weigher == null ? 1 : weigher.applyAsInt(key, value);
        if (weight < 0) {
            throw new IllegalArgumentException("the weight of " + key + " must be at least 0, was " + weight);
        }
        long lives = nanos(life, key, value);
        long idles = nanos(idle, key, value);
        if (lives == TimedEntry.FIXED && idles == TimedEntry.FIXED) {
            return new TimedEntry<>(key, value, hash, weight);
        }
        return new TimedEntry<>(key, value, hash, weight, ticker.nanos(), Math.min(FOR_EVER, lives), idles);
    }

    private long nanos(@Nullable BiFunction<? super K, ? super V, Duration> time, K key, V value) {
        if (time == null) {
            return TimedEntry.FIXED;
        }
        Duration given = time.apply(key, value);
        return given.toSeconds() >= FOR_EVER / 1_000_000_000 ? TimedEntry.FIXED : Math.max(0, given.toNanos());
    }

    // From here on under the lock.

    /** What a {@link #put}, a load or a computation comes to. */
    private void apply(Write<K, V> write) {
        Entry<K, V> entry = write.entry;
        Flight<K, V> flight = write.flight;
        if (flight == null) {
            Entry<K, V> put = Objects.requireNonNull(entry);
            flights.overtake(put.key, put.hash());
            remember(put, present(put.key, put.hash()), null);
            return;
        }
        guarded.loaded += flight.shared ? 1 : 0;
        try {
            if (flight.isInForce()) {
                land(flight, entry, write.before);
            }
        } finally {
            flight.land();
        }
    }

    private void land(Flight<K, V> flight, @Nullable Entry<K, V> entry, @Nullable V before) {
        Entry<K, V> present = present(flight.key, flight.hash);
        V value = present == null ? null : present.value();
        if (value != before || (present != null && value != null && !present.change(value, null))) {
            return; // overtaken by one who did not see the flight, or put in place
        }
        if (entry != null) {
            remember(entry, present, value);
        } else if (present != null) {
            drop(present, value, RemovalCause.EXPLICIT);
        }
    }

    /** The entry of {@code key} if it may be returned; one that may not is released. */
    private @Nullable Entry<K, V> present(K key, int hash) {
        Entry<K, V> entry = table.find(key, hash);
        if (entry != null && hasEnded(entry)) {
            drop(entry, RemovalCause.EXPIRED);
            return null;
        }
        return entry;
    }

    private boolean hasEnded(Entry<K, V> entry) {
        return ends && entry instanceof TimedEntry<K, V> timed && timed.hasEnded(ticker.nanos());
    }

    /** Puts {@code entry} in, in place of {@code before}; that one's value is taken out here unless it was already. */
    private void remember(Entry<K, V> entry, @Nullable Entry<K, V> before, @Nullable V takenOut) {
        if (++guarded.writes >= writesBetweenReplays) {
            guarded.writes = 0;
            replay();
        }
        boolean over = hasEnded(entry);
        if (over || entry.weight() > maximum || maximum == 0) {
            if (before != null) {
                drop(before, takenOut == null ? before.end() : takenOut, RemovalCause.REPLACED);
            }
            forget(entry, entry.end(), over ? RemovalCause.EXPIRED : RemovalCause.SIZE);
            return;
        }
        if (before == null) {
            Entry<K, V> crowding = table.crowding(entry.hash());
            if (crowding != null) {
                flights.overtake(crowding.key, crowding.hash());
                drop(crowding, RemovalCause.SIZE);
            }
            makeRoom(entry.weight());
            policy.inserted(entry);
            guarded.weight += entry.weight();
            table.add(entry, ++guarded.size);
        } else {
            policy.replaced(before, entry);
            guarded.weight += entry.weight() - before.weight();
            table.replace(before, entry);
            forget(before, takenOut == null ? before.end() : takenOut, RemovalCause.REPLACED);
            makeRoom(0);
        }
        TimedEntry.Timing<K, V> timing = timing(entry);
        if (wheel != null && timing != null && entry.list != null) {
            wheel.add(timing, tick(timing.entry.deadline()));
        }
        release(RELEASED_A_WRITE);
    }

    private TimedEntry.@Nullable Timing<K, V> timing(Entry<K, V> entry) {
        return entry instanceof TimedEntry<K, V> timed ? timed.timing : null;
    }

    /** The first tick at which {@code end} is over. */
    private long tick(long end) {
        return ((end - origin - 1) >>> TICK_SHIFT) + 1;
    }

    private void makeRoom(int weight) {
        while (guarded.weight > maximum - weight) {
            Entry<K, V> victim = policy.evict();
            if (victim == null) {
                throw new IllegalStateException("the policy holds nothing of weight " + guarded.weight);
            }
            flights.overtake(victim.key, victim.hash());
            unlink(victim);
            forget(victim, victim.end(), hasEnded(victim) ? RemovalCause.EXPIRED : RemovalCause.SIZE);
        }
    }

    /** Takes {@code entry}, which is there, out of everything. */
    private void drop(Entry<K, V> entry, RemovalCause cause) {
        drop(entry, entry.end(), cause);
    }

    private void drop(Entry<K, V> entry, @Nullable V value, RemovalCause cause) {
        policy.removed(entry);
        unlink(entry);
        forget(entry, value, cause);
    }

    /** Takes {@code entry}, which the policy has given up, out of the table. */
    private void unlink(Entry<K, V> entry) {
        if (!table.remove(entry)) {
            throw new IllegalStateException("not in the table: " + entry.key);
        }
        guarded.size--;
        guarded.weight -= entry.weight();
    }

    /** {@code entry} is out of table and policy, and {@code value} was its last. */
    private void forget(Entry<K, V> entry, @Nullable V value, RemovalCause cause) {
        TimedEntry.Timing<K, V> timing = timing(entry);
        if (wheel != null && timing != null && timing.linked()) {
            wheel.remove(timing);
        }
        if (cause == RemovalCause.SIZE) {
            guarded.evicted++;
        } else if (cause == RemovalCause.EXPIRED) {
            guarded.expired++;
        }
        if (listener != null && value != null) {
            untold.add(new Removal<>(entry.key, value, cause));
        }
    }

    private void replay() {
        notes.drain(policy::accessed);
    }

    /** Releases what has expired, in at most {@code most} moves of the wheel; whether there is more. */
    @SuppressWarnings("unchecked") // the wheel holds this cache's entries only
    private boolean release(int most) {
        if (wheel == null || wheel.size() == 0) {
            return false;
        }
        long now = ticker.nanos();
        long tick = (now - origin) >>> TICK_SHIFT;
        Wheel.Node node = wheel.pass(tick, most);
        while (node != null) {
            Wheel.Node next = Wheel.takeNext(node);
            TimedEntry<K, V> entry = ((TimedEntry.Timing<K, V>) node).entry;
            if (entry.hasEnded(now)) {
                drop(entry, RemovalCause.EXPIRED);
            } else {
                wheel.add(node, tick(entry.deadline())); // it was looked at meanwhile
            }
            node = next;
        }
        return wheel.behind(tick);
    }

    /** Throws if the invariants are broken; call it when no other thread is at work. */
    void validate() {
        lock.lock();
        try {
            replay();
            policy.validate(guarded.size);
            table.validate(guarded.size);
            long[] sums = new long[2];
            table.forEach(entry -> {
                sums[0] += entry.weight();
                TimedEntry.Timing<K, V> timing = timing(entry);
                sums[1] += timing == null ? 0 : 1;
                if (timing != null && !timing.linked()) {
                    throw new IllegalStateException("will never be released: " + entry.key);
                }
            });
            if (sums[0] != guarded.weight || guarded.weight > maximum) {
                throw new IllegalStateException(
                        sums[0] + " of weight, " + guarded.weight + " counted, at most " + maximum);
            }
            if (wheel != null && sums[1] != wheel.size()) {
                throw new IllegalStateException(sums[1] + " entries end, " + wheel.size() + " are in the wheel");
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a {@link BoundedCache} shall be like. */
    public static final class Builder<K, V> {
        private long maximum = 10_000;
        private @Nullable ToIntBiFunction<? super K, ? super V> weigher;
        private @Nullable BiFunction<? super K, ? super V, Duration> life;
        private @Nullable BiFunction<? super K, ? super V, Duration> idle;
        private Ticker ticker = Ticker.system();
        private @Nullable RandomGenerator random;
        private @Nullable RemovalListener<? super K, ? super V> listener;
        private Executor executor = Runnable::run;
        private boolean counts = true;

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
            maximum = entries;
            weigher = null;
            return this;
        }

        /**
         * The most that all entries may weigh together, in place of a maximum size. An entry that weighs more than that alone
         * is not remembered; one that weighs nothing takes no room, and may be evicted all the same.
         *
         * @param weight asked once for each value that is written, from 0 on; what it throws, {@code put} throws too, and
         *     nothing is changed
         * @throws IllegalArgumentException if {@code most} is negative
         */
        public Builder<K, V> maximumWeight(long most, ToIntBiFunction<? super K, ? super V> weight) {
            if (most < 0) {
                throw new IllegalArgumentException("maximumWeight must be at least 0, was " + most);
            }
            maximum = most;
            weigher = Objects.requireNonNull(weight, "weight");
            return this;
        }

        /**
         * How long after it was written an entry may be returned.
         *
         * @throws IllegalArgumentException if {@code time} is not positive
         */
        public Builder<K, V> expireAfterWrite(Duration time) {
            requirePositive(time);
            return expireAfterWrite((key, value) -> time);
        }

        /** How long after it was written each entry may be returned; one that is not positive is not remembered. */
        public Builder<K, V> expireAfterWrite(BiFunction<? super K, ? super V, Duration> time) {
            life = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * How long after it was last written or looked up an entry may be returned. Together with a time after write the
         * earlier of the two ends it.
         *
         * @throws IllegalArgumentException if {@code time} is not positive
         */
        public Builder<K, V> expireAfterAccess(Duration time) {
            requirePositive(time);
            return expireAfterAccess((key, value) -> time);
        }

        /** How long after a look-up each entry may be returned; asked when it is written. */
        public Builder<K, V> expireAfterAccess(BiFunction<? super K, ? super V, Duration> time) {
            idle = Objects.requireNonNull(time, "time");
            return this;
        }

        private static void requirePositive(Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("time must be positive, was " + time);
            }
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

        /** Who is told of each value that is no longer remembered. */
        public Builder<K, V> removalListener(RemovalListener<? super K, ? super V> told) {
            listener = Objects.requireNonNull(told, "listener");
            return this;
        }

        /** Where the listener is called: in the thread that caused the removal, if nothing is said. */
        public Builder<K, V> executor(Executor where) {
            executor = Objects.requireNonNull(where, "executor");
            return this;
        }

        /** Whether hits and misses are counted, which costs each look-up a few nanoseconds; they are if nothing is said. */
        public Builder<K, V> countLookups(boolean on) {
            counts = on;
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
         * A cache that evicts by W-TinyLFU with a window of a fixed share of its maximum.
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
            return build(size -> new DuelPolicy<>(size, weigher != null, random()));
        }

        RandomGenerator random() {
            return random == null ? new SplittableRandom() : random;
        }

        /** A cache that evicts by the policy that {@code policy} makes for the maximum size or weight. */
        BoundedCache<K, V> build(LongFunction<EvictionPolicy<K, V>> policy) {
            return new BoundedCache<>(this, policy.apply(maximum));
        }
    }
}
