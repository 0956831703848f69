package dev.backendmastery.caching.loading;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.TimingWheel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link LoadingCache} must hold. Extend it, say how to create yours, run it. Every wait is bounded; time and
 * chance are the kit's.
 */
@DisplayName("A LoadingCache")
public abstract class LoadingCacheContract {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);
    /** How long a thing may take that takes no time if all is well. */
    private static final int PATIENCE = 2;

    private static final Set<Thread.State> WAITING = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final ManualTicker ticker = new ManualTicker();
    private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
    private final TimingWheel wheel =
            TimingWheel.of(Duration.ofMillis(1), ticker, (task, failure) -> broken.add(failure));
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final AtomicInteger busy = new AtomicInteger();
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private final List<AutoCloseable> created = new ArrayList<>();

    /** What a test wants of a cache; what it does not name is off. */
    protected static final class Wanted {
        /** Loads one key. */
        public Loader<String, String> loader = key -> "loaded " + key;
        /** Loads many keys; then it is to be used for single ones too. */
        public Loader.@Nullable Bulk<String, String> bulk;
        /** The most keys of a call. */
        public int maxBatch = 100;
        /** How long refreshes wait for others. */
        public Duration window = Duration.ZERO;
        /** How long an entry lives. */
        public BiFunction<String, String, Duration> life = (key, value) -> HOUR;
        /** From which age on it is refreshed. */
        public BiFunction<String, String, Duration> refresh = (key, value) -> NEVER;
        /** The share by which lives are shortened at most. */
        public double jitter;
        /** For early refresh. */
        public double beta;
        /** How long absence is remembered. */
        public Duration absent = Duration.ZERO;
        /** How long failures are. */
        public Function<Throwable, Duration> failures = failure -> Duration.ZERO;
        /** How long past its end an entry may be returned. */
        public Duration stale = Duration.ZERO;
        /** Between failed refreshes. */
        public Backoff backoff = Backoff.fixed(Duration.ofSeconds(5));
        /** How long a load may take. */
        public Duration deadline = Duration.ofSeconds(7);
        /** Where loads run. */
        public Executor executor;
        /** Time. */
        public final ManualTicker ticker;
        /** Deadlines and windows. */
        public final TimingWheel timers;
        /** Chance. */
        public DoubleSupplier random = new Random(7)::nextDouble;

        Wanted(Executor executor, ManualTicker ticker, TimingWheel timers) {
            this.executor = executor;
            this.ticker = ticker;
            this.timers = timers;
        }
    }

    /** A cache as {@code wanted}, empty, of more than 10,000 entries; it is closed after the test if it can be. */
    protected abstract LoadingCache<String, String> create(Wanted wanted);

    @AfterEach
    void stop() throws Exception {
        pool.shutdownNow();
        for (AutoCloseable cache : created) {
            cache.close();
        }
        assertEquals(List.of(), List.copyOf(broken), "what failed in a timer");
    }

    private Wanted inThreads() {
        return new Wanted(
                task -> {
                    busy.incrementAndGet();
                    pool.execute(() -> {
                        try {
                            task.run();
                        } finally {
                            busy.decrementAndGet();
                        }
                    });
                },
                ticker,
                wheel);
    }

    /** Loads run at once, in the caller. */
    private Wanted atOnce() {
        return new Wanted(Runnable::run, ticker, wheel);
    }

    /** Loads run when told to, by {@link #run()}. */
    private Wanted inSteps() {
        return new Wanted(steps::add, ticker, wheel);
    }

    private int run() {
        int run = 0;
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
            run++;
        }
        return run;
    }

    private LoadingCache<String, String> make(Wanted wanted) {
        LoadingCache<String, String> cache = create(wanted);
        if (cache instanceof AutoCloseable closeable) {
            created.add(closeable);
        }
        return cache;
    }

    private void elapse(Duration time) {
        ticker.advance(time);
        wheel.advance();
    }

    private <T> T within(Callable<T> call) throws Exception {
        return pool.submit(call).get(PATIENCE, SECONDS);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(PATIENCE, SECONDS), "what was awaited did not come");
    }

    /** Waits until no load runs. */
    private void idle() {
        for (int i = 0; i < PATIENCE * 10_000 && busy.get() > 0; i++) {
            LockSupport.parkNanos(100_000);
        }
        assertEquals(0, busy.get(), "a load did not end");
    }

    /** A loader of one key that hangs, deaf to interrupts, until told what to return; it loads others at once. */
    private static final class Hanging implements Loader<String, String> {
        final CountDownLatch started = new CountDownLatch(1);
        final CompletableFuture<String> result = new CompletableFuture<>();
        final AtomicInteger calls = new AtomicInteger();
        final String key;

        Hanging(String key) {
            this.key = key;
        }

        @Override
        public String load(String asked) throws Exception {
            if (!asked.equals(key) || calls.incrementAndGet() > 1) {
                return "loaded " + asked;
            }
            started.countDown();
            long start = System.nanoTime();
            while (System.nanoTime() - start < SECONDS.toNanos(3L * PATIENCE)) {
                try {
                    return result.get(3L * PATIENCE, SECONDS);
                } catch (InterruptedException e) {
                    // Deaf: it goes on waiting.
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Exception cause) {
                        throw cause;
                    }
                    throw e;
                }
            }
            throw new IllegalStateException("hung for too long");
        }
    }

    private static LoadFailedException failureOf(Future<?> call) {
        Throwable caught = assertThrows(ExecutionException.class, () -> call.get(PATIENCE, SECONDS));
        for (Throwable cause = caught; cause != null; cause = cause.getCause()) {
            if (cause instanceof LoadFailedException failure) {
                return failure;
            }
        }
        throw new AssertionError("not a LoadFailedException", caught);
    }

    @Test
    @DisplayName("LD-1 returns what was put or loaded last, and loads what is missing")
    void latest() throws Exception {
        LoadingCache<String, String> cache = make(atOnce());
        assertNull(cache.getIfPresent("a"));
        assertEquals("loaded a", cache.get("a"));
        assertEquals("loaded a", cache.getIfPresent("a"));
        cache.put("a", "1");
        assertEquals("1", cache.get("a"));
        cache.put("a", "2");
        assertEquals("2", cache.getAsync("a").get(PATIENCE, SECONDS));
        assertEquals("loaded b", cache.getAsync("b").get(PATIENCE, SECONDS));
        assertEquals(Map.of("a", "2", "b", "loaded b", "c", "loaded c"), cache.getAll(List.of("a", "b", "c")));
        assertEquals("loaded c", cache.getIfPresent("c"));
        cache.remove("a");
        assertNull(cache.getIfPresent("a"));
        cache.clear();
        assertNull(cache.getIfPresent("b"));
        assertEquals("loaded a", cache.get("a"));
    }

    @Test
    @DisplayName("LD-2 loads once for ten thousand callers on one expiring key")
    void stampede() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch open = new CountDownLatch(1);
        Wanted wanted = inThreads();
        wanted.life = (key, value) -> Duration.ofSeconds(10);
        wanted.loader = key -> {
            int number = loads.incrementAndGet();
            if (number == 1) {
                await(open);
            }
            return "load " + number;
        };
        LoadingCache<String, String> cache = make(wanted);
        cache.put("hot", "put");
        elapse(Duration.ofSeconds(10));
        assertEquals(Set.of("load 1"), ask(cache, open));
        assertEquals(1, loads.get());
        // And once more without a load that waits: a caller that missed may come to its turn when the load has ended.
        elapse(Duration.ofSeconds(10));
        assertEquals(Set.of("load 2"), ask(cache, open));
        assertEquals(2, loads.get());
    }

    /** What ten thousand callers are told, most of them without a thread of their own. */
    private Set<String> ask(LoadingCache<String, String> cache, CountDownLatch open) throws Exception {
        List<Future<List<Future<@Nullable String>>>> callers = new ArrayList<>();
        CountDownLatch asked = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            callers.add(pool.submit(() -> {
                List<Future<@Nullable String>> answers = new ArrayList<>();
                for (int i = 0; i < 1_242; i++) {
                    answers.add(cache.getAsync("hot"));
                }
                asked.countDown();
                for (int i = 0; i < 8; i++) {
                    answers.add(CompletableFuture.completedFuture(cache.get("hot")));
                }
                return answers;
            }));
        }
        await(asked);
        open.countDown();
        Set<String> told = new TreeSet<>();
        int count = 0;
        for (Future<List<Future<@Nullable String>>> caller : callers) {
            for (Future<@Nullable String> answer : caller.get(3 * PATIENCE, SECONDS)) {
                told.add(String.valueOf(answer.get(PATIENCE, SECONDS)));
                count++;
            }
        }
        assertEquals(10_000, count);
        return told;
    }

    @Test
    @DisplayName("LD-3 gives all who wait the very same failure, and remembers none")
    void sharedFailure() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        Wanted wanted = inThreads();
        wanted.loader = key -> {
            int call = calls.incrementAndGet();
            if (call > 1) {
                return "call " + call;
            }
            loading.countDown();
            await(open);
            throw new IOException("planned");
        };
        LoadingCache<String, String> cache = make(wanted);
        List<Future<?>> callers = new ArrayList<>();
        callers.add(pool.submit(() -> cache.get("a")));
        await(loading);
        List<CompletableFuture<Thread>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            threads.add(thread);
            callers.add(cache.getAsync("a"));
            callers.add(pool.submit(() -> {
                thread.complete(Thread.currentThread());
                return cache.get("a");
            }));
        }
        for (CompletableFuture<Thread> thread : threads) {
            Thread caller = thread.get(PATIENCE, SECONDS);
            for (int i = 0; i < 20_000 && !WAITING.contains(caller.getState()); i++) {
                LockSupport.parkNanos(100_000);
            }
        }
        open.countDown();
        Throwable cause = failureOf(callers.get(0)).getCause();
        assertEquals("planned", String.valueOf(cause == null ? null : cause.getMessage()));
        for (Future<?> caller : callers) {
            assertSame(cause, failureOf(caller).getCause());
        }
        assertNull(cache.getIfPresent("a"));
        assertEquals("call 2", within(() -> cache.get("a")));
    }

    @Test
    @DisplayName("LD-4 a loader that hangs holds up no other key")
    void hungLoaderBlocksItsKeyOnly() throws Exception {
        Hanging hanging = new Hanging("hung");
        Wanted wanted = inThreads();
        wanted.loader = hanging;
        LoadingCache<String, String> cache = make(wanted);
        CompletableFuture<String> hung = CompletableFuture.supplyAsync(() -> String.valueOf(cache.get("hung")), pool);
        await(hanging.started);
        // So many that some share whatever the hung one might hold, be it a lock, a stripe or a bin.
        assertEquals(2_000, within(() -> {
            int served = 0;
            for (int i = 0; i < 1_000; i++) {
                String key = "k" + i;
                served += ("loaded " + key).equals(cache.get(key)) ? 1 : 0;
                cache.put(key, "put");
                served += "put".equals(cache.getIfPresent(key)) ? 1 : 0;
                cache.remove(key);
            }
            return served;
        }));
        assertFalse(hung.isDone());
        hanging.result.complete("at last");
        assertEquals("at last", hung.get(PATIENCE, SECONDS));
    }

    @Test
    @DisplayName("LD-5 ends a load at its deadline; the next call loads anew, and the late result is dropped")
    void deadline() throws Exception {
        Hanging hanging = new Hanging("hung");
        Wanted wanted = inThreads();
        Duration deadline = wanted.deadline;
        wanted.loader = hanging;
        LoadingCache<String, String> cache = make(wanted);
        Future<String> thread = pool.submit(() -> cache.get("hung"));
        await(hanging.started);
        CompletableFuture<String> stage = cache.getAsync("hung");
        elapse(deadline.minusMillis(5));
        assertFalse(stage.isDone());
        assertFalse(thread.isDone());
        elapse(Duration.ofMillis(10));
        assertEquals(
                deadline,
                assertThrows(LoadTimeoutException.class, () -> {
                            throw failureOf(stage);
                        })
                        .deadline());
        assertThrows(LoadTimeoutException.class, () -> {
            throw failureOf(thread);
        });
        assertNull(cache.getIfPresent("hung"));
        assertEquals("loaded hung", within(() -> cache.get("hung")));
        hanging.result.complete("late");
        idle();
        assertEquals("loaded hung", cache.getIfPresent("hung"));
        // Nor is it remembered if nothing came in its place.
        Hanging second = new Hanging("b");
        Wanted again = inThreads();
        again.loader = second;
        LoadingCache<String, String> other = make(again);
        CompletableFuture<String> late = other.getAsync("b");
        await(second.started);
        elapse(deadline.plusMillis(5));
        assertThrows(LoadTimeoutException.class, () -> {
            throw failureOf(late);
        });
        second.result.complete("late");
        idle();
        assertNull(other.getIfPresent("b"));
    }

    @Test
    @DisplayName("LD-6 does not remember a load that a removal, a put or a clear has overtaken, nor its failure")
    void overtaken() throws Exception {
        overtake(cache -> cache.remove("a"), null);
        overtake(cache -> cache.put("a", "newer"), "newer");
        overtake(LoadingCache::clear, null);
        Hanging hanging = new Hanging("a");
        Wanted wanted = inThreads();
        wanted.loader = hanging;
        wanted.failures = failure -> HOUR;
        LoadingCache<String, String> cache = make(wanted);
        CompletableFuture<String> load = cache.getAsync("a");
        await(hanging.started);
        within(() -> {
            cache.remove("a");
            return true;
        });
        hanging.result.completeExceptionally(new IllegalStateException("planned"));
        failureOf(load);
        idle();
        assertEquals("loaded a", within(() -> cache.get("a")));
    }

    @Test
    @DisplayName("LD-6 never brings back what was there before an update that was followed by a removal")
    void nothingComesBack() throws Exception {
        List<AtomicLong> source = List.of(new AtomicLong(), new AtomicLong());
        List<AtomicLong> removed = List.of(new AtomicLong(), new AtomicLong());
        Wanted wanted = inThreads();
        wanted.loader = key -> {
            long value = source.get(Integer.parseInt(key)).get();
            LockSupport.parkNanos(50_000); // so that many a load is overtaken
            return String.valueOf(value);
        };
        LoadingCache<String, String> cache = make(wanted);
        List<Future<Integer>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(pool.submit(() -> {
                int older = 0;
                for (int i = 0; i < 400; i++) {
                    int key = i % 2;
                    if (thread == 0) {
                        long updated = source.get(key).incrementAndGet();
                        cache.remove(String.valueOf(key));
                        removed.get(key).set(updated);
                    } else {
                        long least = removed.get(key).get();
                        String value = cache.get(String.valueOf(key));
                        older += value != null && Long.parseLong(value) < least ? 1 : 0;
                    }
                }
                return older;
            }));
        }
        for (Future<Integer> thread : threads) {
            assertEquals(0, thread.get(5 * PATIENCE, SECONDS), "values from before the removal");
        }
    }

    private void overtake(Consumer<LoadingCache<String, String>> change, @Nullable String expected) throws Exception {
        Hanging hanging = new Hanging("a");
        Wanted wanted = inThreads();
        wanted.loader = hanging;
        LoadingCache<String, String> cache = make(wanted);
        CompletableFuture<String> load = cache.getAsync("a");
        await(hanging.started);
        within(() -> {
            change.accept(cache);
            return true;
        });
        assertEquals(expected, cache.getIfPresent("a"));
        hanging.result.complete("stale");
        assertEquals("stale", load.get(PATIENCE, SECONDS), "its callers get it all the same");
        idle();
        assertEquals(expected, cache.getIfPresent("a"));
    }

    @Test
    @DisplayName("LD-7 returns nothing after its time, which each entry has of its own")
    void expiry() {
        AtomicInteger calls = new AtomicInteger();
        Wanted wanted = atOnce();
        wanted.loader = key -> "call " + calls.incrementAndGet();
        wanted.life = (key, value) -> Duration.ofSeconds(key.startsWith("long") ? 30 : 10);
        LoadingCache<String, String> cache = make(wanted);
        cache.put("long put", "p");
        cache.put("short put", "p");
        assertEquals("call 1", cache.get("long"));
        assertEquals("call 2", cache.get("short"));
        elapse(Duration.ofSeconds(10).minusMillis(1));
        assertEquals("call 2", cache.get("short"));
        assertEquals("p", cache.getIfPresent("short put"));
        elapse(Duration.ofMillis(1));
        assertNull(cache.getIfPresent("short"));
        assertNull(cache.getIfPresent("short put"));
        assertEquals("call 1", cache.get("long"));
        assertEquals("p", cache.get("long put"));
        assertEquals("call 3", cache.get("short"));
        elapse(Duration.ofSeconds(20));
        assertNull(cache.getIfPresent("long"));
        assertEquals("call 4", cache.get("long"));
    }

    @Test
    @DisplayName("LD-8 loads many keys by one call, joins what is under way, and is told which have no value")
    void bulk() throws Exception {
        List<Set<String>> calls = new ArrayList<>();
        Wanted wanted = atOnce();
        wanted.maxBatch = 3;
        wanted.bulk = keys -> {
            calls.add(new TreeSet<>(keys));
            Map<String, String> values = new HashMap<>();
            for (String key : keys) {
                if (!key.equals("none")) {
                    values.put(key, "bulk " + key);
                }
            }
            values.put("not asked for", "v");
            return values;
        };
        LoadingCache<String, String> cache = make(wanted);
        cache.put("b", "put");
        assertEquals(
                List.of(Map.entry("c", "bulk c"), Map.entry("b", "put"), Map.entry("a", "bulk a")),
                List.copyOf(cache.getAll(List.of("c", "b", "none", "a", "c")).entrySet()));
        assertEquals(List.of(Set.of("a", "c", "none")), calls);
        assertEquals(5, cache.getAll(List.of("1", "2", "3", "4", "5")).size());
        assertEquals(List.of(3, 2), calls.subList(1, 3).stream().map(Set::size).toList());
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        List<Set<String>> others = Collections.synchronizedList(new ArrayList<>());
        Wanted threads = inThreads();
        threads.bulk = keys -> {
            others.add(new TreeSet<>(keys));
            if (keys.contains("x")) {
                loading.countDown();
                await(open);
            }
            Map<String, String> values = new HashMap<>();
            keys.forEach(key -> values.put(key, "bulk " + key));
            return values;
        };
        LoadingCache<String, String> joining = make(threads);
        CompletableFuture<String> x = joining.getAsync("x");
        await(loading);
        Future<Map<String, String>> both = pool.submit(() -> joining.getAll(List.of("x", "y")));
        for (int i = 0; i < 20_000 && others.size() < 2; i++) {
            LockSupport.parkNanos(100_000);
        }
        open.countDown();
        assertEquals(Map.of("x", "bulk x", "y", "bulk y"), both.get(PATIENCE, SECONDS));
        assertEquals("bulk x", x.get(PATIENCE, SECONDS));
        assertEquals(List.of(Set.of("x"), Set.of("y")), others);
    }

    private Wanted refreshing(AtomicInteger calls) {
        Wanted wanted = inSteps();
        wanted.life = (key, value) -> Duration.ofSeconds(100);
        wanted.refresh = (key, value) -> Duration.ofSeconds(10);
        wanted.loader = key -> "call " + calls.incrementAndGet();
        return wanted;
    }

    @Test
    @DisplayName("LD-9 returns what is due for refresh at once, while one load of it runs")
    void refreshAhead() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        LoadingCache<String, String> cache = make(refreshing(calls));
        cache.put("a", "old");
        elapse(Duration.ofSeconds(10).minusMillis(1));
        assertEquals("old", within(() -> cache.get("a")));
        assertEquals(0, run());
        elapse(Duration.ofMillis(1));
        for (int i = 0; i < 5; i++) {
            assertEquals("old", within(() -> cache.get("a")));
        }
        assertEquals("old", cache.getAsync("a").get(PATIENCE, SECONDS));
        assertEquals(1, run());
        assertEquals("call 1", within(() -> cache.get("a")));
        assertEquals(0, run());
        // And at once when told to.
        CompletableFuture<String> refreshed = cache.refresh("a");
        assertEquals("call 1", within(() -> cache.get("a")));
        assertEquals(1, run());
        assertEquals("call 2", refreshed.get(PATIENCE, SECONDS));
        assertEquals("call 2", within(() -> cache.get("a")));
    }

    @Test
    @DisplayName("LD-10 keeps the old value if a refresh fails, and waits before the next, longer each time")
    void failedRefresh() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Wanted wanted = refreshing(calls);
        wanted.backoff = (failed, previous, random) -> SECONDS.toNanos(5L * failed);
        wanted.loader = key -> {
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException("planned");
            }
            return "new";
        };
        LoadingCache<String, String> cache = make(wanted);
        cache.put("a", "old");
        elapse(Duration.ofSeconds(10));
        assertEquals(List.of(1, 0), List.of(attempt(cache), attempt(cache)), "one, and none right after it");
        elapse(Duration.ofSeconds(5));
        assertEquals(List.of(1, 0), List.of(attempt(cache), attempt(cache)), "one more after five seconds");
        elapse(Duration.ofSeconds(9));
        assertEquals(0, attempt(cache), "none before ten");
        elapse(Duration.ofSeconds(1));
        assertEquals(1, attempt(cache), "and then one");
        assertEquals("new", within(() -> cache.get("a")));
    }

    /** Looks up a value that is due, and runs what that caused. */
    private int attempt(LoadingCache<String, String> cache) throws Exception {
        assertEquals("old", within(() -> cache.get("a")));
        return run();
    }

    @Test
    @DisplayName("LD-11 refreshes each entry at a time of its own")
    void ownRefreshTime() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Wanted wanted = refreshing(calls);
        wanted.refresh = (key, value) -> Duration.ofSeconds(value.equals("hot") ? 2 : 20);
        LoadingCache<String, String> cache = make(wanted);
        cache.put("a", "hot");
        cache.put("b", "cold");
        elapse(Duration.ofSeconds(2));
        assertEquals("hot", within(() -> cache.get("a")));
        assertEquals("cold", within(() -> cache.get("b")));
        assertEquals(1, run());
        assertEquals("call 1", within(() -> cache.get("a")));
        elapse(Duration.ofSeconds(18));
        assertEquals("cold", within(() -> cache.get("b")));
        assertEquals(1, run());
    }

    @Test
    @DisplayName("LD-12 refreshes that fall due within the window go as one bulk call, as does a full batch")
    void coalescing() throws Exception {
        List<Set<String>> calls = new ArrayList<>();
        Wanted wanted = refreshing(new AtomicInteger());
        wanted.window = Duration.ofMillis(20);
        wanted.maxBatch = 4;
        wanted.bulk = keys -> {
            calls.add(new TreeSet<>(keys));
            Map<String, String> values = new HashMap<>();
            keys.forEach(key -> values.put(key, "new"));
            return values;
        };
        LoadingCache<String, String> cache = make(wanted);
        for (String key : List.of("a", "b", "c", "d", "e", "f", "g")) {
            cache.put(key, "old");
        }
        elapse(Duration.ofSeconds(10));
        for (String key : List.of("a", "b", "c")) {
            assertEquals("old", within(() -> cache.get(key)));
        }
        assertEquals(0, run(), "they wait for others");
        elapse(Duration.ofMillis(25));
        assertEquals(1, run());
        assertEquals(List.of(Set.of("a", "b", "c")), calls);
        for (String key : List.of("a", "d", "e", "f", "g")) {
            cache.get(key);
        }
        assertEquals(1, run(), "a full batch waits for nobody");
        assertEquals(Set.of("d", "e", "f", "g"), calls.get(1));
        assertEquals("new", cache.get("g"));
        CompletableFuture<Map<String, String>> all = cache.refreshAll(List.of("a", "b"));
        assertEquals(1, run(), "nor do those that are asked for together");
        assertEquals(Map.of("a", "new", "b", "new"), all.get(PATIENCE, SECONDS));
    }

    @Test
    @DisplayName("LD-13 refreshes early with probability exp(-(l - a) / (beta d))")
    void early() {
        early(1, 100, Math.exp(-1));
        early(1, 50, Math.exp(-0.5));
        early(2, 100, Math.exp(-0.5));
        early(0.5, 100, Math.exp(-2));
        early(1, 300, Math.exp(-3));
        early(0, 1, 0);
    }

    private void early(double beta, int remainingMillis, double probability) {
        int keys = 4_000;
        Wanted wanted = inSteps();
        wanted.beta = beta;
        wanted.maxBatch = keys;
        wanted.life = (key, value) -> Duration.ofSeconds(10);
        wanted.bulk = asked -> {
            elapse(Duration.ofMillis(100)); // what a load takes
            Map<String, String> values = new HashMap<>();
            asked.forEach(key -> values.put(key, "v"));
            return values;
        };
        LoadingCache<String, String> cache = make(wanted);
        List<String> all = IntStream.range(0, keys).mapToObj(i -> "k" + i).toList();
        CompletableFuture<Map<String, String>> loaded = cache.refreshAll(all);
        assertEquals(1, run());
        assertEquals(keys, loaded.join().size());
        elapse(Duration.ofSeconds(10).minusMillis(remainingMillis));
        all.forEach(cache::get);
        int refreshed = steps.size();
        steps.clear();
        double deviation = Math.sqrt(keys * probability * (1 - probability));
        assertEquals(
                keys * probability,
                refreshed,
                4 * deviation,
                () -> "refreshed with beta " + beta + ", " + remainingMillis + " ms before the end");
    }

    @Test
    @DisplayName("LD-14 remembers that there is nothing, and failures, each for its own time and only if asked to")
    void negative() {
        AtomicInteger calls = new AtomicInteger();
        Wanted wanted = atOnce();
        wanted.loader = key -> {
            calls.incrementAndGet();
            if (key.startsWith("bad")) {
                throw new IllegalStateException("planned " + calls);
            }
            return null;
        };
        LoadingCache<String, String> forgetful = make(wanted);
        assertNull(forgetful.get("a"));
        assertNull(forgetful.get("a"));
        assertThrows(LoadFailedException.class, () -> forgetful.get("bad"));
        assertThrows(LoadFailedException.class, () -> forgetful.get("bad"));
        assertEquals(4, calls.get());
        calls.set(0);
        wanted.absent = Duration.ofSeconds(10);
        wanted.failures = failure -> Duration.ofSeconds(failure instanceof IllegalStateException ? 3 : 50);
        LoadingCache<String, String> cache = make(wanted);
        assertNull(cache.get("a"));
        assertNull(cache.get("a"));
        assertEquals(Map.of(), cache.getAll(List.of("a")));
        assertEquals(1, calls.get());
        Throwable first =
                assertThrows(LoadFailedException.class, () -> cache.get("bad")).getCause();
        assertSame(
                first,
                assertThrows(LoadFailedException.class, () -> cache.get("bad")).getCause());
        assertSame(first, failureOf(cache.getAsync("bad")).getCause());
        assertEquals(2, calls.get());
        elapse(Duration.ofSeconds(3));
        assertThrows(LoadFailedException.class, () -> cache.get("bad"));
        assertNull(cache.get("a"));
        assertEquals(3, calls.get());
        elapse(Duration.ofSeconds(7));
        assertNull(cache.get("a"));
        assertEquals(4, calls.get());
        cache.put("a", "there");
        assertEquals("there", cache.get("a"));
    }

    @Test
    @DisplayName("LD-15 returns an expired value for a bounded time if it cannot be loaded, and spares the source")
    void staleIfError() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Wanted wanted = atOnce();
        wanted.life = (key, value) -> Duration.ofSeconds(10);
        wanted.stale = Duration.ofSeconds(30);
        wanted.loader = key -> {
            if (calls.incrementAndGet() < 4) {
                throw new IllegalStateException("planned");
            }
            return "new";
        };
        LoadingCache<String, String> cache = make(wanted);
        cache.put("a", "old");
        elapse(Duration.ofSeconds(10));
        assertEquals("old", cache.get("a"));
        assertEquals("old", cache.getAsync("a").get(PATIENCE, SECONDS));
        assertEquals(Map.of("a", "old"), cache.getAll(List.of("a")));
        assertEquals(1, calls.get(), "the source is left in peace for five seconds");
        assertNull(cache.getIfPresent("a"), "nobody has tried to load it");
        elapse(Duration.ofSeconds(5));
        assertEquals("old", cache.get("a"));
        assertEquals(2, calls.get());
        elapse(Duration.ofSeconds(25));
        assertThrows(LoadFailedException.class, () -> cache.get("a"));
        assertEquals(3, calls.get());
        assertEquals("new", cache.get("a"));
        // A loader that hangs is one that fails.
        Hanging hanging = new Hanging("a");
        Wanted hung = inThreads();
        Duration deadline = hung.deadline;
        hung.life = wanted.life;
        hung.stale = wanted.stale;
        hung.loader = hanging;
        LoadingCache<String, String> other = make(hung);
        other.put("a", "old");
        elapse(Duration.ofSeconds(10));
        CompletableFuture<String> load = other.getAsync("a");
        await(hanging.started);
        elapse(deadline.plusMillis(5));
        assertEquals("old", load.get(PATIENCE, SECONDS));
        hanging.result.complete("late");
    }

    @Test
    @DisplayName("LD-16 shortens lives by up to the share that is given, evenly spread")
    void jitter() {
        int keys = 2_000;
        Wanted wanted = atOnce();
        wanted.jitter = 0.2;
        wanted.life = (key, value) -> Duration.ofSeconds(1_000);
        LoadingCache<String, String> cache = make(wanted);
        for (int i = 0; i < keys; i++) {
            cache.put("k" + i, "v");
        }
        elapse(Duration.ofSeconds(800));
        assertEquals(keys, present(cache, keys));
        for (double left : new double[] {0.75, 0.5, 0.25}) {
            elapse(Duration.ofSeconds(50));
            assertEquals(keys * left, present(cache, keys), 4 * Math.sqrt(keys * left * (1 - left)));
        }
        elapse(Duration.ofSeconds(50));
        assertEquals(0, present(cache, keys));
    }

    private static int present(LoadingCache<String, String> cache, int keys) {
        return (int) IntStream.range(0, keys)
                .filter(i -> cache.getIfPresent("k" + i) != null)
                .count();
    }

    @Test
    @DisplayName("LD-17 lets a loader use the cache for other keys, and tells it if it asks for its own")
    void loaderUsesTheCache() throws Exception {
        List<LoadingCache<String, String>> caches = new ArrayList<>();
        Wanted wanted = inThreads();
        wanted.loader = key -> switch (key) {
            case "two" -> caches.get(0).get("one") + " and " + key;
            case "self" -> caches.get(0).get("self");
            default -> key;
        };
        LoadingCache<String, String> cache = make(wanted);
        caches.add(cache);
        assertEquals("one and two", within(() -> cache.get("two")));
        Future<String> self = pool.submit(() -> cache.get("self"));
        // The failure of the inner look-up is the cause of the load's.
        Throwable cause = failureOf(self);
        while (cause instanceof LoadFailedException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        assertEquals(IllegalStateException.class, cause.getClass());
        assertEquals("one", cache.getIfPresent("one"));
    }

    @Test
    @DisplayName("LD-18 refuses nulls, and counts look-ups and loads")
    @SuppressWarnings("NullAway") // the wrong input is the point
    void nullsAndCounts() {
        Wanted wanted = atOnce();
        wanted.loader = key -> {
            if (key.equals("bad")) {
                throw new IllegalStateException("planned");
            }
            return key;
        };
        LoadingCache<String, String> cache = make(wanted);
        assertThrows(NullPointerException.class, () -> cache.get(null));
        assertThrows(NullPointerException.class, () -> cache.getAsync(null));
        assertThrows(NullPointerException.class, () -> cache.getIfPresent(null));
        assertThrows(NullPointerException.class, () -> cache.put("a", null));
        assertThrows(NullPointerException.class, () -> cache.put(null, "1"));
        assertThrows(NullPointerException.class, () -> cache.remove(null));
        assertEquals(0, cache.stats().hits() + cache.stats().misses());
        cache.get("a");
        cache.get("a");
        assertThrows(LoadFailedException.class, () -> cache.get("bad"));
        assertNull(cache.getIfPresent("b"));
        LoadingStats stats = cache.stats();
        assertEquals(1, stats.hits());
        assertEquals(3, stats.misses());
        assertEquals(1, stats.loads());
        assertEquals(1, stats.failedLoads());
        assertEquals(0.25, stats.hitRatio(), 1e-9);
    }
}
