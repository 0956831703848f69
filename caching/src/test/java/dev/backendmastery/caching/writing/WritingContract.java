package dev.backendmastery.caching.writing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.resilience.RetriesExhaustedException;
import dev.backendmastery.core.resilience.RetryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link WritingCache} must hold. Extend it, say how to create yours, run it. Every wait is bounded. */
@DisplayName("A WritingCache")
public abstract class WritingContract {

    private static final Duration LONG = Duration.ofSeconds(3);

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final List<WritingCache<String, String>> created = new ArrayList<>();

    /** What a test wants of a cache. */
    protected static final class Wanted {
        /** The store behind. */
        public Writer<String, String> writer;
        /** Where what cannot be written goes. */
        public DeadLetters<String, String> deadLetters;
        /** The most changes that may wait. */
        public int maxPending = 1_000;
        /** The most in one write. */
        public int maxBatch = 50;
        /** How long a change waits for others. */
        public Duration linger = Duration.ofMillis(1);
        /** How long a change waits for room. */
        public Duration putDeadline = LONG;
        /** When a write is tried again. */
        public RetryConfig retry = RetryConfig.DEFAULT
                .withMaxAttempts(4)
                .withDeadline(Duration.ofMinutes(1))
                .withBackoff(Backoff.fixed(Duration.ofMillis(2)));

        Wanted(Backing backing) {
            writer = backing;
            deadLetters = backing;
        }
    }

    /** A cache as {@code wanted}, with nothing in it. */
    protected abstract WritingCache<String, String> create(Wanted wanted);

    /** Whether a change returns before it is written. */
    protected boolean isBehind() {
        return true;
    }

    /** Whether what is left at the end waits for the next process; else it goes to the dead letters. */
    protected boolean isDurable() {
        return false;
    }

    /** A store that can be held up, and fails for some keys, and remembers what it was told. */
    protected static final class Backing implements Writer<String, String>, DeadLetters<String, String> {
        final Map<String, String> data = new ConcurrentHashMap<>();
        final List<List<Change<String, String>>> batches = Collections.synchronizedList(new ArrayList<>());
        final Map<String, Throwable> dead = new ConcurrentHashMap<>();
        final Queue<String> faults = new ConcurrentLinkedQueue<>();
        final Map<String, Exception> failing = new ConcurrentHashMap<>();
        final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
        private final Map<String, Long> versions = new ConcurrentHashMap<>();
        private final Set<String> underWay = ConcurrentHashMap.newKeySet();
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile CountDownLatch reached = new CountDownLatch(0);

        /** From now on writes wait until {@link #open}. */
        void hold() {
            gate = new CountDownLatch(1);
            reached = new CountDownLatch(1);
        }

        void awaitHeld() throws InterruptedException {
            assertTrue(reached.await(3, SECONDS), "no write came");
        }

        void open() {
            gate.countDown();
        }

        @Override
        public void write(List<Change<String, String>> changes) throws Exception {
            batches.add(changes);
            for (Change<String, String> change : changes) {
                if (!underWay.add(change.key())) {
                    faults.add("two writes of " + change.key() + " at once");
                }
            }
            try {
                reached.countDown();
                if (!gate.await(9, SECONDS)) {
                    throw new IllegalStateException("held for too long");
                }
                for (Change<String, String> change : changes) {
                    attempts.computeIfAbsent(change.key(), key -> new AtomicInteger())
                            .incrementAndGet();
                    Exception failure = failing.get(change.key());
                    if (failure != null) {
                        throw failure;
                    }
                }
                for (Change<String, String> change : changes) {
                    Long before = versions.put(change.key(), change.version());
                    if (before != null && before > change.version()) {
                        faults.add(change + " after " + before);
                    }
                    String value = change.value();
                    if (value == null) {
                        data.remove(change.key());
                    } else {
                        data.put(change.key(), value);
                    }
                }
            } finally {
                for (Change<String, String> change : changes) {
                    underWay.remove(change.key());
                }
            }
        }

        @Override
        public void add(Change<String, String> change, Throwable reason) {
            if (dead.put(change.key(), reason) != null) {
                faults.add(change.key() + " is dead twice");
            }
        }

        int attempts(String key) {
            AtomicInteger count = attempts.get(key);
            return count == null ? 0 : count.get();
        }
    }

    private final Backing backing = new Backing();

    private Wanted wanted() {
        return new Wanted(backing);
    }

    private WritingCache<String, String> make(Wanted wanted) {
        WritingCache<String, String> cache = create(wanted);
        created.add(cache);
        return cache;
    }

    @AfterEach
    void stop() throws InterruptedException {
        backing.open();
        for (WritingCache<String, String> cache : created) {
            cache.close(LONG);
        }
        pool.shutdownNow();
        assertEquals(List.of(), List.copyOf(backing.faults));
    }

    private <T> T within(Callable<T> call) throws Exception {
        return pool.submit(call).get(LONG.toSeconds(), SECONDS);
    }

    private static void flush(WritingCache<String, String> cache) throws InterruptedException {
        assertTrue(cache.flush(LONG), () -> cache.pending() + " changes are still pending");
    }

    @Test
    @DisplayName("WR-1 a change is seen at once, pending or written")
    void seenAtOnce() throws Exception {
        WritingCache<String, String> cache = make(wanted());
        assertNull(cache.getIfPresent("a"));
        if (isBehind()) {
            backing.hold();
        }
        within(() -> {
            cache.put("a", "1");
            return true;
        });
        assertEquals("1", cache.getIfPresent("a"));
        within(() -> {
            cache.put("a", "2");
            cache.put("b", "x");
            cache.remove("b");
            return true;
        });
        assertEquals("2", cache.getIfPresent("a"));
        assertEquals("2", cache.get("a", key -> "not asked"));
        assertNull(cache.getIfPresent("b"));
        backing.open();
        flush(cache);
        assertEquals("2", cache.getIfPresent("a"));
        assertNull(cache.getIfPresent("b"));
        assertEquals("loaded c", cache.get("c", key -> "loaded " + key));
        assertEquals("loaded c", cache.getIfPresent("c"));
    }

    @Test
    @DisplayName("WR-2 the store sees a key's changes in their order, one at a time, and the last of them")
    void order() throws Exception {
        Wanted wanted = wanted();
        wanted.linger = Duration.ZERO;
        wanted.maxBatch = 3;
        WritingCache<String, String> cache = make(wanted);
        List<Future<?>> writers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            writers.add(pool.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    String key = "k" + i % 5;
                    if (i % 11 == 0) {
                        cache.remove(key);
                    } else {
                        cache.put(key, thread + " " + i);
                    }
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get(3 * LONG.toSeconds(), SECONDS);
        }
        flush(cache);
        for (int i = 0; i < 5; i++) {
            assertEquals(backing.data.get("k" + i), cache.getIfPresent("k" + i));
        }
        assertEquals(List.of(), List.copyOf(backing.faults));
    }

    @Test
    @DisplayName("WR-3 the store has what was accepted by the time flush says so")
    void reachesTheStore() throws Exception {
        WritingCache<String, String> cache = make(wanted());
        for (int i = 0; i < 120; i++) {
            cache.put("k" + i, "v" + i);
        }
        cache.remove("k7");
        if (!isBehind()) {
            assertEquals(119, backing.data.size());
        }
        flush(cache);
        assertEquals(0, cache.pending());
        assertEquals(119, backing.data.size());
        assertEquals("v119", backing.data.get("k119"));
        assertEquals(Map.of(), backing.dead);
        assertEquals(121, cache.stats().written() + cache.stats().coalesced());
    }

    @Test
    @DisplayName("WR-4 changes of one key that wait together are written as one, the last, and keys as batches")
    void coalesces() throws Exception {
        assumeTrue(isBehind(), "each is written at once");
        WritingCache<String, String> cache = make(wanted());
        backing.hold();
        cache.put("first", "v");
        backing.awaitHeld();
        for (int i = 0; i < 100; i++) {
            cache.put("hot", "v" + i);
            cache.put("k" + i % 10, "v" + i);
        }
        backing.open();
        flush(cache);
        assertEquals("v99", backing.data.get("hot"));
        assertEquals("v95", backing.data.get("k5"));
        assertEquals(1, backing.attempts("hot"));
        assertEquals(1, backing.attempts("k3"));
        assertEquals(2, backing.batches.size(), "one for what came first, one for the rest");
        assertEquals(189, cache.stats().coalesced());
    }

    @Test
    @DisplayName("WR-5 beyond its bound a change waits for room until its deadline, and then nothing has changed")
    void backPressure() throws Exception {
        assumeTrue(isBehind(), "nothing waits");
        Wanted wanted = wanted();
        wanted.maxPending = 3;
        wanted.putDeadline = Duration.ofMillis(50);
        WritingCache<String, String> cache = make(wanted);
        backing.hold();
        cache.put("a", "1");
        backing.awaitHeld();
        cache.put("b", "1");
        cache.put("c", "1");
        within(() -> assertThrows(WriteRefusedException.class, () -> cache.put("d", "1")));
        within(() -> assertThrows(WriteRefusedException.class, () -> cache.remove("d")));
        assertNull(cache.getIfPresent("d"));
        assertEquals(3, cache.pending());
        backing.open();
        flush(cache);
        assertNull(backing.data.get("d"));
        cache.put("d", "2");
        flush(cache);
        assertEquals("2", backing.data.get("d"));
        // Room that comes in time is taken.
        Wanted patient = wanted();
        patient.maxPending = 1;
        WritingCache<String, String> other = make(patient);
        backing.hold();
        other.put("e", "1");
        backing.awaitHeld();
        Future<?> waiting = pool.submit(() -> other.put("f", "1"));
        LockSupport.parkNanos(20_000_000);
        assertFalse(waiting.isDone());
        backing.open();
        waiting.get(LONG.toSeconds(), SECONDS);
        flush(other);
        assertEquals("1", backing.data.get("f"));
    }

    @Test
    @DisplayName("WR-6 a write that fails is tried again until the store has it")
    void retries() throws Exception {
        assumeTrue(isBehind(), "its caller is told");
        Wanted wanted = wanted();
        wanted.retry = wanted.retry.withMaxAttempts(1_000);
        WritingCache<String, String> cache = make(wanted);
        for (String key : List.of("a", "b", "c", "d", "e")) {
            backing.failing.put(key, new IllegalStateException("down"));
            cache.put(key, "1");
        }
        for (int i = 0; i < 30_000 && backing.attempts("a") < 4; i++) {
            LockSupport.parkNanos(100_000);
        }
        assertEquals("1", cache.getIfPresent("a"));
        cache.put("b", "2");
        backing.failing.clear();
        flush(cache);
        assertEquals(Map.of("a", "1", "b", "2", "c", "1", "d", "1", "e", "1"), backing.data);
        assertEquals(Map.of(), backing.dead);
    }

    @Test
    @DisplayName("WR-7 a key that cannot be written holds up no other, and ends with the dead letters")
    void poison() throws Exception {
        assumeTrue(isBehind(), "its caller is told");
        Wanted wanted = wanted();
        IllegalArgumentException hopeless = new IllegalArgumentException("hopeless");
        wanted.retry = wanted.retry.withRetryOn(failure -> !(failure instanceof IllegalArgumentException));
        WritingCache<String, String> cache = make(wanted);
        backing.failing.put("poison", new IllegalStateException("planned"));
        backing.failing.put("hopeless", hopeless);
        backing.hold();
        cache.put("first", "v");
        backing.awaitHeld();
        for (int i = 0; i < 10; i++) {
            cache.put("k" + i, "v");
            if (i == 2) {
                cache.put("poison", "v");
            }
            if (i == 7) {
                cache.put("hopeless", "v");
            }
        }
        backing.open();
        flush(cache);
        assertEquals(11, backing.data.size());
        assertEquals(Set.of("poison", "hopeless"), backing.dead.keySet());
        Throwable spent = backing.dead.get("poison");
        assertEquals(
                4,
                spent instanceof RetriesExhaustedException exhausted
                        ? exhausted.attempts().size()
                        : 0,
                () -> "given up by " + spent);
        assertSame(hopeless, backing.dead.get("hopeless"));
        assertNull(cache.getIfPresent("poison"), "what was given up is no longer seen");
        assertEquals(2, cache.stats().abandoned());
        backing.failing.clear();
        cache.put("poison", "cured");
        flush(cache);
        assertEquals("cured", backing.data.get("poison"));
    }

    @Test
    @DisplayName("WR-8 close writes what is pending, within its deadline, and tells what is left")
    void closing() throws Exception {
        Wanted wanted = wanted();
        wanted.linger = Duration.ofSeconds(30);
        WritingCache<String, String> cache = make(wanted);
        for (int i = 0; i < 20; i++) {
            cache.put("k" + i, "v");
        }
        assertEquals(0, within(() -> cache.close(LONG)));
        assertEquals(20, backing.data.size());
        assertThrows(IllegalStateException.class, () -> cache.put("late", "v"));
        assertThrows(IllegalStateException.class, () -> cache.remove("k1"));
        assertNull(backing.data.get("late"));
        if (!isBehind()) {
            return;
        }
        WritingCache<String, String> stuck = make(wanted());
        backing.hold();
        stuck.put("first", "v");
        backing.awaitHeld();
        for (int i = 0; i < 5; i++) {
            stuck.put("left" + i, "v");
        }
        assertEquals(6, within(() -> stuck.close(Duration.ofMillis(50))));
        if (isDurable()) {
            assertEquals(Map.of(), backing.dead);
            assertEquals(6, stuck.pending());
            return;
        }
        assertEquals(6, backing.dead.size());
        assertTrue(backing.dead.get("left3") instanceof WriteRefusedException);
        assertEquals(0, within(() -> stuck.close(Duration.ofMillis(50))), "they are told once");
    }

    @Test
    @DisplayName("WR-9 a change whose write fails throws, and no look-up returns what the store may not have")
    void failsThrough() {
        assumeFalse(isBehind(), "its caller has gone");
        WritingCache<String, String> cache = make(wanted());
        cache.put("a", "1");
        IllegalStateException planned = new IllegalStateException("planned");
        backing.failing.put("a", planned);
        assertSame(
                planned,
                assertThrows(WriteFailedException.class, () -> cache.put("a", "2"))
                        .getCause());
        assertNull(cache.getIfPresent("a"), "whether the store has it is not known");
        assertEquals("1", cache.get("a", key -> String.valueOf(backing.data.get(key))));
        assertSame(
                planned,
                assertThrows(WriteFailedException.class, () -> cache.remove("a"))
                        .getCause());
        assertEquals("1", cache.get("a", key -> String.valueOf(backing.data.get(key))));
        backing.failing.clear();
        cache.put("a", "3");
        assertEquals("3", cache.getIfPresent("a"));
        assertEquals(2, cache.stats().failedAttempts());
    }

    @Test
    @DisplayName("WR-10 a removal that is pending hides what the store still has, also from a load")
    void pendingRemoval() throws Exception {
        WritingCache<String, String> cache = make(wanted());
        cache.put("a", "old");
        flush(cache);
        if (isBehind()) {
            backing.hold();
        }
        within(() -> {
            cache.remove("a");
            return true;
        });
        if (isBehind()) {
            assertNull(cache.getIfPresent("a"));
            assertNull(cache.get("a", key -> String.valueOf(backing.data.get(key))));
            backing.open();
        }
        flush(cache);
        assertNull(cache.getIfPresent("a"));
        assertNull(backing.data.get("a"));
    }

    @Test
    @DisplayName("WR-11 refuses nulls, and nothing has changed")
    @SuppressWarnings("NullAway") // the wrong input is the point
    void nulls() throws Exception {
        WritingCache<String, String> cache = make(wanted());
        assertThrows(NullPointerException.class, () -> cache.put("a", null));
        assertThrows(NullPointerException.class, () -> cache.put(null, "1"));
        assertThrows(NullPointerException.class, () -> cache.remove(null));
        assertThrows(NullPointerException.class, () -> cache.getIfPresent(null));
        assertThrows(NullPointerException.class, () -> cache.get("a", null));
        flush(cache);
        @Nullable String none = cache.getIfPresent("a");
        assertNull(none);
        assertEquals(List.of(), List.copyOf(backing.batches));
    }
}
