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
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link LocalCache} must hold. Extend it, say how to create yours and how time passes for it, run it. */
@DisplayName("A LocalCache")
public abstract class LocalCacheContract extends CacheContract {

    /**
     * What a cache shall be like; null is what was not asked for.
     *
     * @param maximum the most entries, or the most weight if there is a weigher
     * @param lifeOf each entry's own time after write, in place of {@code life}
     */
    public record Spec(
            int maximum,
            @Nullable ToIntBiFunction<String, String> weigher,
            @Nullable Duration life,
            @Nullable Duration idle,
            @Nullable BiFunction<String, String, Duration> lifeOf,
            @Nullable RemovalListener<String, String> listener) {

        static Spec of(int maximum) {
            return new Spec(maximum, null, null, null, null, null);
        }

        Spec weigher(ToIntBiFunction<String, String> function) {
            return new Spec(maximum, function, life, idle, lifeOf, listener);
        }

        Spec life(Duration time) {
            return new Spec(maximum, weigher, time, idle, lifeOf, listener);
        }

        Spec idle(Duration time) {
            return new Spec(maximum, weigher, life, time, lifeOf, listener);
        }

        Spec lifeOf(BiFunction<String, String, Duration> time) {
            return new Spec(maximum, weigher, life, idle, time, listener);
        }

        Spec listener(RemovalListener<String, String> told) {
            return new Spec(maximum, weigher, life, idle, lifeOf, told);
        }

        /** What {@code value} weighs. */
        public int weight(String key, String value) {
            return weigher == null ? 1 : weigher.applyAsInt(key, value);
        }

        /** How long {@code value} lives after it was written, or null. */
        public @Nullable Duration life(String key, String value) {
            return lifeOf == null ? life : lifeOf.apply(key, value);
        }

        /** Tells the listener, if there is one. */
        public void tell(String key, String value, RemovalCause cause) {
            if (listener != null) {
                listener.removed(key, value, cause);
            }
        }
    }

    /** A removal that was told of. */
    private record Told(String key, String value, RemovalCause cause) {}

    /** An empty cache as {@code spec} has it, which calls its listener in the thread that caused the removal. */
    protected abstract LocalCache<String, String> create(Spec spec);

    @Override
    protected Cache<String, String> create(int maximumSize, Duration life) {
        return create(Spec.of(maximumSize).life(life));
    }

    /** Whether each entry may have a time of its own. */
    protected boolean hasTimesOfTheirOwn() {
        return true;
    }

    /** Whether the maximum holds at every moment, not only when it is quiet. */
    protected boolean neverExceeds() {
        return true;
    }

    @Override
    protected int size(Cache<String, String> cache) {
        LocalCache<String, String> local = (LocalCache<String, String>) cache;
        local.cleanUp();
        return local.size();
    }

    private LocalCache<String, String> given(Spec spec) {
        LocalCache<String, String> cache = create(spec);
        validateAfterwards(cache);
        return cache;
    }

    @Test
    @DisplayName("C-11 the weights of what is held sum up to the maximum at most")
    void weights() {
        LocalCache<String, String> cache = given(Spec.of(100).weigher((key, value) -> value.length()));
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            cache.put("k" + random.nextInt(60), "x".repeat(random.nextInt(12)));
            cache.cleanUp();
            int sum =
                    cache.snapshot().values().stream().mapToInt(String::length).sum();
            assertTrue(sum <= 100, () -> "weighs " + sum);
            assertTrue(i < 300 || sum > 50, () -> "weighs " + sum + ", though there was more");
        }
        cache.put("heavy", "x".repeat(99));
        cache.put("heavy", "x".repeat(101));
        cache.cleanUp();
        assertNull(cache.getIfPresent("heavy"), "neither the one that is too heavy nor the one before it");
    }

    @Test
    @DisplayName("C-11 refuses what cannot be weighed, and changes nothing")
    void weighsBeforeItChanges() {
        IllegalStateException failure = new IllegalStateException("no scales");
        LocalCache<String, String> cache = given(Spec.of(100).weigher((key, value) -> {
            if (value.equals("unweighable")) {
                throw failure;
            }
            return value.equals("negative") ? -1 : 1;
        }));
        cache.put("a", "1");
        assertSame(failure, assertThrows(IllegalStateException.class, () -> cache.put("a", "unweighable")));
        assertThrows(RuntimeException.class, () -> cache.put("a", "negative"));
        assertEquals("1", cache.getIfPresent("a"));
    }

    @Test
    @DisplayName("C-12 a look-up begins the time after access anew, within the time after write")
    void idleTime() throws InterruptedException {
        LocalCache<String, String> cache = given(Spec.of(100).idle(LIFE));
        cache.put("seen", "1");
        cache.put("unseen", "1");
        for (int i = 0; i < 5; i++) {
            elapse(LIFE.multipliedBy(3).dividedBy(5));
            assertEquals("1", cache.getIfPresent("seen"));
        }
        assertNull(cache.getIfPresent("unseen"));
        elapse(LIFE.plusMillis(2));
        assertNull(cache.getIfPresent("seen"));

        LocalCache<String, String> both = given(Spec.of(100).idle(LIFE).life(LIFE.multipliedBy(2)));
        both.put("a", "1");
        for (int i = 0; i < 3; i++) {
            elapse(LIFE.multipliedBy(3).dividedBy(5));
            assertEquals("1", both.getIfPresent("a"));
        }
        elapse(LIFE.multipliedBy(3).dividedBy(5));
        assertNull(both.getIfPresent("a"));
    }

    @Test
    @DisplayName("C-13 each entry has its own time, and a rewrite the new value's")
    void timesOfTheirOwn() throws InterruptedException {
        assumeTrue(hasTimesOfTheirOwn(), "one time for all");
        LocalCache<String, String> cache =
                given(Spec.of(100).lifeOf((key, value) -> LIFE.multipliedBy(Long.parseLong(value))));
        cache.put("short", "1");
        cache.put("long", "3");
        cache.put("shortened", "9");
        cache.put("shortened", "1");
        cache.put("lengthened", "1");
        cache.put("lengthened", "3");
        assertEquals("3", cache.get("loaded", key -> "3"));
        elapse(LIFE.plusMillis(2));
        assertEquals(Map.of("long", "3", "lengthened", "3", "loaded", "3"), cache.snapshot());
        assertNull(cache.getIfPresent("short"));
        assertNull(cache.getIfPresent("shortened"));
        assertEquals("3", cache.getIfPresent("long"));
        elapse(LIFE.multipliedBy(2));
        assertNull(cache.getIfPresent("long"));
        assertNull(cache.getIfPresent("lengthened"));
        assertEquals(Map.of(), cache.snapshot());
    }

    @Test
    @DisplayName("C-14 each value that was given is told of once, with the cause that took it")
    void tellsOfEachRemoval() throws InterruptedException {
        List<Told> told = new ArrayList<>();
        LocalCache<String, String> cache =
                given(Spec.of(4).life(LIFE).listener((key, value, cause) -> told.add(new Told(key, value, cause))));
        cache.put("a", "1");
        cache.put("a", "2");
        cache.remove("a");
        cache.remove("a");
        cache.get("b", key -> "3");
        cache.compute("b", (key, value) -> value + "4");
        cache.compute("b", (key, value) -> null);
        cache.put("c", "5");
        elapse(LIFE.plusMillis(2));
        cache.getIfPresent("c");
        cache.cleanUp();
        cache.put("d", "6");
        elapse(LIFE.plusMillis(2));
        cache.put("d", "7");
        cache.clear();
        cache.clear();
        assertEquals(
                List.of(
                        new Told("a", "1", RemovalCause.REPLACED),
                        new Told("a", "2", RemovalCause.EXPLICIT),
                        new Told("b", "3", RemovalCause.REPLACED),
                        new Told("b", "34", RemovalCause.EXPLICIT),
                        new Told("c", "5", RemovalCause.EXPIRED),
                        new Told("d", "6", RemovalCause.EXPIRED),
                        new Told("d", "7", RemovalCause.EXPLICIT)),
                told);
        told.clear();
        for (int i = 0; i < 10; i++) {
            cache.put("k" + i, "v" + i);
        }
        cache.cleanUp();
        assertEquals(6, told.stream().filter(t -> t.cause == RemovalCause.SIZE).count());
        Map<String, String> left = cache.snapshot();
        told.forEach(t -> assertNull(left.get(t.key)));
        assertEquals(4, left.size());
    }

    @Test
    @DisplayName("C-14 tells of each value once, also under many writers")
    void tellsOfEachRemovalUnderWriters() throws InterruptedException {
        Map<String, RemovalCause> told = new ConcurrentHashMap<>();
        List<String> twice = new ArrayList<>();
        LocalCache<String, String> cache = given(Spec.of(20).listener((key, value, cause) -> {
            if (told.put(value, cause) != null) {
                synchronized (twice) {
                    twice.add(value);
                }
            }
        }));
        int threads = 4;
        int each = 3_000;
        inParallel(threads, thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < each; i++) {
                cache.put("k" + random.nextInt(40), thread + ":" + i);
                if (random.nextInt(5) == 0) {
                    cache.remove("k" + random.nextInt(40));
                }
            }
        });
        cache.clear();
        assertEquals(List.of(), twice);
        assertEquals(threads * each, told.size());
    }

    @Test
    @DisplayName("C-15 a listener that throws disturbs nobody")
    void listenerThrows() {
        LocalCache<String, String> cache = given(Spec.of(2).listener((key, value, cause) -> {
            throw new IllegalStateException("told of " + key);
        }));
        for (int i = 0; i < 10; i++) {
            cache.put("k" + i % 5, "v" + i);
        }
        cache.remove("k4");
        assertEquals("loaded", cache.get("l", key -> "loaded"));
        cache.cleanUp();
        assertTrue(cache.size() <= 2);
        cache.clear();
        assertEquals(0, cache.size());
    }

    @Test
    @DisplayName("C-16 compute is atomic: no increment is lost, and loads of the key wait for it")
    void computes() throws InterruptedException {
        LocalCache<String, String> cache = given(Spec.of(100));
        assertEquals("1", cache.compute("a", (key, value) -> value == null ? "1" : "not asked for"));
        assertEquals("1!", cache.compute("a", (key, value) -> value + "!"));
        assertNull(cache.compute("a", (key, value) -> null));
        assertNull(cache.getIfPresent("a"));

        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread first = start(() -> cache.compute("n", (key, value) -> {
            computing.countDown();
            awaitQuietly(release);
            return "1";
        }));
        assertTrue(computing.await(10, TimeUnit.SECONDS));
        Thread second = start(() -> cache.compute("n", (key, value) -> value + "2"));
        AtomicReference<@Nullable String> loaded = new AtomicReference<>();
        Thread third = start(() -> loaded.set(cache.get("n", key -> "loaded").substring(0, 1)));
        settle(second);
        settle(third);
        release.countDown();
        for (Thread thread : List.of(first, second, third)) {
            thread.join(10_000);
        }
        assertEquals("12", cache.getIfPresent("n"));
        assertEquals("1", loaded.get());

        inParallel(4, thread -> {
            for (int i = 0; i < 1_000; i++) {
                cache.compute(
                        "k" + i % 3,
                        (key, value) -> value == null ? "1" : Integer.toString(Integer.parseInt(value) + 1));
            }
        });
        int sum = cache.snapshot().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("k"))
                .mapToInt(entry -> Integer.parseInt(entry.getValue()))
                .sum();
        assertEquals(4_000, sum);
    }

    @Test
    @DisplayName("C-17 a computation that throws leaves what was there, and the next one goes on from it")
    void failedComputation() {
        LocalCache<String, String> cache = given(Spec.of(100));
        IllegalStateException failure = new IllegalStateException("no luck");
        cache.put("a", "1");
        for (String key : List.of("a", "absent")) {
            assertSame(
                    failure,
                    assertThrows(
                            IllegalStateException.class,
                            () -> cache.compute(key, (k, value) -> {
                                throw failure;
                            })));
        }
        assertEquals(Map.of("a", "1"), cache.snapshot());
        assertEquals("12", cache.compute("a", (key, value) -> value + "2"));
    }

    @Test
    @DisplayName("C-18 a snapshot shows what may be returned, all that was there throughout, and stays as it is")
    void snapshots() throws InterruptedException {
        LocalCache<String, String> cache = given(Spec.of(100).life(LIFE));
        cache.put("gone", "0");
        elapse(LIFE.plusMillis(2));
        assertEquals(Map.of(), cache.snapshot());
        cache.put("a", "1");
        cache.put("b", "2");
        Map<String, String> snapshot = cache.snapshot();
        cache.put("c", "3");
        cache.remove("a");
        assertEquals(Map.of("a", "1", "b", "2"), snapshot);
        assertEquals(Map.of("b", "2", "c", "3"), cache.snapshot());

        LocalCache<String, String> counted = given(Spec.of(100));
        counted.put("first", "0");
        counted.put("second", "0");
        inParallel(2, thread -> {
            for (int i = 1; i < 2_000; i++) {
                if (thread == 0) {
                    counted.put("first", Integer.toString(i));
                    counted.put("second", Integer.toString(i));
                } else {
                    int before = number(counted.snapshot(), "first");
                    Map<String, String> now = counted.snapshot();
                    assertEquals(2, now.size());
                    assertTrue(number(now, "first") >= before, () -> "first went back: " + now);
                }
            }
        });
    }

    private static int number(Map<String, String> map, String key) {
        return Integer.parseInt(Objects.requireNonNull(map.get(key)));
    }

    @Test
    @DisplayName("C-19 what has expired leaves memory while others are written")
    void releasesWithoutLookups() throws InterruptedException {
        LocalCache<String, String> cache = given(Spec.of(1_000).life(LIFE));
        for (int i = 0; i < 500; i++) {
            cache.put("k" + i, "v");
        }
        elapse(LIFE.plusMillis(2));
        for (int i = 0; i < 1_000; i++) {
            cache.put("another", "v" + i);
        }
        assertTrue(cache.size() <= 2, () -> cache.size() + " left");
    }

    @Test
    @DisplayName("C-20 the maximum is not exceeded while many write")
    void staysBelowItsMaximum() throws InterruptedException {
        assumeTrue(neverExceeds(), "bounded when it is quiet only");
        LocalCache<String, String> cache = given(Spec.of(10));
        inParallel(3, thread -> {
            for (int i = 0; i < 3_000; i++) {
                if (thread > 0) {
                    cache.put(thread + ":" + i, "v");
                }
                int size = cache.size();
                assertTrue(size <= 10, () -> size + " entries, at most 10");
            }
        });
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
