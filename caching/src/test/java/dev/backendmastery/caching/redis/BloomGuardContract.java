package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a guard before look-ups must hold. */
@DisplayName("A guard before look-ups")
@Timeout(30)
abstract class BloomGuardContract {

    /** {@link BloomGuard}, or a planted wrong one. */
    interface Shield {
        @Nullable
        String find(String key, Function<String, @Nullable String> lookup);

        String write(String key, Supplier<String> write);

        void add(String key);

        void rebuild(Supplier<Stream<String>> keys);
    }

    private static final int ITEMS = 10_000;

    private final Set<String> store = ConcurrentHashMap.newKeySet();
    private final Shield guard = create(ITEMS, 0.01);

    protected Shield create(long items, double falsePositives) {
        BloomGuard guard = BloomGuard.of(items, falsePositives);
        return new Shield() {
            @Override
            public @Nullable String find(String key, Function<String, @Nullable String> lookup) {
                return guard.find(key, lookup);
            }

            @Override
            public String write(String key, Supplier<String> write) {
                return guard.write(key, write);
            }

            @Override
            public void add(String key) {
                guard.add(key);
            }

            @Override
            public void rebuild(Supplier<Stream<String>> keys) {
                guard.rebuild(keys);
            }
        };
    }

    private boolean finds(String key) {
        return guard.find(key, k -> store.contains(k) ? k : null) != null;
    }

    private void write(String key) {
        guard.write(key, () -> {
            store.add(key);
            return key;
        });
    }

    @Test
    @DisplayName("BG-1 looks up all that was written, added or named by the last rebuild")
    void known() {
        store.add("before");
        assertTrue(finds("before"), "nothing is known before the first rebuild");
        write("early");
        guard.rebuild(store::stream);
        IntStream.range(0, 1_000).forEach(i -> write("k" + i));
        guard.add("added");
        store.add("added");
        for (int round = 0; round < 2; round++) {
            assertTrue(store.stream().allMatch(this::finds));
            guard.rebuild(store::stream);
        }
        IllegalStateException failure = new IllegalStateException("no luck");
        assertThrows(
                IllegalStateException.class,
                () -> guard.write("failed", () -> {
                    store.add("failed");
                    throw failure;
                }));
        assertTrue(finds("failed"), "a write that failed may have been done");
    }

    @Test
    @DisplayName("BG-2 looks up what was written while a rebuild ran, wherever the two overlapped")
    void rebuildRaces() {
        guard.rebuild(store::stream);
        guard.rebuild(() -> {
            write("before the stream");
            List<String> snapshot = List.copyOf(store);
            write("after the stream was opened");
            assertTrue(finds("after the stream was opened"), "the old filter knows it too");
            return snapshot.stream();
        });
        assertTrue(finds("before the stream"));
        assertTrue(finds("after the stream was opened"));
        guard.write("around a rebuild", () -> {
            guard.rebuild(store::stream); // has not seen it, nor has it been written
            store.add("around a rebuild");
            assertTrue(finds("around a rebuild"), "as soon as it is there");
            return "";
        });
        assertTrue(finds("around a rebuild"));
        guard.write("around two", () -> {
            guard.rebuild(store::stream);
            guard.write("around two", () -> "the same key twice at once");
            guard.rebuild(store::stream);
            store.add("around two");
            return "";
        });
        assertTrue(finds("around two"));
    }

    @Test
    @DisplayName("BG-2 neither under threads that write, rebuild and look up")
    void rebuildRacesInThreads() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicBoolean missed = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            int thread = t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 300; i++) {
                    String key = thread + "-" + i;
                    write(key);
                    written.incrementAndGet();
                    if (!finds(key) || !finds(thread + "-" + i / 2)) {
                        missed.set(true);
                    }
                }
            }));
        }
        Thread rebuilds = new Thread(() -> {
            for (int seen = 0; !stop.get(); seen = written.get()) {
                guard.rebuild(store::stream);
                while (written.get() == seen && !stop.get()) {
                    Thread.onSpinWait(); // or who holds a lock while it rebuilds would starve the writers
                }
            }
        });
        threads.forEach(Thread::start);
        rebuilds.start();
        for (Thread thread : threads) {
            thread.join();
        }
        stop.set(true);
        rebuilds.join();
        assertTrue(!missed.get() && store.stream().allMatch(this::finds));
    }

    @Test
    @DisplayName("BG-3 BG-4 does not look up what is surely absent, and of the rest at most the stated part in vain")
    void spares() {
        IntStream.range(0, ITEMS).forEach(i -> store.add("k" + i));
        guard.rebuild(store::stream);
        AtomicInteger asked = new AtomicInteger();
        for (int i = 0; i < ITEMS; i++) {
            assertNull(guard.find("absent" + i, key -> {
                asked.incrementAndGet();
                return null;
            }));
        }
        assertTrue(asked.get() < ITEMS * 0.015, () -> asked + " of " + ITEMS + " look-ups in vain");
    }

    @Test
    @DisplayName("BG-5 is as before after a rebuild that failed, and can be rebuilt")
    void failedRebuild() {
        IntStream.range(0, 100).forEach(i -> store.add("k" + i));
        guard.rebuild(store::stream);
        IllegalStateException failure = new IllegalStateException("no luck");
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> guard.rebuild(() -> store.stream().peek(key -> {
                    throw failure;
                })));
        assertEquals(failure, thrown);
        assertTrue(store.stream().allMatch(this::finds));
        assertThrows(
                IllegalStateException.class,
                () -> guard.rebuild(() -> {
                    guard.rebuild(store::stream);
                    return store.stream();
                }));
        guard.rebuild(store::stream);
        assertTrue(store.stream().allMatch(this::finds));
    }

    @Test
    @DisplayName("BG-6 forgets what a rebuild does not name")
    void forgets() {
        List<String> gone = new Random(6).ints(1_000).mapToObj(i -> "gone" + i).toList();
        guard.rebuild(gone::stream);
        guard.rebuild(Stream::of);
        AtomicInteger asked = new AtomicInteger();
        gone.forEach(key -> guard.find(key, k -> {
            asked.incrementAndGet();
            return null;
        }));
        assertTrue(asked.get() < 50, () -> asked + " of 1,000 are still looked up");
    }
}
