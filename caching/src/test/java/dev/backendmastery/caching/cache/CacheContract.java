package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Cache} must hold. Extend it, say how to create yours and how time passes for it, run it.
 *
 * <p>After every test {@link #validate} is called, so that an implementation can check its own structure too.
 */
@DisplayName("A Cache")
@Timeout(30)
public abstract class CacheContract {

    /** How long the entries of the caches live. */
    protected static final Duration LIFE = Duration.ofMillis(80);

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private @Nullable Cache<String, String> created;

    /** An empty cache of at most {@code maximumSize} entries, each of which expires {@code life} after it was written. */
    protected abstract Cache<String, String> create(int maximumSize, Duration life);

    /** Lets {@code time} pass, as the caches see it. */
    protected abstract void elapse(Duration time) throws InterruptedException;

    /** Whether the cache bounds its own size; if not, its server does. */
    protected boolean isBounded() {
        return true;
    }

    /** Whether what is put is there, until more is put: some caches look first whether it is worth it. */
    protected boolean admitsAll() {
        return true;
    }

    /** Whether {@code remove} overtakes loads; Guava's does not, and a value loaded before it may come back. */
    protected boolean removesLoadsUnderWay() {
        return true;
    }

    /** Whether {@code clear} overtakes loads too; Caffeine's does not, and a value loaded before it may come back. */
    protected boolean clearsLoadsUnderWay() {
        return true;
    }

    /** The number of values in {@code cache} that may be returned. */
    protected abstract int size(Cache<String, String> cache);

    /** Throws if the structure of {@code cache} is broken. */
    protected void validate(Cache<String, String> cache) {}

    @SuppressWarnings("NullAway.Init") // fresh() comes before every test
    private Cache<String, String> cache;

    @BeforeEach
    void fresh() {
        cache = create(100, Duration.ofHours(1));
        created = cache;
    }

    @AfterEach
    void intact() {
        pool.shutdownNow();
        if (created != null) {
            validate(created);
        }
    }

    /** Lets {@code cache} be checked when the test is over, too. */
    final void validateAfterwards(Cache<String, String> cache) {
        created = cache;
    }

    private Cache<String, String> another(int maximumSize, Duration life) {
        Cache<String, String> other = create(maximumSize, life);
        validateAfterwards(other);
        return other;
    }

    @Test
    @DisplayName("C-1 returns what was put or loaded last")
    void latest() {
        assertNull(cache.getIfPresent("a"));
        cache.put("a", "1");
        assertEquals("1", cache.getIfPresent("a"));
        cache.put("a", "2");
        assertEquals("2", cache.get("a", key -> "not asked"));
        assertEquals("loaded b", cache.get("b", key -> "loaded " + key));
        assertEquals("loaded b", cache.getIfPresent("b"));
        assertEquals("loaded b", cache.get("b", key -> "not asked"));
    }

    @Test
    @DisplayName("C-2 returns nothing after it has expired, and a rewrite starts its life anew")
    void expiry() throws InterruptedException {
        Cache<String, String> mortal = another(100, LIFE);
        mortal.put("a", "1");
        mortal.put("b", "1");
        elapse(LIFE.dividedBy(2));
        mortal.put("b", "2");
        elapse(LIFE.dividedBy(2).plusMillis(2));
        assertNull(mortal.getIfPresent("a"));
        assertEquals("again", mortal.get("a", key -> "again"));
        elapse(LIFE.plusMillis(2));
        assertNull(mortal.getIfPresent("a"));
        assertNull(mortal.getIfPresent("b"));
    }

    @Test
    @DisplayName("C-3 returns nothing that was removed or cleared")
    void removal() {
        cache.put("a", "1");
        cache.put("b", "2");
        cache.put("c", "3");
        cache.remove("a");
        cache.remove("never there");
        assertNull(cache.getIfPresent("a"));
        assertEquals("2", cache.getIfPresent("b"));
        cache.clear();
        assertNull(cache.getIfPresent("b"));
        assertNull(cache.getIfPresent("c"));
        assertEquals(0, size(cache));
        cache.put("a", "4");
        assertEquals("4", cache.getIfPresent("a"));
    }

    @Test
    @DisplayName("C-4 holds no more than its maximum, also of 0, 1 and 2, also after many writers")
    void bounded() throws InterruptedException {
        assumeTrue(isBounded(), "its server bounds its size");
        for (int maximum : new int[] {0, 1, 2, 100}) {
            Cache<String, String> small = another(maximum, Duration.ofHours(1));
            inParallel(4, thread -> {
                for (int i = 0; i < 2_000; i++) {
                    small.put("k" + i % 500, "v" + thread);
                    small.getIfPresent("k" + i % 3);
                    if (i % 7 == 0) {
                        small.remove("k" + i % 5);
                    }
                }
            });
            assertTrue(size(small) <= maximum, () -> size(small) + " entries, at most " + maximum);
            small.put("last", "v");
            if (admitsAll() || maximum == 0) {
                assertEquals(maximum == 0 ? null : "v", small.getIfPresent("last"));
            }
            validate(small);
        }
    }

    @Test
    @DisplayName("C-5 loads a key once at a time, and gives its waiters the one value")
    void singleFlight() throws InterruptedException, ExecutionException {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Future<String> first = pool.submit(() -> cache.get("a", key -> {
            loads.incrementAndGet();
            loading.countDown();
            awaitQuietly(release);
            return "value";
        }));
        assertTrue(loading.await(10, TimeUnit.SECONDS));
        List<Future<String>> others = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CompletableFuture<String> other = new CompletableFuture<>();
            Thread thread =
                    new Thread(() -> other.complete(cache.get("a", key -> "second load " + loads.incrementAndGet())));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
            others.add(other);
        }
        // Each either waits for the first or, if the contract is broken, has loaded on its own.
        for (Thread thread : threads) {
            settle(thread);
        }
        release.countDown();
        assertEquals("value", first.get());
        for (Future<String> other : others) {
            assertEquals("value", other.get());
        }
        assertEquals(1, loads.get());
    }

    @Test
    @DisplayName("C-6 remembers nothing of a load that failed, and tells its callers why")
    void failedLoad() {
        IllegalStateException failure = new IllegalStateException("no luck");
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> cache.get("a", key -> {
                    throw failure;
                }));
        assertSame(failure, thrown);
        assertNull(cache.getIfPresent("a"));
        assertEquals("1", cache.get("a", key -> "1"));
    }

    @Test
    @DisplayName("C-7 does not remember a load that a removal, a put or a clear has overtaken")
    void overtakenLoad() throws InterruptedException, ExecutionException {
        if (removesLoadsUnderWay()) {
            overtake("removed", () -> cache.remove("removed"), null);
        }
        overtake("put", () -> cache.put("put", "newer"), "newer");
        if (clearsLoadsUnderWay()) {
            overtake("cleared", () -> cache.clear(), null);
        }
    }

    private void overtake(String key, Runnable change, @Nullable String expected)
            throws InterruptedException, ExecutionException {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Future<String> load = pool.submit(() -> cache.get(key, k -> {
            loading.countDown();
            awaitQuietly(release);
            return "stale";
        }));
        assertTrue(loading.await(10, TimeUnit.SECONDS));
        Thread changer = new Thread(change);
        changer.setDaemon(true);
        changer.start();
        // Done at once, or waiting for the load as some caches make it.
        settle(changer);
        release.countDown();
        load.get();
        changer.join(10_000);
        assertEquals(expected, cache.getIfPresent(key), () -> "after a load of '" + key + "' was overtaken");
    }

    @Test
    @DisplayName("C-8 refuses nulls and remembers nothing")
    @SuppressWarnings("NullAway") // the wrong input is the point
    void refusesNulls() {
        assertThrows(NullPointerException.class, () -> cache.put("a", null));
        assertThrows(NullPointerException.class, () -> cache.put(null, "1"));
        assertThrows(NullPointerException.class, () -> cache.getIfPresent(null));
        assertThrows(NullPointerException.class, () -> cache.remove(null));
        assertThrows(NullPointerException.class, () -> cache.get("a", null));
        assertThrows(NullPointerException.class, () -> cache.get("a", key -> null));
        assertEquals(0, size(cache));
    }

    @Test
    @DisplayName("C-9 counts hits, misses and loads")
    void counts() {
        cache.getIfPresent("a");
        cache.get("a", key -> "1");
        cache.getIfPresent("a");
        cache.get("a", key -> "not asked");
        assertThrows(
                IllegalStateException.class,
                () -> cache.get("b", key -> {
                    throw new IllegalStateException("no luck");
                }));
        CacheStats stats = cache.stats();
        assertEquals(2, stats.hits());
        assertEquals(3, stats.misses());
        assertEquals(1, stats.loads());
        assertEquals(1, stats.failedLoads());
        assertEquals(0.4, stats.hitRatio(), 1e-9);
    }

    @Test
    @DisplayName("C-10 lets a loader use the cache for other keys, and refuses the key that it is loading")
    void loaderUsesTheCache() {
        assertEquals("1+1", cache.get("two", key -> cache.get("one", k -> "1") + "+" + cache.getIfPresent("one")));
        assertThrows(IllegalStateException.class, () -> cache.get("self", key -> cache.get("self", k -> "1")));
        assertNull(cache.getIfPresent("self"));
    }

    /** Runs {@code work} in so many threads and throws what one of them threw. */
    static void inParallel(int threads, IntConsumer work) throws InterruptedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            Thread one = new Thread(() -> work.accept(thread));
            one.setDaemon(true);
            one.setUncaughtExceptionHandler((who, e) -> failure.compareAndSet(null, e));
            all.add(one);
        }
        all.forEach(Thread::start);
        for (Thread one : all) {
            one.join(20_000);
            assertTrue(!one.isAlive(), "still at work after 20 seconds");
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("in a thread: " + thrown.getMessage(), thrown);
        }
    }

    /** Waits until {@code thread} has ended or waits for another. */
    static void settle(Thread thread) {
        while (thread.getState() == Thread.State.RUNNABLE || thread.getState() == Thread.State.NEW) {
            Thread.onSpinWait();
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
