package dev.backendmastery.caching.loading;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.concurrent.BatchingQueue;
import dev.backendmastery.core.concurrent.SingleFlight;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Timers;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LoadingCache} over any {@link Cache}: a bounded one of this process, or one in Redis.
 *
 * <p><b>Guarantee.</b> {@link LoadingCache}'s clauses. On a store that several processes share, they hold in each of them
 * for its own loads and changes; that a load of one is overtaken by a change of another is not seen, and lasts until the
 * entry's end.
 *
 * <p><b>Threads.</b> Safe for any number of threads. A hit takes no lock of its own and waits for nobody. Deadlines and
 * windows are kept by {@link Timers}: those that are given, or a thread of this cache's that {@link #close} ends. An
 * executor that runs loads in the calling thread makes the deadline one for the others only. A loader that ignores its
 * interrupt keeps its thread, and one that asks this cache for another key needs a second one: give the executor more
 * threads than may hang or nest. <b>Cost.</b> A hit is one of the store, a
 * reading of the clock and, near the end of an entry's life and with early refresh, a random number; it allocates nothing.
 * A load is two hand-overs, one timer and about ten objects. <b>Not for</b> sharing one load among processes.
 * <b>Source.</b> RFC 5861 for what is served stale; Vattani, Chierichetti, Lowenstein, VLDB 2015, for early refresh.
 */
public final class ReadThrough<K, V> implements LoadingCache<K, V>, AutoCloseable {

    /*
     * One flight a key, be it for a miss, a refresh or a bulk load: SingleFlight shares it, and gives put and remove the
     * last word. A flight's work is a Part, which its Load completes, or its timer, whichever is first; a late result finds
     * the part completed and goes nowhere. A Load is one call of the loader, for one part or many.
     */
    private static final Logger log = LoggerFactory.getLogger(ReadThrough.class);

    /** How many refreshes may wait for their window, in batches; beyond that one goes alone. */
    private static final int WAITING_BATCHES = 64;

    private final Cache<K, Loaded<V>> store;
    private final SingleFlight<K, Loaded<V>> flights = new SingleFlight<>();
    private final BoundedCache<K, Failure> failures;
    private final ConcurrentHashMap<Part, Boolean> underWay = new ConcurrentHashMap<>();

    /** The keys that a thread is loading. */
    @SuppressWarnings("ThreadLocalUsage") // keys of different caches may be equal; it is removed after each load
    private final ThreadLocal<@Nullable Set<K>> loading = new ThreadLocal<>();

    private final @Nullable Source<K, V> single;
    private final @Nullable Source<K, V> bulk;
    private final int maxBatch;
    private final Executor executor;
    private final BiFunction<? super K, ? super V, Duration> life;
    private final BiFunction<? super K, ? super V, Duration> refresh;
    private final double jitter;
    private final double beta;
    private final long absentNanos;
    private final Function<? super Throwable, Duration> failureLife;
    private final long staleNanos;
    private final Backoff backoff;
    private final Duration deadline;
    private final Ticker ticker;
    /** Tells when entries were loaded: the ticker, or the time of day if processes share the store. */
    private final Ticker stamps;

    private final DoubleSupplier random;
    private final Timers timers;
    private final TimingWheel.@Nullable Driver driver;
    private final @Nullable BatchingQueue<Part> window;
    private final Duration windowLength;
    private final AtomicBoolean windowOpen = new AtomicBoolean();
    private volatile boolean closed;

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder loads = new LongAdder();
    private final LongAdder failedLoads = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final LongAdder staleServed = new LongAdder();
    private final LongAdder unremembered = new LongAdder();

    /** Any form of loader. */
    @FunctionalInterface
    private interface Source<K, V> {
        CompletionStage<? extends Map<K, V>> load(Set<K> keys) throws Exception;
    }

    private ReadThrough(Builder<K, V> builder) {
        single = builder.single;
        bulk = builder.bulk;
        maxBatch = builder.maxBatch;
        executor = builder.executor;
        life = builder.life;
        refresh = builder.refresh;
        jitter = builder.jitter;
        beta = builder.beta;
        absentNanos = builder.absent.toNanos();
        failureLife = builder.failureLife;
        staleNanos = builder.stale.toNanos();
        backoff = builder.backoff;
        deadline = builder.deadline;
        ticker = builder.ticker;
        stamps = builder.stamps == null ? ticker : builder.stamps;
        random = builder.random;
        store = builder.store != null
                ? builder.store
                // It need not expire what is judged here, and so is spared a reading of the clock a look-up.
                : BoundedCache.<K, Loaded<V>>builder()
                        .maximumSize(builder.maximumSize)
                        .countLookups(false)
                        .duel();
        failures = BoundedCache.<K, Failure>builder()
                .maximumSize(builder.maximumSize)
                .ticker(ticker)
                .expireAfterWrite((key, failure) -> failure.keepFor())
                .countLookups(false)
                .lru();
        windowLength = builder.window;
        window = bulk == null || windowLength.isZero()
                ? null
                : new BatchingQueue<>(
                        new BatchingQueue.Limits(
                                maxBatch, Long.MAX_VALUE, windowLength, Math.multiplyExact(maxBatch, WAITING_BATCHES)),
                        part -> 1,
                        ticker);
        if (builder.timers != null) {
            timers = builder.timers;
            driver = null;
        } else {
            TimingWheel wheel = TimingWheel.of(
                    Duration.ofMillis(1), ticker, (task, failure) -> log.error("a deadline failed", failure));
            timers = wheel;
            driver = wheel.drive(task -> {
                Thread thread = new Thread(task, "read-through-timers");
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /**
     * A builder of caches that load one key at a time.
     *
     * @param executor runs the loads; it stays the caller's to close
     */
    public static <K, V> Builder<K, V> of(Loader<K, V> loader, Executor executor) {
        Objects.requireNonNull(loader, "loader");
        return new Builder<>(
                keys -> {
                    K key = keys.iterator().next();
                    V value = loader.load(key);
                    return CompletableFuture.completedFuture(value == null ? Map.of() : Map.of(key, value));
                },
                executor);
    }

    /** As {@link #of}, for a loader whose values come later; the executor runs what starts it. */
    public static <K, V> Builder<K, V> ofAsync(Loader.Async<K, V> loader, Executor executor) {
        Objects.requireNonNull(loader, "loader");
        return new Builder<>(
                keys -> {
                    K key = keys.iterator().next();
                    CompletionStage<? extends @Nullable V> stage =
                            Objects.requireNonNull(loader.load(key), "loader returned null");
                    CompletableFuture<Map<K, V>> result = new CompletableFuture<>();
                    stage.whenComplete((value, failure) -> {
                        if (failure != null) {
                            result.completeExceptionally(failure);
                        } else {
                            result.complete(value == null ? Map.of() : Map.of(key, value));
                        }
                    });
                    CompletionStage<Map<K, V>> end = result;
                    end.whenComplete((value, failure) -> {
                        if (result.isCancelled()) {
                            cancel(stage);
                        }
                    });
                    return result;
                },
                executor);
    }

    /** As {@link #of}, for a loader of many keys, which loads single ones too. */
    public static <K, V> Builder<K, V> ofBulk(Loader.Bulk<K, V> loader, Executor executor) {
        return new Builder<K, V>(null, executor).bulk(loader);
    }

    private static void cancel(CompletionStage<?> stage) {
        stage.toCompletableFuture().cancel(true);
    }

    @Override
    public @Nullable V get(K key) {
        Loaded<V> found = store.getIfPresent(Objects.requireNonNull(key, "key"));
        Loaded<V> hit = hit(key, found);
        if (hit != null) {
            return hit.value();
        }
        return await(key, miss(key, found, this::beginAlone)).value();
    }

    @Override
    public CompletableFuture<@Nullable V> getAsync(K key) {
        Loaded<V> found = store.getIfPresent(Objects.requireNonNull(key, "key"));
        Loaded<V> hit = hit(key, found);
        if (hit != null) {
            return CompletableFuture.completedFuture(hit.value());
        }
        return view(key, miss(key, found, this::beginAlone));
    }

    @Override
    public Map<K, V> getAll(Collection<? extends K> keys) {
        Gathering missing = new Gathering();
        Map<K, CompletableFuture<Loaded<V>>> all = new LinkedHashMap<>();
        try {
            for (K key : new LinkedHashSet<K>(keys)) {
                Loaded<V> found = store.getIfPresent(Objects.requireNonNull(key, "key"));
                Loaded<V> hit = hit(key, found);
                all.put(key, hit != null ? CompletableFuture.completedFuture(hit) : miss(key, found, missing));
            }
        } finally {
            missing.begin(); // whatever happens: others may have joined
        }
        Map<K, V> values = new LinkedHashMap<>();
        all.forEach((key, flight) -> {
            V value = await(key, flight).value();
            if (value != null) {
                values.put(key, value);
            }
        });
        return values;
    }

    @Override
    public @Nullable V getIfPresent(K key) {
        Loaded<V> found = store.getIfPresent(Objects.requireNonNull(key, "key"));
        boolean hit = found != null && found.isFresh(stamps.nanos()) && found.value() != null;
        (hit ? hits : misses).increment();
        return found != null && hit ? found.value() : null;
    }

    @Override
    public CompletableFuture<@Nullable V> refresh(K key) {
        return view(key, load(Objects.requireNonNull(key, "key"), null, true, this::beginOrQueue));
    }

    @Override
    public CompletableFuture<Map<K, V>> refreshAll(Collection<? extends K> keys) {
        Gathering wanted = new Gathering();
        Map<K, CompletableFuture<@Nullable V>> all = new LinkedHashMap<>();
        try {
            for (K key : new LinkedHashSet<K>(keys)) {
                all.put(key, view(key, load(Objects.requireNonNull(key, "key"), null, true, wanted)));
            }
        } finally {
            wanted.begin();
        }
        return CompletableFuture.allOf(all.values().toArray(CompletableFuture[]::new))
                .thenApply(ended -> {
                    Map<K, V> values = new LinkedHashMap<>();
                    all.forEach((key, view) -> {
                        V value = view.join();
                        if (value != null) {
                            values.put(key, value);
                        }
                    });
                    return values;
                });
    }

    @Override
    public void put(K key, V value) {
        Objects.requireNonNull(value, "value");
        Loaded<V> loaded = loaded(Objects.requireNonNull(key, "key"), value, 0);
        flights.change(key, () -> {
            forgetFailure(key);
            if (loaded.keepFor().isZero()) {
                store.remove(key);
            } else {
                store.put(key, loaded);
            }
        });
    }

    @Override
    public void remove(K key) {
        flights.change(Objects.requireNonNull(key, "key"), () -> {
            forgetFailure(key);
            store.remove(key);
        });
    }

    @Override
    public void clear() {
        flights.forgetAll();
        failures.clear();
        store.clear();
    }

    @Override
    public LoadingStats stats() {
        return new LoadingStats(
                hits.sum(),
                misses.sum(),
                loads.sum(),
                failedLoads.sum(),
                timeouts.sum(),
                calls.sum(),
                staleServed.sum(),
                unremembered.sum());
    }

    /**
     * Ends the thread of this cache if it has one. Loads under way fail with an {@link IllegalStateException} as the cause,
     * as does whatever would load from now on; what is remembered can still be had.
     */
    @Override
    public void close() {
        closed = true;
        for (Part part : underWay.keySet()) {
            part.giveUp(closedException());
        }
        if (driver != null) {
            driver.close();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("this cache is closed");
    }

    /** {@code found} if it is to be returned; counts it, and sees to its refresh. */
    private @Nullable Loaded<V> hit(K key, @Nullable Loaded<V> found) {
        if (found == null) {
            return null;
        }
        long age = stamps.nanos() - found.loadedAt();
        if (age >= found.lifeNanos()) {
            return null;
        }
        hits.increment();
        if (age >= found.refreshNanos() || isEarly(found, age)) {
            refreshBehind(key, found);
        }
        return found;
    }

    private boolean isEarly(Loaded<V> found, long age) {
        long remaining = found.lifeNanos() - age;
        return beta > 0
                && EarlyRefresh.isPossible(remaining, found.costNanos(), beta)
                && EarlyRefresh.isDue(remaining, found.costNanos(), beta, random.getAsDouble());
    }

    /** Starts a refresh unless one is under way or the last one failed a moment ago; its end is nobody's to wait for. */
    private void refreshBehind(K key, Loaded<V> seen) {
        if (closed || flights.isInFlight(key)) {
            return;
        }
        Failure failure = failures.getIfPresent(key);
        if (failure == null || ticker.nanos() - failure.at() >= failure.restNanos()) {
            Attempt attempt = new Attempt(key, seen, false, this::beginOrQueue);
            flights.runAsync(key, attempt, attempt);
        }
    }

    /** The flight that will answer a look-up, or the answer that is there without one. */
    private CompletableFuture<Loaded<V>> miss(K key, @Nullable Loaded<V> expired, Consumer<Part> starter) {
        misses.increment();
        Set<K> own = loading.get();
        if (own != null && own.contains(key)) {
            throw new IllegalStateException("this thread is loading " + key + " and would wait for itself");
        }
        Failure failure = failures.getIfPresent(key);
        if (failure != null) {
            long since = ticker.nanos() - failure.at();
            if (expired != null && since < failure.restNanos() && expired.isServable(stamps.nanos())) {
                staleServed.increment();
                return CompletableFuture.completedFuture(expired);
            }
            if (since < failure.rememberNanos()) {
                return CompletableFuture.failedFuture(failure.cause());
            }
        }
        CompletableFuture<Loaded<V>> flight = load(key, expired, false, starter);
        return expired == null || expired.staleNanos() == 0
                ? flight
                : flight.handle((loaded, cause) -> {
                    if (cause == null) {
                        return loaded;
                    }
                    if (!expired.isServable(stamps.nanos())) {
                        throw new CompletionException(unwrap(cause));
                    }
                    staleServed.increment();
                    return expired;
                });
    }

    private CompletableFuture<Loaded<V>> load(K key, @Nullable Loaded<V> seen, boolean always, Consumer<Part> starter) {
        Attempt attempt = new Attempt(key, seen, always, starter);
        return flights.runAsync(key, attempt, attempt).toCompletableFuture();
    }

    private Loaded<V> await(K key, CompletableFuture<Loaded<V>> flight) {
        try {
            return flight.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadFailedException(key, e);
        } catch (ExecutionException e) {
            throw failure(key, e);
        }
    }

    private CompletableFuture<@Nullable V> view(K key, CompletionStage<Loaded<V>> flight) {
        CompletableFuture<@Nullable V> view = new CompletableFuture<>();
        flight.whenComplete((loaded, failure) -> {
            if (failure != null) {
                view.completeExceptionally(failure(key, failure));
            } else {
                view.complete(loaded.value());
            }
        });
        return view;
    }

    private static LoadFailedException failure(Object key, Throwable wrapped) {
        Throwable cause = unwrap(wrapped);
        return cause instanceof LoadTimeoutException timeout
                ? new LoadTimeoutException(key, timeout)
                : new LoadFailedException(key, cause);
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return (failure instanceof CompletionException || failure instanceof ExecutionException) && cause != null
                ? cause
                : failure;
    }

    private Loaded<V> loaded(K key, @Nullable V value, long cost) {
        long now = stamps.nanos();
        double share = jitter == 0 ? 1 : 1 - jitter * random.getAsDouble();
        if (value == null) {
            return new Loaded<>(null, now, Loaded.NEVER, shorten(absentNanos, share), 0, cost);
        }
        long lives = Math.max(0, nanos(life.apply(key, value)));
        long due = Math.max(0, nanos(refresh.apply(key, value)));
        return new Loaded<>(value, now, shorten(due, share), shorten(lives, share), lives == 0 ? 0 : staleNanos, cost);
    }

    private static long nanos(Duration time) {
        return time.compareTo(Builder.FOREVER) >= 0 ? Loaded.NEVER : time.toNanos();
    }

    private static long shorten(long nanos, double share) {
        return nanos == Loaded.NEVER || share == 1 ? nanos : (long) (nanos * share);
    }

    /** What a flight does when it is the first: the start of its part, and what remains of it. */
    private final class Attempt implements Supplier<CompletionStage<Loaded<V>>>, SingleFlight.Keeper<Loaded<V>> {
        private final K key;
        private final @Nullable Loaded<V> seen;
        private final boolean always;
        private final Consumer<Part> starter;
        private boolean wasThere;

        Attempt(K key, @Nullable Loaded<V> seen, boolean always, Consumer<Part> starter) {
            this.key = key;
            this.seen = seen;
            this.always = always;
            this.starter = starter;
        }

        @Override
        public CompletionStage<Loaded<V>> get() {
            if (!always) {
                // Another flight may have ended between our look and our turn.
                Loaded<V> found = store.getIfPresent(key);
                if (found != null
                        && found.isFresh(stamps.nanos())
                        && (seen == null || seen.loadedAt() != found.loadedAt())) {
                    wasThere = true;
                    return CompletableFuture.completedFuture(found);
                }
            }
            Part part = new Part(key);
            part.startClock();
            starter.accept(part);
            return part.result;
        }

        @Override
        public void keep(@Nullable Loaded<V> loaded, @Nullable Throwable failure) {
            if (failure != null) {
                rememberFailure(key, failure);
            } else if (loaded != null && !wasThere) {
                remember(key, loaded);
                forgetFailure(key);
            }
        }
    }

    private void remember(K key, Loaded<V> loaded) {
        try {
            if (!loaded.keepFor().isZero()) {
                store.put(key, loaded);
            } else if (store.getIfPresent(key) != null) {
                store.remove(key);
            }
        } catch (RuntimeException e) {
            // The value is right and its callers have waited for it; only the next one will have to load again.
            unremembered.increment();
            log.debug("{} was loaded but not remembered", key, e);
        }
    }

    private void rememberFailure(K key, Throwable cause) {
        Failure before = failures.getIfPresent(key);
        int times = before == null ? 1 : before.times() + 1;
        long rest = backoff.nanos(times, before == null ? 0 : before.restNanos(), random);
        Failure failure = new Failure(
                cause,
                times,
                ticker.nanos(),
                rest,
                Math.max(0, failureLife.apply(cause).toNanos()));
        if (!failure.keepFor().isZero()) {
            failures.put(key, failure);
        }
    }

    private void forgetFailure(K key) {
        if (failures.getIfPresent(key) != null) {
            failures.remove(key);
        }
    }

    private void beginAlone(Part part) {
        begin(List.of(part));
    }

    /** Starts a refresh, together with others that come soon if the loader can load many. */
    private void beginOrQueue(Part part) {
        BatchingQueue<Part> queue = window;
        if (queue == null || !queue.tryAdd(part)) {
            begin(List.of(part));
            return;
        }
        drain(queue);
        closeWindowLater(queue);
    }

    private void closeWindowLater(BatchingQueue<Part> queue) {
        if (queue.size() > 0 && windowOpen.compareAndSet(false, true)) {
            timers.schedule(windowLength, () -> {
                windowOpen.set(false);
                drain(queue);
                closeWindowLater(queue);
            });
        }
    }

    private void drain(BatchingQueue<Part> queue) {
        for (List<Part> batch = queue.poll(); !batch.isEmpty(); batch = queue.poll()) {
            begin(batch);
        }
    }

    /** Loads {@code parts} by as few calls as the loader allows. */
    private void begin(List<Part> parts) {
        Source<K, V> one = single;
        Source<K, V> many = bulk;
        if (many == null || (parts.size() == 1 && one != null)) {
            for (Part part : parts) {
                new Load(Objects.requireNonNull(one), List.of(part)).start();
            }
            return;
        }
        for (int from = 0; from < parts.size(); from += maxBatch) {
            new Load(many, List.copyOf(parts.subList(from, Math.min(parts.size(), from + maxBatch)))).start();
        }
    }

    /** Parts that shall begin together. One that comes late, as its key was being changed, begins by itself. */
    private final class Gathering implements Consumer<Part> {
        private final Queue<Part> parts = new ConcurrentLinkedQueue<>();
        private volatile boolean begun;

        @Override
        public void accept(Part part) {
            parts.add(part);
            if (begun) {
                begin();
            }
        }

        void begin() {
            begun = true;
            List<Part> batch = new ArrayList<>();
            for (Part part = parts.poll(); part != null; part = parts.poll()) {
                batch.add(part);
            }
            if (!batch.isEmpty()) {
                ReadThrough.this.begin(batch);
            }
        }
    }

    /** One key that is being loaded, until its load or its deadline, whichever comes first. */
    private final class Part {
        private final K key;
        private final CompletableFuture<Loaded<V>> result = new CompletableFuture<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable Load load;
        private volatile Timers.@Nullable Timer clock;

        Part(K key) {
            this.key = key;
        }

        void startClock() {
            underWay.put(this, true);
            clock = timers.schedule(deadline, () -> {
                if (giveUp(new LoadTimeoutException(key, deadline))) {
                    timeouts.increment();
                }
            });
            if (closed) {
                giveUp(closedException());
            }
        }

        boolean giveUp(Exception reason) {
            if (!fail(reason)) {
                return false;
            }
            Load hung = load;
            if (hung != null) {
                hung.leave();
            }
            return true;
        }

        boolean fail(Throwable cause) {
            if (!end()) {
                return false;
            }
            failedLoads.increment();
            result.completeExceptionally(cause);
            return true;
        }

        void succeed(@Nullable V value, long cost) {
            Loaded<V> loaded;
            try {
                loaded = loaded(key, value, cost);
            } catch (RuntimeException e) {
                fail(e);
                return;
            }
            if (end()) {
                loads.increment();
                result.complete(loaded);
            }
        }

        private boolean end() {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            underWay.remove(this);
            Timers.Timer timer = clock;
            if (timer != null) {
                timer.cancel();
            }
            return true;
        }
    }

    /** One call of the loader. */
    private final class Load implements Runnable {
        private final Source<K, V> source;
        private final List<Part> parts;
        private final AtomicInteger waitedFor;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Thread runner;
        private @Nullable CompletionStage<?> stage;
        private boolean abandoned;

        Load(Source<K, V> source, List<Part> parts) {
            this.source = source;
            this.parts = parts;
            this.waitedFor = new AtomicInteger(parts.size());
        }

        void start() {
            for (Part part : parts) {
                part.load = this;
            }
            try {
                executor.execute(this);
            } catch (RuntimeException | Error e) {
                end(null, e, 0);
            }
        }

        @Override
        public void run() {
            Set<K> keys = new LinkedHashSet<>();
            for (Part part : parts) {
                if (!part.ended.get()) {
                    keys.add(part.key);
                }
            }
            if (keys.isEmpty() || !enter()) {
                return;
            }
            calls.increment();
            long started = ticker.nanos();
            CompletionStage<? extends Map<K, V>> result;
            try {
                result = call(keys);
            } finally {
                exit();
            }
            if (!follow(result)) {
                cancel(result);
            }
            result.whenComplete((values, failure) -> end(values, failure, ticker.nanos() - started));
        }

        private CompletionStage<? extends Map<K, V>> call(Set<K> keys) {
            Set<K> outer = loading.get();
            Set<K> own = new LinkedHashSet<>(keys);
            if (outer != null) {
                own.addAll(outer);
            }
            loading.set(own);
            try {
                return Objects.requireNonNull(source.load(keys), "loader returned null");
            } catch (Throwable e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt(); // exit() takes it back if it was ours
                }
                return CompletableFuture.failedStage(e);
            } finally {
                if (outer == null) {
                    loading.remove();
                } else {
                    loading.set(outer);
                }
            }
        }

        private void end(@Nullable Map<K, V> values, @Nullable Throwable failure, long cost) {
            Throwable cause = failure == null ? null : unwrap(failure);
            if (cause == null && values == null) {
                cause = new NullPointerException("loader returned null");
            }
            for (Part part : parts) {
                if (cause != null) {
                    part.fail(cause);
                } else {
                    part.succeed(Objects.requireNonNull(values).get(part.key), cost);
                }
            }
        }

        /** A part was given up; when all are, so is the call. */
        void leave() {
            if (waitedFor.decrementAndGet() > 0) {
                return;
            }
            CompletionStage<?> pending;
            lock.lock();
            try {
                abandoned = true;
                pending = stage;
                if (runner != null) {
                    runner.interrupt();
                }
            } finally {
                lock.unlock();
            }
            if (pending != null) {
                cancel(pending);
            }
        }

        private boolean enter() {
            lock.lock();
            try {
                runner = Thread.currentThread();
                return !abandoned;
            } finally {
                lock.unlock();
            }
        }

        /** Our interrupt must not reach what the thread does next. */
        private void exit() {
            lock.lock();
            try {
                runner = null;
                if (abandoned) {
                    Thread.interrupted();
                }
            } finally {
                lock.unlock();
            }
        }

        private boolean follow(CompletionStage<?> result) {
            lock.lock();
            try {
                stage = result;
                return !abandoned;
            } finally {
                lock.unlock();
            }
        }
    }

    /** What a {@link ReadThrough} shall be like. */
    public static final class Builder<K, V> {

        static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

        private final @Nullable Source<K, V> single;
        private final Executor executor;
        private @Nullable Source<K, V> bulk;
        private int maxBatch = 100;
        private @Nullable Cache<K, Loaded<V>> store;
        private long maximumSize = 10_000;
        private BiFunction<? super K, ? super V, Duration> life = (key, value) -> FOREVER;
        private BiFunction<? super K, ? super V, Duration> refresh = (key, value) -> FOREVER;
        private double jitter;
        private double beta;
        private Duration absent = Duration.ZERO;
        private Function<? super Throwable, Duration> failureLife = failure -> Duration.ZERO;
        private Duration stale = Duration.ZERO;
        private Backoff backoff = Backoff.decorrelatedJitter(Duration.ofSeconds(1), Duration.ofMinutes(1));
        private Duration deadline = Duration.ofSeconds(10);
        private Duration window = Duration.ofMillis(10);
        private Ticker ticker = Ticker.system();
        private @Nullable Ticker stamps;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        private @Nullable Timers timers;

        private Builder(@Nullable Source<K, V> single, Executor executor) {
            this.single = single;
            this.executor = Objects.requireNonNull(executor, "executor");
        }

        /** Loads many keys by one call of {@code loader}. */
        public Builder<K, V> bulk(Loader.Bulk<K, V> loader) {
            Objects.requireNonNull(loader, "loader");
            bulk = keys -> CompletableFuture.completedFuture(
                    Objects.requireNonNull(loader.loadAll(keys), "loader returned null"));
            return this;
        }

        /** As {@link #bulk}, for a loader whose values come later. */
        public Builder<K, V> bulkAsync(Loader.AsyncBulk<K, V> loader) {
            bulk = Objects.requireNonNull(loader, "loader")::loadAll;
            return this;
        }

        /** The most keys in one bulk call, 100 if nothing is said; at least 1. */
        public Builder<K, V> maxBatch(int keys) {
            if (keys < 1 || keys > 1_000_000) {
                throw new IllegalArgumentException("maxBatch must be from 1 to 1,000,000, was " + keys);
            }
            maxBatch = keys;
            return this;
        }

        /** How long a refresh waits for others to go with it, 10 ms if nothing is said; zero: not at all. */
        public Builder<K, V> window(Duration time) {
            window = notNegative("window", time);
            return this;
        }

        /** The most entries, 10,000 if nothing is said; of no matter to a {@linkplain #store store} that is given. */
        public Builder<K, V> maximumSize(long entries) {
            if (entries < 0) {
                throw new IllegalArgumentException("maximumSize must be at least 0, was " + entries);
            }
            maximumSize = entries;
            return this;
        }

        /** Where entries are kept; it should keep each for {@link Loaded#keepFor()}. */
        public Builder<K, V> store(Cache<K, Loaded<V>> cache) {
            store = Objects.requireNonNull(cache, "cache");
            stamps = null;
            return this;
        }

        /**
         * As {@link #store}, shared with other processes: the age of entries is told by the time of day, so by as much as
         * clocks differ an entry lives longer or shorter.
         */
        public Builder<K, V> sharedStore(Cache<K, Loaded<V>> cache, InstantSource clock) {
            Objects.requireNonNull(clock, "clock");
            store(cache);
            stamps = () -> {
                Instant now = clock.instant();
                return now.getEpochSecond() * 1_000_000_000 + now.getNano();
            };
            return this;
        }

        /** As {@link #expireAfter(BiFunction)}, the same for all; positive. */
        public Builder<K, V> expireAfter(Duration time) {
            positive("life", time);
            return expireAfter((key, value) -> time);
        }

        /** How long each entry may be returned, for ever if nothing is said; none that is not positive is remembered. */
        public Builder<K, V> expireAfter(BiFunction<? super K, ? super V, Duration> time) {
            life = Objects.requireNonNull(time, "time");
            return this;
        }

        /** As {@link #refreshAfter(BiFunction)}, the same for all; positive. */
        public Builder<K, V> refreshAfter(Duration time) {
            positive("refreshAfter", time);
            return refreshAfter((key, value) -> time);
        }

        /** The age from which on each entry is refreshed by a look-up, which gets the old value; never if nothing is said. */
        public Builder<K, V> refreshAfter(BiFunction<? super K, ? super V, Duration> time) {
            refresh = Objects.requireNonNull(time, "time");
            return this;
        }

        /** Shortens lives and refresh times by up to {@code share} of them, from 0 to 1, so that they do not end together. */
        public Builder<K, V> jitter(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("jitter must be from 0 to 1, was " + share);
            }
            jitter = share;
            return this;
        }

        /** Refreshes entries before their end by chance; 1 is best in theory, more is earlier, 0 is not at all. */
        public Builder<K, V> refreshEarly(double beta) {
            if (!(beta >= 0 && beta <= 1_000)) {
                throw new IllegalArgumentException("beta must be from 0 to 1,000, was " + beta);
            }
            this.beta = beta;
            return this;
        }

        /** How long it is remembered that a key has no value; zero, as if nothing is said: not at all. */
        public Builder<K, V> rememberAbsent(Duration time) {
            absent = notNegative("rememberAbsent", time);
            return this;
        }

        /** How long look-ups are answered by the last failure; zero, as if nothing is said: not at all. */
        public Builder<K, V> rememberFailures(Function<? super Throwable, Duration> time) {
            failureLife = Objects.requireNonNull(time, "time");
            return this;
        }

        /** How long past its end an entry is returned if it cannot be loaded; zero, as if nothing is said: not at all. */
        public Builder<K, V> staleIfError(Duration time) {
            stale = notNegative("staleIfError", time);
            return this;
        }

        /** How long no refresh of a key is tried after one failed; from 1 s to 1 min with jitter if nothing is said. */
        public Builder<K, V> backoff(Backoff waits) {
            backoff = Objects.requireNonNull(waits, "waits");
            return this;
        }

        /** How long a load may take, in the executor's queue included; 10 s if nothing is said, at most a day. */
        public Builder<K, V> deadline(Duration time) {
            positive("deadline", time);
            if (time.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("deadline must be at most a day, was " + time);
            }
            deadline = time;
            return this;
        }

        /** Where time comes from. */
        public Builder<K, V> ticker(Ticker elapsed) {
            ticker = Objects.requireNonNull(elapsed, "ticker");
            return this;
        }

        /** What keeps deadlines and windows; somebody must drive it. If nothing is said, a thread of the cache's own. */
        public Builder<K, V> timers(Timers scheduler) {
            timers = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /** Numbers from 0, inclusive, to 1, for jitter and early refresh; safe for any number of threads. */
        public Builder<K, V> random(DoubleSupplier numbers) {
            random = Objects.requireNonNull(numbers, "numbers");
            return this;
        }

        /** The cache. */
        public ReadThrough<K, V> build() {
            return new ReadThrough<>(this);
        }

        private static void positive(String name, Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException(name + " must be positive, was " + time);
            }
        }

        private static Duration notNegative(String name, Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException(name + " must be at least 0, was " + time);
            }
            return time;
        }
    }
}
